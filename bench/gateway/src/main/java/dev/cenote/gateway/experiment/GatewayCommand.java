package dev.cenote.gateway.experiment;

import dev.cenote.gateway.experiment.ContextSettings.Jvm;
import dev.cenote.gateway.experiment.ContextSettings.Load;
import dev.cenote.gateway.graph.Orders;
import dev.cenote.gateway.load.Corpus;
import dev.cenote.gateway.load.Tide;
import dev.cenote.gateway.pool.ContextPools;
import dev.cenote.gateway.report.Machine;
import dev.cenote.gateway.run.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code experiment gateway}: how much work of the collector a pool of request contexts saves a gateway. */
@Command(name = "gateway", sortOptions = false, mixinStandardHelpOptions = true,
        description = {"Loads a gateway with real HTTP traffic, once per kind of pool for its request contexts, and compares them.", "",
            "A request's context is a graph of 20 to 60 heap objects: headers, body, parsed JSON, answer. Quotes are done with the answer; orders and "
                + "sessions keep their context for a while and give it back on another thread. Requests come in bursts. Each pool gets a fresh JVM with the same "
                + "flags in every round."},
        footer = {"", "Exit code: 0 all figures count, 1 a run failed, 2 bad input."})
final class GatewayCommand implements Callable<Integer> {
    private static final int CORES = Runtime.getRuntime().availableProcessors();

    @Option(names = "--quick", description = "One short round, to see that it works: about six minutes. Its figures mean little")
    private boolean quick;

    @Option(names = "--only", split = ",", paramLabel = "POOL", description = "Pools to run, separated by commas. Default: all: "
            + "none,emptied-at-gc,netty-recycler,stormpot,queue,generational")
    private List<String> only = new ArrayList<>();

    @Option(names = "--rounds", paramLabel = "N", description = "How often to run all pools, 1 to 100. Default: 3; quick: 1")
    private @Nullable Integer rounds;

    @Option(names = "--duration", paramLabel = "SECONDS", description = "Measured time per pool and round, 1 to 3600. Default: 16; quick: 6")
    private @Nullable Integer duration;

    @Option(names = "--warm-up", paramLabel = "SECONDS", description = "Load before that, not measured, 0 to 600. Default: 30, until the compilers are done; quick: 20")
    private @Nullable Integer warmUp;

    @Option(names = "--after", paramLabel = "SECONDS", description = "How long gateways of the last round are watched after the load, 0 to 600. "
            + "Default: 60; quick: 10")
    private @Nullable Integer after;

    @Option(names = "--rate", paramLabel = "N", defaultValue = "2400",
            description = "Requests per second, before the tide. Default: ${DEFAULT-VALUE}")
    private double rate;

    @Option(names = "--tide", paramLabel = "PHASES", defaultValue = "2x0.1,1x1,1x0.02|0.25x1,1.75x0.02",
            description = "How the rate rises and falls: seconds x factor, over and over, what stands before a | once; empty: not at all. Default: ${DEFAULT-VALUE}")
    private String tide = "";

    @Option(names = "--mix", split = ",", paramLabel = "SHARE", arity = "1", defaultValue = "0.85,0.05",
            description = "Shares of orders (kept 100 to 600 ms) and of sessions (kept 0.5 to 4 s); the rest are quotes, done with the answer. "
                + "Default: ${DEFAULT-VALUE}")
    private List<Double> mix = new ArrayList<>();

    @Option(names = "--other", paramLabel = "MIB", defaultValue = "2.5", description = "MiB that the rest of the program allocates a second. Default: ${DEFAULT-VALUE}")
    private double other;

    @Option(names = "--no-others", description = "Leave out the loads for comparison, where pools differ less or do not pay: over none, emptied-at-gc and "
            + "generational")
    private boolean noOthers;

    @Option(names = "--connections", paramLabel = "N", defaultValue = "64", description = "HTTP connections, 1 to 10000. Default: ${DEFAULT-VALUE}")
    private int connections;

    @Option(names = "--heap", paramLabel = "SIZE", defaultValue = "192m", description = "Java heap of the gateways, as -Xmx takes it. Default: ${DEFAULT-VALUE}")
    private String heap = "";

    @Option(names = "--young", paramLabel = "SIZE", defaultValue = "3m", description = "Of that the young generation, as -Xmn takes it; auto: as the collector "
            + "likes. Default: ${DEFAULT-VALUE}")
    private String young = "";

    @Option(names = "--collector", paramLabel = "NAME", defaultValue = "g1", description = "g1, parallel, serial or z. Default: ${DEFAULT-VALUE}")
    private String collector = "";

    @Option(names = "--processors", paramLabel = "HOW", defaultValue = "apart", description = "apart: gateway and client have half of the processors each; "
            + "shared: both run on all. Default: ${DEFAULT-VALUE}")
    private String processors = "";

    @Option(names = "--java", paramLabel = "FILE", description = "The java program to run the gateways on. Default: the one this runs on")
    private @Nullable Path java;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed of documents and their order. Default: ${DEFAULT-VALUE}")
    private long seed;

    @Option(names = "--report", paramLabel = "FILE", defaultValue = "${sys:cenote.experiment.report:-experiment-gateway.html}",
            description = "The HTML report. Default: ${DEFAULT-VALUE}")
    private Path report = Path.of("experiment-gateway.html");

    @Option(names = "--json", paramLabel = "FILE", description = "Also write all figures as JSON")
    private @Nullable Path json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        ContextSettings settings = settings();
        PrintWriter out = spec.commandLine().getOut();
        String when = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString().replace('T', ' ').replace("Z", " UTC");
        Map<String, String> machine = Machine.describe(settings.jvm().java());
        List<ContextResult> results = new GatewayExperiment(settings, Progress.ofStandardError()).run();

        Map<String, List<ContextResult>> others = new LinkedHashMap<>();
        for (ContextSettings other : noOthers ? List.<ContextSettings>of() : settings.others()) {
            System.err.println(other.title() + ":");
            others.put(other.title(), new GatewayExperiment(other, Progress.ofStandardError()).run());
        }
        List<Figures.Row> rows = Figures.rows(results);
        out.println();
        out.println(settings.title() + ":");
        out.print(Figures.table(rows));
        out.println();
        for (Goals.Goal goal : Goals.of(rows)) {
            out.printf(Locale.ROOT, "  %-12s %s: %s, aimed for %s%n", goal.reached() ? "reached" : "not reached", goal.what(), goal.measured(), goal.aim());
        }
        out.println();
        others.forEach((title, further) -> {
            out.println(title + ":");
            out.println(Figures.table(Figures.rows(further)));
        });
        Verdict.of(settings.title(), rows, others).forEach(said -> out.println("  " + said));
        ContextReport page = new ContextReport(when, machine, settings.title(), method(settings, results), results, others);
        page.writeHtml(report);
        if (json != null) {
            page.writeJson(json);
            out.println("\njson:   " + json);
        }
        out.println("\nreport: " + report.toAbsolutePath().normalize());
        List<String> failures = Stream.concat(results.stream(), others.values().stream().flatMap(List::stream))
            .flatMap(r -> r.failures().stream().map(failure -> r.kind() + ": " + failure)).toList();
        failures.forEach(failure -> out.println("FAILED: " + failure));
        out.flush();
        return failures.isEmpty() ? 0 : 1;
    }

    private ContextSettings settings() throws IOException {
        int seconds = pick("--duration", duration, quick ? 6 : 16, 1, 3600);
        int warm = pick("--warm-up", warmUp, quick ? 20 : 30, 0, 600);
        int rest = pick("--after", after, quick ? 10 : 60, 0, 600);
        int times = pick("--rounds", rounds, quick ? 1 : 3, 1, 100);
        check("--connections", connections, 1, 10_000);
        check("--rate", rate, 1, 1_000_000);
        if (!heap.matches("[1-9][0-9]*[kKmMgG]")) {
            throw bad("--heap must be a size such as 192m, not '" + heap + "'");
        }
        if (!young.matches("auto|[1-9][0-9]*[kKmMgG]")) {
            throw bad("--young must be a size such as 3m or auto, not '" + young + "'");
        }
        check("--other", other, 0, 1000);
        if (!Jvm.COLLECTORS.contains(collector)) {
            throw bad("--collector must be one of " + Jvm.COLLECTORS + ", not '" + collector + "'");
        }
        if (mix.size() != 2 || mix.stream().anyMatch(share -> !(share >= 0 && share <= 1)) || mix.get(0) + mix.get(1) > 1) {
            throw bad("--mix must be two shares that are at most 1 together, such as 0.85,0.05, not " + mix);
        }
        try {
            Tide.parse(tide);
        } catch (IllegalArgumentException e) {
            throw bad("--tide: " + e.getMessage());
        }
        writable("--report", report);
        if (json != null) {
            writable("--json", json);
        }
        Path program = java == null ? Path.of(System.getProperty("java.home"), "bin", "java") : java;
        if (!Files.isExecutable(program)) {
            throw bad("--java: " + program + " is no program");
        }
        return new ContextSettings(young.equals(Jvm.AUTO) ? ContextSettings.ROOMY : ContextSettings.BURSTS, kinds(), times, Duration.ofSeconds(warm),
            Duration.ofSeconds(seconds), Duration.ofSeconds(rest), new Load(connections, rate, tide, new Orders.Mix(mix.get(0), mix.get(1)), other),
            new Jvm(heap, young, collector, program), processors(), Math.max(1, CORES / 2), seed);
    }

    private Processors processors() {
        if (processors.equals("shared")) {
            return Processors.SHARED;
        }
        if (!processors.equals("apart")) {
            throw bad("--processors must be apart or shared, not '" + processors + "'");
        }
        try {
            return Processors.apart();
        } catch (IOException e) {
            throw bad("--processors=apart: " + e.getMessage() + "; --processors=shared needs none of it");
        }
    }

    private List<ContextPools> kinds() {
        if (only.isEmpty()) {
            return List.of(ContextPools.values());
        }
        try {
            return only.stream().map(ContextPools::of).distinct().toList();
        } catch (IllegalArgumentException e) {
            throw bad("--only: " + e.getMessage());
        }
    }

    private int pick(String option, @Nullable Integer given, int otherwise, int low, int high) {
        int value = given == null ? otherwise : given;
        check(option, value, low, high);
        return value;
    }

    private void check(String option, double value, double low, double high) {
        if (!(value >= low && value <= high)) {
            throw bad(String.format(Locale.ROOT, "%s must be from %.0f to %.0f, not %s", option, low, high, Double.toString(value).replaceAll("\\.0$", "")));
        }
    }

    private void writable(String option, Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file) || folder == null || !Files.isDirectory(folder) || !Files.isWritable(folder)) {
            throw bad(option + ": cannot write " + file);
        }
    }

    private ParameterException bad(String text) {
        return new ParameterException(spec.commandLine(), text);
    }

    private static Map<String, String> method(ContextSettings settings, List<ContextResult> results) throws IOException {
        Corpus corpus = Orders.corpus(settings.load().mix(), settings.seed());
        Map<String, String> method = new LinkedHashMap<>();
        method.put("Load", String.format(Locale.ROOT, "own client in another process, open loop over %d connections: %.0f requests per second in the mean. Latency counts "
                + "from the moment a request was due", settings.load().connections(), settings.meanRate()));
        method.put("Tide", settings.load().tide().isEmpty() ? "none" : String.format(Locale.ROOT, "the rate is %.0f requests per second: ", settings.load().ratePerSecond())
            + Tide.parse(settings.load().tide()).describe());
        method.put("Requests", settings.load().mix().describe());
        method.put("Documents", corpus.describe());
        method.put("Context", String.format(Locale.ROOT, "%.0f heap objects in the mean: headers, body, parsed JSON, answer",
                results.stream().mapToDouble(ContextResult::objects).average().orElse(0)));
        method.put("Rest of the program", String.format(Locale.ROOT, "formats statistics as text: %.1f MiB of garbage a second, the same for every pool",
            settings.load().otherMib()));
        method.put("Window", String.format(Locale.ROOT, "%d s warm-up, %d s measured, %d round(s), pools interleaved, each in a fresh JVM; seed %d",
                settings.warmUp().toSeconds(), settings.measured().toSeconds(), settings.rounds(), settings.seed()));
        method.put("After the load", settings.after().toSeconds() + " s after it ended");
        method.put("Gateway JVM", String.join(" ", settings.flags()));
        method.put("Processors", settings.processors().describe());
        method.put("Threads", settings.threads() + " event loop(s) take contexts and put those of quotes; one thread puts those of orders and sessions");
        method.put("Pools", settings.kinds().stream().map(ContextPools::id).collect(Collectors.joining(", ")));
        return method;
    }
}
