package dev.cenote.bench.drive;

import dev.cenote.bench.harness.RegionFigures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ci/bench regions}: arenas against what a user would take instead, in JVMs that take turns. */
@Command(name = "regions", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Regions: 100 pieces of 16 to 256 bytes, first word written, all freed; and the close of a shared arena.",
        footer = {"", "Exit code: 0 measured (whatever the verdicts), 1 a JVM failed, 2 wrong usage."})
public final class RegionsCommand implements Callable<Integer> {

    private static final int FOREIGN_API = 22;
    private static final double NO_GARBAGE = 0.01;

    /** Who is measured, in the order of the table. */
    private enum Kind {
        CONFINED("cenote confined, reset", "CenoteRegions$ConfinedReset", 17, true),
        COUNTED("cenote confined, reset, counted", "CenoteRegions$ConfinedCounted", 17, true),
        CONFINED_CLOSE("cenote confined, close", "CenoteRegions$ConfinedClose", 17, true),
        SAMPLED("cenote confined, close, SAMPLED", "CenoteRegions$ConfinedCloseSampled", 17, true),
        PARANOID("cenote confined, reset, PARANOID", "CenoteRegions$ConfinedParanoid", 17, true),
        PER_THREAD("cenote per-thread, reset", "CenoteRegions$PerThreadReset", 17, true),
        PER_THREAD_OFF("cenote per-thread, reset, OFF", "CenoteRegions$PerThreadResetOff", 17, true),
        SHARED("cenote shared, reset", "CenoteRegions$SharedReset", 17, true),
        SHARED_OFF("cenote shared, reset, OFF", "CenoteRegions$SharedResetOff", 17, true),
        SHARED_CLOSE("cenote shared, close", "CenoteRegions$SharedClose", 17, true),
        LWJGL_STACK("lwjgl stack", "OtherRegions$LwjglStack", 17, false),
        FFM_REUSED("ffm slicing, reused", "FfmRegions$SlicingReused", FOREIGN_API, false),
        FFM_SLICING("ffm confined, slicing", "FfmRegions$ConfinedSlicing", FOREIGN_API, false),
        FFM_CONFINED("ffm confined", "FfmRegions$Confined", FOREIGN_API, false),
        SLICES("direct buffer, slices", "OtherRegions$BufferSlices", 17, false),
        HEAP("heap objects", "OtherRegions$Heap", 17, false),
        JEMALLOC("lwjgl jemalloc", "OtherRegions$LwjglJemalloc", 17, false),
        NETTY_ADAPTIVE("netty adaptive", "OtherRegions$NettyAdaptive", 17, false),
        NETTY_POOLED("netty pooled", "OtherRegions$NettyPooled", 17, false),
        CLOSE_SHARED("close: cenote shared", "CenoteCloses$Shared", 17, true),
        CLOSE_CONFINED("close: cenote confined", "CenoteCloses$Confined", 17, true),
        CLOSE_FFM("close: ffm shared", "FfmRegions$SharedClosing", FOREIGN_API, false);

        private final String label;
        private final String className;
        private final int minimumJava;
        private final boolean ours;

        Kind(String label, String className, int minimumJava, boolean ours) {
            this.label = label;
            this.className = className;
            this.minimumJava = minimumJava;
            this.ours = ours;
        }

        boolean isClose() {
            return label.startsWith("close:");
        }
    }

    @Option(names = "--quick", description = "About half a minute: the newest JDK, one JVM per figure instead of five.")
    boolean quick;

    @Option(names = "--only", paramLabel = "REGEX", description = "Only the rows in whose name this is found.")
    Pattern only = Pattern.compile("");

    @Option(names = "--json", paramLabel = "FILE", description = "Writes every sample.")
    @Nullable Path json;

    @Option(names = "--module", hidden = true, description = "The folder of the built Maven module.")
    Path module = Path.of("bench/java");

    /** Made by picocli. */
    public RegionsCommand() {
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        List<Jdk> installed = Jdk.installed();
        Jdk newest = installed.get(installed.size() - 1);
        List<Jdk> jdks = quick || installed.size() == 1 ? List.of(newest) : List.of(installed.get(0), newest);
        Map<String, String> machine = Machine.describe(jdks);
        machine.forEach((name, value) -> System.out.printf("%-12s %s%n", name, value));
        Map<String, Object> samples = new LinkedHashMap<>();
        boolean good = true;
        for (Jdk jdk : jdks) {
            Map<Kind, Measured> results = measure(jdk);
            System.out.println("\n" + table(jdk, results).toText());
            System.out.println(verdicts(jdk, results).toText());
            results.forEach((kind, measured) -> {
                measured.failures().forEach(text -> System.out.println(kind.label + " FAILED: " + text));
                samples.put("jdk " + jdk.feature() + ", " + kind.label, measured.samples());
            });
            good &= results.values().stream().allMatch(measured -> measured.failures().isEmpty());
        }
        if (json != null) {
            Files.writeString(json, Json.of(Map.of("machine", machine, "samples", samples)));
        }
        return good ? 0 : 1;
    }

    private Map<Kind, Measured> measure(Jdk jdk) throws InterruptedException {
        List<Kind> kinds = Stream.of(Kind.values()).filter(kind -> kind.minimumJava <= jdk.feature()
                && only.matcher(kind.label).find()).toList();
        Map<Kind, Measured> results = new LinkedHashMap<>();
        kinds.forEach(kind -> results.put(kind, new Measured()));
        String classPath = new ClassPaths(module).of(jdk);
        for (int round = 0; round < (quick ? 1 : 5); round++) {   // taking turns: a disturbance hits all alike
            for (Kind kind : kinds) {
                List<String> command = new ArrayList<>(List.of(jdk.java().toString()));
                command.addAll(JvmFlags.of(Scenario.HANDOFF, jdk));
                command.add("-Xbatch");   // warm means compiled, also where others keep the compiler's threads waiting
                command.addAll(List.of("-cp", classPath, RegionFigures.class.getName(), kind.className,
                        quick ? "300" : "1000", kind.isClose() ? "1" : "0"));
                try {
                    Measurer.runChild(command, module, results.get(kind));
                } catch (IOException | IllegalStateException e) {
                    results.get(kind).addFailure(String.valueOf(e.getMessage()));
                }
            }
        }
        return results;
    }

    private static Table table(Jdk jdk, Map<Kind, Measured> results) {
        OptionalDouble confined = nanos(results, Kind.CONFINED);
        OptionalDouble close = nanos(results, Kind.CLOSE_SHARED);
        List<Table.Row> rows = new ArrayList<>();
        results.forEach((kind, measured) -> {
            OptionalDouble ratio = Targets.over(nanos(results, kind), kind.isClose() ? close : confined);
            rows.add(new Table.Row(List.of(kind.label, number(measured.median("ns")), number(measured.least("ns")) + ".."
                    + number(measured.most("ns")), number(nanos(results, kind)), ratio.isEmpty() ? "-"
                    : Verdict.number(ratio.getAsDouble()) + "x", number(measured.median("bytes"))), kind.ours, 0));
        });
        return new Table("regions   [JDK " + jdk.feature() + "]", "ns: a piece allocated, its first word written, freed with"
                + " its batch of 100; of the close rows, one close of an arena with a piece, while another thread runs. Median of"
                + " JVMs; low: of the JVM that was disturbed least, what the twentieth part of rounds is below: verdicts and ratios are"
                + " of it; x: times our confined arena's, or our shared close's.",
                List.of("what", "ns", "least..most", "low", "x", "B/op"), rows);
    }

    private static Table verdicts(Jdk jdk, Map<Kind, Measured> results) {
        OptionalDouble ours = nanos(results, Kind.CONFINED);
        List<Verdict> verdicts = new ArrayList<>();
        verdicts.add(Verdict.atMost("confined, reset", "<= 1.0 ns", ours, 1.0, "ns"));
        verdicts.add(Verdict.atMost("confined, reset", "level with LWJGL's stack (<= 1.2x)",
                Targets.over(ours, nanos(results, Kind.LWJGL_STACK)), 1.2, "x"));
        if (jdk.feature() >= FOREIGN_API) {
            verdicts.add(Verdict.atLeast("confined, reset", ">= 4x FFM slicing",
                    Targets.over(nanos(results, Kind.FFM_REUSED), ours), 4, "reused segment"));
            verdicts.add(Verdict.atLeast("shared close", ">= 100x Arena.ofShared",
                    Targets.over(nanos(results, Kind.CLOSE_FFM), nanos(results, Kind.CLOSE_SHARED)), 100, ""));
        }
        verdicts.add(Verdict.atLeast("confined, reset", ">= 9x heap objects",
                Targets.over(nanos(results, Kind.HEAP), ours), 9, ""));
        verdicts.add(Verdict.atLeast("confined, reset", ">= 20x jemalloc",
                Targets.over(nanos(results, Kind.JEMALLOC), ours), 20, ""));
        Measured confined = results.get(Kind.CONFINED);
        verdicts.add(Verdict.atMost("garbage", "0 B/op",
                confined == null ? OptionalDouble.empty() : confined.median("bytes"), NO_GARBAGE, "B/op"));
        return new Table("Figures to reach   [JDK " + jdk.feature() + "]", "", List.of("what", "target", "measured", "verdict"),
                verdicts.stream().map(verdict -> new Table.Row(List.of(verdict.row(), verdict.target(), verdict.measured(),
                verdict.word()), false, 0)).toList());
    }

    private static OptionalDouble nanos(Map<Kind, Measured> results, Kind kind) {
        Measured measured = results.get(kind);
        return measured == null ? OptionalDouble.empty() : measured.least("low");
    }

    private static String number(OptionalDouble value) {
        return value.isEmpty() ? "-" : Verdict.number(value.getAsDouble());
    }
}
