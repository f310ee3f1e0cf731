package dev.cenote.gateway;

import dev.cenote.gateway.load.Corpus;
import dev.cenote.gateway.load.LoadClient;
import dev.cenote.gateway.memory.MemoryKind;
import dev.cenote.gateway.report.HtmlReport;
import dev.cenote.gateway.report.Machine;
import dev.cenote.gateway.report.Report;
import dev.cenote.gateway.report.Row;
import dev.cenote.gateway.report.TextTable;
import dev.cenote.gateway.run.Experiment;
import dev.cenote.gateway.run.Measurement;
import dev.cenote.gateway.run.Progress;
import dev.cenote.gateway.run.Settings;
import dev.cenote.gateway.server.Lifetime;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command that {@code ci/demo} runs: the gateway under load, once per memory kind, then the table and the report. */
@Command(name = "demo", sortOptions = false, mixinStandardHelpOptions = true, version = "Cenote 0.1.0",
        description = {"Loads a message gateway with real HTTP traffic, once per memory kind, and compares them.", "",
            "Each kind gets a fresh JVM with the same flags. A message's body is copied into memory of that kind by the "
                + "event loop that receives it; a second thread reads and answers it, holds it for a while, checks it again "
                + "and releases it there. It is held, with the default --slow-share, for: 90 %% log-normal with median 1 ms "
                + "(sigma 0.5), 10 %% log-uniform between 50 and 200 ms.", ""},
        footer = {"", "Exit code: 0 all figures count, 1 a run failed (errors, corruption, a leak), 2 bad input."})
public final class Demo implements Callable<Integer> {
    @Mixin
    private Options options = new Options();

    @Spec
    private CommandSpec spec;

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** The command as picocli runs it: one clear line and exit code 2 for bad input. */
    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Demo());
        line.setParameterExceptionHandler((exception, args) -> {
            exception.getCommandLine().getErr().println("demo: " + exception.getMessage() + " (see --help)");
            return 2;
        });
        line.setExecutionExceptionHandler((exception, command, result) -> {
            command.getErr().println("demo: " + (exception instanceof IOException ? exception.getMessage() : exception.toString()));
            return 1;
        });
        return line;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Settings settings = options.settings(spec.commandLine());
        Corpus corpus = options.corpus(spec.commandLine());
        LoadClient client = options.client(spec.commandLine());
        Path reportFile = options.reportFile();
        String when = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString().replace('T', ' ').replace("Z", " UTC");
        Map<String, String> machine = Machine.describe(settings.java());

        PrintWriter out = spec.commandLine().getOut();
        spec.commandLine().getErr().println("messages: " + corpus.describe());
        spec.commandLine().getErr().flush();
        List<Measurement> measurements = new Experiment(settings, client, corpus, Progress.ofStandardError()).run();
        Report report = new Report(when, machine, method(settings, corpus, client), measurements);

        out.println();
        out.print(TextTable.of(Row.of(measurements)));
        HtmlReport.write(report, reportFile);
        if (options.jsonFile() != null) {
            report.writeJson(options.jsonFile());
            out.println("\njson:   " + options.jsonFile());
        }
        out.println("\nreport: " + reportFile.toAbsolutePath().normalize());
        List<String> failures = measurements.stream()
                .flatMap(m -> m.failures().stream().map(failure -> m.kind() + ": " + failure)).toList();
        failures.forEach(failure -> out.println("FAILED: " + failure));
        out.flush();
        return failures.isEmpty() ? 0 : 1;
    }

    private static Map<String, String> method(Settings settings, Corpus corpus, LoadClient client) throws IOException {
        Map<String, String> method = new LinkedHashMap<>();
        method.put("Load", client.describe(settings.ratePerSecond()));
        method.put("Connections", Integer.toString(settings.connections()));
        method.put("Messages", corpus.describe());
        method.put("Window", String.format(Locale.ROOT, "%.0f s warm-up, %.0f s measured, %d round(s), each in a fresh JVM; seed %d",
                settings.warmUp().toMillis() / 1e3, settings.measured().toMillis() / 1e3, settings.rounds(), settings.seed()));
        method.put("Lifetime after the answer", Lifetime.describe(settings.server().slowShare()));
        method.put("Memory", settings.server().memory().wholeBodies()
                ? "kinds that can give any size take a body in one piece; Cenote in blocks of "
                    + settings.server().memory().blockBytes() + " bytes"
                : "a body is taken in pieces of at most " + settings.server().memory().blockBytes() + " bytes, whatever the kind");
        method.put("Threads", settings.server().ioThreads() + " event loop(s) take memory, "
                + settings.server().downstreamThreads() + " downstream thread(s) release it");
        method.put("Gateway JVM", String.join(" ", Experiment.serverFlags(settings)));
        method.put("Channel buffers", "one PooledByteBufAllocator of Netty, the same for all kinds");
        method.put("Kinds", settings.kinds().stream().map(MemoryKind::id).collect(Collectors.joining(", ")));
        return method;
    }
}
