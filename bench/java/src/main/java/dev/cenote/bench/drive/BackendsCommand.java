package dev.cenote.bench.drive;

import dev.cenote.bench.harness.BackendFigures;
import dev.cenote.bench.harness.Handoff;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ci/bench backends}: the same pool on jni, ffm and java, in JVMs that take turns; a table with ratios. */
@Command(name = "backends", mixinStandardHelpOptions = true, sortOptions = false,
        description = "The same pool on each backend: cycle, exchange, hand-off, growth; ratios to jni.",
        footer = {"", "Exit code: 0 measured, 1 a JVM failed, 2 wrong usage."})
public final class BackendsCommand implements Callable<Integer> {

    private static final int HANDOFF_BYTES = 1024;
    private static final int FOREIGN_API = 22;

    private enum Kind {
        JNI("jni", "cenote-jni", 17), FFM("ffm", "cenote-ffm", FOREIGN_API), JAVA("java", "cenote-java", 17);

        private final String backend;
        private final String peer;
        private final int minimumJava;

        Kind(String backend, String peer, int minimumJava) {
            this.backend = backend;
            this.peer = peer;
            this.minimumJava = minimumJava;
        }
    }

    /** What is told by the measured JVMs, and what it means. */
    private enum Figure {
        CYCLE("cycle", "get, write a byte, put (no call into the backend)"),
        EXCHANGE("exchange", "one exchange: magazines of one block"),
        MAGAZINES("magazines", "per block, 512 taken and put, magazines of 64"),
        HANDOFF("ns", "hand-off, one thread gets and another puts"),
        FRESH("fresh", "64 MiB nobody used before, per block of 4 KiB"),
        GROWTH("growth", "one growth, as the pool says");

        private final String name;
        private final String title;

        Figure(String name, String title) {
            this.name = name;
            this.title = title;
        }
    }

    @Option(names = "--quick", description = "About 15 s: one JVM per figure instead of five.")
    boolean quick;

    @Option(names = "--module", hidden = true, description = "The folder of the built Maven module.")
    Path module = Path.of("bench/java");

    /** Made by picocli. */
    public BackendsCommand() {
    }

    @Override
    public Integer call() throws InterruptedException {
        List<Jdk> installed = Jdk.installed();
        Jdk jdk = installed.get(installed.size() - 1);
        Machine.describe(List.of(jdk)).forEach((name, value) -> System.out.printf("%-12s %s%n", name, value));
        List<Kind> kinds = Stream.of(Kind.values()).filter(kind -> kind.minimumJava <= jdk.feature()).toList();
        if (kinds.size() < Kind.values().length) {
            System.out.println("no JDK " + FOREIGN_API + " or later: without ffm");
        }
        Map<Kind, Measured> results = new LinkedHashMap<>();
        kinds.forEach(kind -> results.put(kind, new Measured()));
        String classPath = new ClassPaths(module).of(jdk);
        String millis = quick ? "150" : "400";
        for (int round = 0; round < (quick ? 1 : 5); round++) {   // taking turns: a disturbance hits all alike
            for (Kind kind : kinds) {
                measure(jdk, classPath, results.get(kind),
                        List.of(BackendFigures.class.getName(), kind.backend, millis));
                measure(jdk, classPath, results.get(kind),
                        List.of(Handoff.class.getName(), kind.peer, Integer.toString(HANDOFF_BYTES), millis));
            }
        }
        System.out.println("\n" + table(jdk, results).toText());
        results.forEach((kind, measured) ->
                measured.failures().forEach(text -> System.out.println(kind.backend + " FAILED: " + text)));
        return results.values().stream().allMatch(measured -> measured.failures().isEmpty()) ? 0 : 1;
    }

    private void measure(Jdk jdk, String classPath, Measured into, List<String> mainAndArguments)
            throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(jdk.java().toString()));
        command.addAll(JvmFlags.of(Scenario.HANDOFF, jdk));
        command.add("-Xbatch");   // warm means compiled, also where others keep the compiler's threads waiting
        command.addAll(List.of("-cp", classPath));
        command.addAll(mainAndArguments);
        try {
            Measurer.runChild(command, module, into);
        } catch (IOException | IllegalStateException e) {
            into.addFailure(String.valueOf(e.getMessage()));
        }
    }

    private static Table table(Jdk jdk, Map<Kind, Measured> results) {
        List<String> heading = new ArrayList<>(List.of("nanoseconds"));
        results.keySet().forEach(kind -> heading.addAll(kind == Kind.JNI ? List.of("jni", "least..most")
                : List.of(kind.backend, "least..most", "x jni")));
        List<Table.Row> rows = new ArrayList<>();
        for (Figure figure : Figure.values()) {
            List<String> cells = new ArrayList<>(List.of(figure.title));
            OptionalDouble jni = results.get(Kind.JNI).least(figure.name);
            results.forEach((kind, measured) -> {
                OptionalDouble nanos = measured.median(figure.name);
                cells.add(number(nanos));
                cells.add(number(measured.least(figure.name)) + ".." + number(measured.most(figure.name)));
                if (kind != Kind.JNI) {
                    OptionalDouble ratio = Targets.over(measured.least(figure.name), jni);
                    cells.add(ratio.isEmpty() ? "-" : Verdict.number(ratio.getAsDouble()) + "x");
                }
            });
            rows.add(new Table.Row(cells, true, 0));
        }
        return new Table("backends   [JDK " + jdk.feature() + "]", "Medians of JVMs, least and most of them; x jni: its"
                + " least times jni's, above 1 = slower.", heading, rows);
    }

    private static String number(OptionalDouble value) {
        return value.isEmpty() ? "-" : Verdict.number(value.getAsDouble());
    }
}
