package dev.cenote.gateway.load;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Loads with {@code wrk}: each connection sends its next message as soon as it has the answer (closed loop). */
public final class WrkClient implements LoadClient {
    private static final String SCRIPT = "load.lua";
    private final Path program;

    public WrkClient(Path program) {
        this.program = program;
    }

    /** The {@code wrk} on the PATH, or null. */
    public static @Nullable Path find() {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            Path candidate = Path.of(folder.isEmpty() ? "." : folder, "wrk");
            if (Files.isExecutable(candidate) && Files.isRegularFile(candidate)) {
                return candidate;
            }
        }
        return null;
    }

    @Override
    public String describe(double ratePerSecond) {
        return "wrk, closed loop: every connection sends its next message as soon as it has the answer. "
                + "Latencies are those at full load and depend on the number of connections; wrk itself fills in samples "
                + "for what a stall kept it from sending, by its mean interval.";
    }

    @Override
    public LoadResult run(LoadPlan plan, Watcher watcher) throws IOException, InterruptedException {
        Path script = plan.corpus().resolve(SCRIPT);
        try (InputStream in = WrkClient.class.getResourceAsStream(SCRIPT)) {
            if (in == null) {
                throw new IOException(SCRIPT + " is missing in the jar");
            }
            Files.write(script, in.readAllBytes());
        }
        watcher.warmingUp();
        if (!plan.warmUp().isZero()) {
            execute(plan, script, plan.warmUp());
        }
        watcher.measuring();
        return WrkOutput.parse(execute(plan, script, plan.measured()));
    }

    private List<String> execute(LoadPlan plan, Path script, Duration duration) throws IOException, InterruptedException {
        int threads = Math.min(plan.threads(), plan.connections());
        Process wrk = ChildProcesses.watch(new ProcessBuilder(program.toString(),
                "-t", Integer.toString(threads), "-c", Integer.toString(plan.connections()),
                "-d", Math.max(1, duration.toSeconds()) + "s", "--timeout", Math.max(1, plan.patience().toSeconds()) + "s", "-s", script.toString(),
                "http://127.0.0.1:" + plan.port() + "/messages",
                "--", plan.corpus().toString(), Long.toString(plan.seed()))
                .redirectErrorStream(true).start());
        try {
            List<String> lines = new ArrayList<>();
            try (BufferedReader out = new BufferedReader(new InputStreamReader(wrk.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    lines.add(line);
                }
            }
            if (!wrk.waitFor(30, TimeUnit.SECONDS)) {
                throw new IOException("wrk did not end");
            }
            if (wrk.exitValue() != 0) {
                throw new IOException("wrk ended with " + wrk.exitValue() + ": " + String.join(" | ", lines));
            }
            return lines;
        } finally {
            wrk.destroyForcibly();
        }
    }
}
