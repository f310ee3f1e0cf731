package dev.cenote.gateway.load;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Loads with our own client in a JVM of its own, see {@link OpenLoop}. */
public final class OwnClient implements LoadClient {
    private static final ObjectMapper JSON =
            new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private final List<String> java;

    /** @param java the java program to run it with, and what is to stand before that on the command line */
    public OwnClient(List<String> java) {
        this.java = List.copyOf(java);
    }

    @Override
    public String describe(double ratePerSecond) {
        return ratePerSecond > 0
                ? String.format("own client in a JVM of its own, open loop: %.0f messages per second on a fixed schedule. Latency "
                        + "counts from the moment a message was due (coordinated omission corrected), in an HdrHistogram.",
                        ratePerSecond)
                : "own client in a JVM of its own, closed loop: every connection sends its next message as soon as it has the "
                        + "answer. Latencies are those at full load and depend on the number of connections.";
    }

    @Override
    public LoadResult run(LoadPlan plan, Watcher watcher) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(java);
        command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-Dio.netty.leakDetection.level=disabled",
                "-cp", ChildProcesses.classPath(), OwnClientMain.class.getName(),
                Integer.toString(plan.port()), plan.corpus().toString(), Integer.toString(plan.connections()),
                Long.toString(plan.warmUp().toMillis()), Long.toString(plan.measured().toMillis()),
                Long.toString(plan.patience().toMillis()), Double.toString(plan.ratePerSecond()), plan.tide(), Long.toString(plan.seed())));
        Process client = ChildProcesses.watch(new ProcessBuilder(command).redirectErrorStream(true).start());
        try {
            watcher.warmingUp();
            List<String> others = new ArrayList<>();
            LoadResult result = read(client, watcher, others);
            if (!client.waitFor(30, TimeUnit.SECONDS) || client.exitValue() != 0 || result == null) {
                throw new IOException("the own client failed: " + String.join(" | ", others));
            }
            return result;
        } finally {
            client.destroyForcibly();
        }
    }

    private static @Nullable LoadResult read(Process client, Watcher watcher, List<String> others) throws IOException {
        LoadResult result = null;
        try (BufferedReader out = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.equals(OwnClientMain.MEASURING)) {
                    watcher.measuring();
                } else if (line.startsWith(OwnClientMain.RESULT)) {
                    result = JSON.readValue(line.substring(OwnClientMain.RESULT.length()), LoadResult.class);
                } else {
                    others.add(line);
                }
            }
        }
        return result;
    }
}
