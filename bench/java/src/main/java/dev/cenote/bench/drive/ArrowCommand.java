package dev.cenote.bench.drive;

import dev.cenote.bench.harness.ArrowFigures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ci/bench arrow}: Arrow's vectors on Cenote, on its Unsafe manager and on Netty, in JVMs that take turns. */
@Command(name = "arrow", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Arrow on Cenote beside Arrow's Unsafe and Netty managers: buffers, vectors, record batches; ratios.",
        footer = {"", "Exit code: 0 measured (whatever the verdicts), 1 a JVM failed, 2 wrong usage."})
public final class ArrowCommand implements Callable<Integer> {

    private static final List<String> MANAGERS = List.of("cenote", "unsafe", "netty");

    @Spec
    @Nullable CommandSpec spec;

    @Option(names = "--quick", description = "About 30 s: one JVM per manager instead of five.")
    boolean quick;

    @Option(names = "--jdk", paramLabel = "VERSION", description = "17, 25, any other installed version; default: the newest.")
    @Nullable Integer feature;

    @Option(names = "--module", hidden = true, description = "The folder of the built Maven module.")
    Path module = Path.of("bench/java");

    /** Made by picocli. */
    public ArrowCommand() {
    }

    @Override
    public Integer call() throws InterruptedException {
        Jdk jdk = chosen();
        Machine.describe(List.of(jdk)).forEach((name, value) -> System.out.printf("%-12s %s%n", name, value));
        Map<String, Measured> results = new LinkedHashMap<>();
        MANAGERS.forEach(manager -> results.put(manager, new Measured()));
        String classPath = new ClassPaths(module).of(jdk);
        for (int round = 0; round < (quick ? 1 : 5); round++) {   // taking turns: a disturbance hits all alike
            for (String manager : MANAGERS) {
                measure(jdk, classPath, results.get(manager), manager, quick ? "100" : "300");
            }
        }
        System.out.println("\n" + times(jdk, results).toText());
        System.out.println("\n" + verdicts(jdk, results).toText());
        results.forEach((manager, measured) ->
                measured.failures().forEach(text -> System.out.println(manager + " FAILED: " + text)));
        return results.values().stream().allMatch(measured -> measured.failures().isEmpty()) ? 0 : 1;
    }

    private Jdk chosen() {
        List<Jdk> installed = Jdk.installed();
        if (feature == null) {
            return installed.get(installed.size() - 1);
        }
        return installed.stream().filter(jdk -> jdk.feature() == feature).findFirst().orElseThrow(() ->
                new ParameterException(java.util.Objects.requireNonNull(spec).commandLine(), "--jdk " + feature
                        + ": not installed; found " + installed.stream().map(Jdk::feature).toList()));
    }

    private void measure(Jdk jdk, String classPath, Measured into, String manager, String millis)
            throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(jdk.java().toString()));
        command.addAll(JvmFlags.of(Scenario.HANDOFF, jdk));
        command.addAll(List.of("-cp", classPath, ArrowFigures.class.getName(), manager, millis));
        try {
            Measurer.runChild(command, module, into);
        } catch (IOException | IllegalStateException e) {
            into.addFailure(String.valueOf(e.getMessage()));
        }
    }

    /** What is measured, by the name under which the JVMs tell it. */
    private static Map<String, String> figures() {
        Map<String, String> figures = new LinkedHashMap<>();
        for (int bytes : ArrowFigures.BUFFERS) {
            figures.put("buffer-" + bytes, "buffer of " + Tables.size(bytes));
        }
        for (int bytes : ArrowFigures.VECTORS) {
            figures.put("touched-" + bytes, "vector of " + Tables.size(bytes) + ", one value a page");
            figures.put("kept-touched-" + bytes, "  the same, the vector is kept");
            figures.put("vector-" + bytes, "vector of " + Tables.size(bytes) + ", every value");
            figures.put("kept-vector-" + bytes, "  the same, the vector is kept");
        }
        for (int bytes : List.of(64 << 10, 1 << 20)) {
            figures.put("batch-" + bytes, ArrowFigures.COLUMNS + " vectors of " + Tables.size(bytes) + ", every value");
        }
        return figures;
    }

    private static Table times(Jdk jdk, Map<String, Measured> results) {
        List<String> heading = new ArrayList<>(List.of("nanoseconds"));
        results.keySet().forEach(manager -> heading.addAll(manager.equals("cenote")
                ? List.of(manager, "least..most", "heap B") : List.of(manager, "least..most", "heap B", "x cenote")));
        List<Table.Row> rows = new ArrayList<>();
        figures().forEach((figure, title) -> {
            List<String> cells = new ArrayList<>(List.of(title));
            OptionalDouble ours = results.get("cenote").median(figure);
            results.forEach((manager, measured) -> {
                OptionalDouble nanos = measured.median(figure);
                cells.add(number(nanos));
                cells.add(number(measured.least(figure)) + ".." + number(measured.most(figure)));
                cells.add(number(measured.median("heap-" + figure)));
                if (!manager.equals("cenote")) {
                    OptionalDouble ratio = Targets.over(nanos, ours);
                    cells.add(ratio.isEmpty() ? "-" : Verdict.number(ratio.getAsDouble()) + "x");
                }
            });
            rows.add(new Table.Row(cells, true, 0));
        });
        return new Table("Arrow: allocate, write, release   [JDK " + jdk.feature() + "]", "Medians of JVMs, least and most of"
                + " them; heap B: Java heap an operation costs, Arrow's own objects; x cenote: above 1 = slower than Cenote.",
                heading, rows);
    }

    private static Table verdicts(Jdk jdk, Map<String, Measured> results) {
        List<Table.Row> rows = new ArrayList<>();
        for (int bytes : ArrowFigures.BUFFERS) {
            judge(rows, results, "buffer-" + bytes, 1, "no slower than Unsafe");
        }
        for (int bytes : ArrowFigures.VECTORS) {
            judge(rows, results, "touched-" + bytes, 1.5, ">= 1.5x Unsafe");
            judge(rows, results, "vector-" + bytes, 1.5, ">= 1.5x Unsafe");
        }
        return new Table("Figures to reach   [JDK " + jdk.feature() + "]", "for nothing: what would be measured if our memory cost"
                + " nothing at all: the same zeroing, which is Arrow's, and writing in a vector that is kept.",
                List.of("what", "target", "measured", "for nothing", "verdict"), rows);
    }

    private static void judge(List<Table.Row> rows, Map<String, Measured> results, String figure, double limit,
                              String target) {
        OptionalDouble ratio = Targets.over(results.get("unsafe").median(figure), results.get("cenote").median(figure));
        Verdict verdict = Verdict.atLeast(String.valueOf(figures().get(figure)), target, ratio, limit, "");
        OptionalDouble kept = Targets.over(results.get("unsafe").median(figure), results.get("cenote").median("kept-" + figure));
        rows.add(new Table.Row(List.of(verdict.row(), verdict.target(), verdict.measured(),
                kept.isEmpty() ? "" : Verdict.number(kept.getAsDouble()) + "x", verdict.word()), false, 0));
    }

    private static String number(OptionalDouble value) {
        return value.isEmpty() ? "-" : Verdict.number(value.getAsDouble());
    }
}
