package dev.cenote.bench.drive;

import dev.cenote.bench.harness.FlowFigures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ci/bench flow}: what the flow scheduler costs, in processor time and garbage of its own thread, while pools are at work. */
@Command(name = "flow", mixinStandardHelpOptions = true, sortOptions = false,
        description = "What the flow scheduler costs: processor time and garbage of its thread, every 500 ms over many pools that two "
                + "threads use all the time; in JVMs of their own. Aim: below 0.1 %% of one core with 100 pools and 1000 tags.",
        footer = {"", "Exit code: 0 measured (whatever the verdict), 1 a JVM failed, 2 wrong usage."})
public final class FlowCommand implements Callable<Integer> {

    private static final double PERCENT_MAX = 0.1;

    @Option(names = "--quick", description = "About a minute: fewer and shorter rounds.")
    boolean quick;

    @Option(names = "--pools", paramLabel = "N", defaultValue = "100", description = "Default: ${DEFAULT-VALUE}")
    int pools;

    @Option(names = "--tags", paramLabel = "N", defaultValue = "1000", description = "Tags of all pools together. Default: ${DEFAULT-VALUE}")
    int tags;

    @Option(names = "--busy", paramLabel = "SHARE", defaultValue = "0.5",
            description = "Share of the time in which the threads work. Default: ${DEFAULT-VALUE}")
    double busy;

    @Option(names = "--module", hidden = true, description = "The folder of the built Maven module.")
    Path module = Path.of("bench/java");

    @Spec
    CommandSpec spec;

    /** Made by picocli. */
    public FlowCommand() {
    }

    /** What the pools do meanwhile. */
    private record Case(String label, int tagsEach, double busy) {
    }

    @Override
    public Integer call() throws InterruptedException {
        if (pools < 1 || pools > 10_000 || tags < pools || tags > 65_536 || !(busy > 0 && busy <= 1)) {
            throw new ParameterException(spec.commandLine(), "pools must be 1 to 10000, tags at least as many and at most 65536, busy above 0"
                    + " and at most 1");
        }
        List<Jdk> installed = Jdk.installed();
        Jdk jdk = installed.get(installed.size() - 1);
        Machine.describe(List.of(jdk)).forEach((name, value) -> System.out.printf("%-12s %s%n", name, value));
        Case judged = new Case("every tag in one pool, all used", tags / pools, busy);
        List<Case> cases = List.of(judged, new Case("no pool used", tags / pools, 0), new Case("every tag in every pool, all used", tags, busy));
        Map<Case, Measured> results = new LinkedHashMap<>();
        String classPath = new ClassPaths(module).of(jdk);
        for (Case each : cases) {
            System.err.println(each.label);
            results.put(each, new Measured());
            run(jdk, classPath, each, results.get(each));
        }
        System.out.println("\n" + table(jdk, results).toText());
        OptionalDouble percent = results.get(judged).median("core-percent");
        System.out.printf(Locale.ROOT, "  %s  %s: %s %% of one core, aim below %s %%%n", percent.orElse(100) < PERCENT_MAX ? "ok  " : "FAIL",
                judged.label, figure(percent, 4), PERCENT_MAX);
        results.forEach((each, measured) -> measured.failures().forEach(text -> System.out.println(each.label + " FAILED: " + text)));
        return results.values().stream().allMatch(measured -> measured.failures().isEmpty()) ? 0 : 1;
    }

    private void run(Jdk jdk, String classPath, Case each, Measured into) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(jdk.java().toString()));
        command.addAll(JvmFlags.of(Scenario.HANDOFF, jdk));
        command.addAll(List.of("-cp", classPath, FlowFigures.class.getName(), Integer.toString(pools), Integer.toString(each.tagsEach),
                Double.toString(each.busy), quick ? "3" : "9", quick ? "2000" : "5000"));
        try {
            Measurer.runChild(command, module, into);
        } catch (IOException | IllegalStateException e) {
            into.addFailure(String.valueOf(e.getMessage()));
        }
    }

    private Table table(Jdk jdk, Map<Case, Measured> results) {
        List<Table.Row> rows = new ArrayList<>();
        results.forEach((each, measured) -> rows.add(new Table.Row(List.of(each.label, figure(measured.median("core-percent"), 4),
                figure(measured.least("core-percent"), 4) + ".." + figure(measured.most("core-percent"), 4), figure(measured.median("step-us"), 0),
                figure(measured.median("garbage-kib"), 1), figure(measured.median("decisions"), 0), figure(measured.median("mcycles"), 1)), true, 0)));
        return new Table(pools + " pools, " + tags + " tags   [JDK " + jdk.feature() + "]", "Processor time of the scheduler's thread; medians of rounds.",
                List.of("what", "% of a core", "least..most", "µs a step", "KiB a step", "decisions", "million gets"), rows);
    }

    private static String figure(OptionalDouble value, int digits) {
        return value.isEmpty() ? "-" : String.format(Locale.ROOT, "%." + digits + "f", value.getAsDouble());
    }
}
