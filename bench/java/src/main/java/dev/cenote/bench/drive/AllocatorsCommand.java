package dev.cenote.bench.drive;

import dev.cenote.bench.sizes.SizesMain;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ci/bench allocators}: mixed sizes by address, the classical workloads, each in a JVM of its own. */
@Command(name = "allocators", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Mixed sizes by address against LWJGL's jemalloc and malloc: time, resident peak, shared lines.",
        footer = {"", "Workloads: larson xmalloc mstress sh6 sh8 alloc-test cache-scratch cache-thrash, two threads each.",
            "Allocators take turns, in a JVM each. ns: of a thread, for an allocation with its free; cpu: its processor time.",
            "The floor is no allocator: it hands a ring of memory out again and again, and shows what the driver itself takes.",
            "Exit code: 0 measured (whatever the verdicts), 1 a JVM failed or blocks overlapped, 2 wrong usage."})
public final class AllocatorsCommand implements Callable<Integer> {

    private static final List<String> WORKLOADS = List.of("larson", "xmalloc", "mstress", "sh6", "sh8", "alloc-test",
            "cache-scratch", "cache-thrash");
    private static final String OURS = "cenote";
    private static final String JEMALLOC = "lwjgl-jemalloc";
    private static final String MALLOC = "malloc";
    private static final String FLOOR = "floor";
    private static final double FASTER = 1.5;
    private static final double PEAK_MAX = 1.3;
    private static final double SHARED_MAX = 0.05;
    private static final double DRIFT_MAX = 0.02;

    @Option(names = "--quick", description = "About three minutes: one JVM per figure, short runs.")
    boolean quick;

    @Option(names = "--check", description = "Checks every block for overlap instead of measuring; slow.")
    boolean check;

    @Option(names = "--only", paramLabel = "REGEX", description = "Only workload/allocator pairs in which this is found.")
    Pattern only = Pattern.compile("");

    @Option(names = "--jdk", paramLabel = "VERSION", defaultValue = "0", description = "Default: the newest found.")
    int feature;

    @Option(names = "--module", hidden = true, description = "The folder of the built Maven module.")
    Path module = Path.of("bench/java");

    /** Made by picocli. */
    public AllocatorsCommand() {
    }

    @Override
    public Integer call() throws InterruptedException {
        List<Jdk> installed = Jdk.installed();
        Jdk jdk = installed.stream().filter(each -> each.feature() == feature).findFirst()
                .orElse(installed.get(installed.size() - 1));
        Machine.describe(List.of(jdk)).forEach((name, value) -> System.out.printf("%-12s %s%n", name, value));
        String classPath = new ClassPaths(module).of(jdk);
        Map<String, Measured> results = new LinkedHashMap<>();
        for (int round = 0; round < (quick || check ? 1 : 3); round++) {
            for (String workload : WORKLOADS) {
                for (String allocator : List.of(OURS, JEMALLOC, MALLOC, FLOOR)) {
                    String label = workload + "/" + allocator;
                    if (only.matcher(label).find() && !(check && allocator.equals(FLOOR))) {
                        run(jdk, classPath, workload, allocator, results.computeIfAbsent(label, unused -> new Measured()));
                    }
                }
            }
        }
        boolean failed = results.values().stream().anyMatch(each -> !each.failures().isEmpty());
        results.forEach((label, each) -> each.failures().forEach(text -> System.out.println("  FAIL  " + label + ": " + text)));
        if (check) {
            results.forEach((label, each) -> System.out.print(each.failures().isEmpty()
                    ? "  ok  no two blocks overlapped: " + label + "\n" : ""));
        } else {
            System.out.println("\n" + table(results, jdk).toText());
        }
        return failed ? 1 : 0;
    }

    private void run(Jdk jdk, String classPath, String workload, String allocator, Measured into)
            throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(jdk.java().toString(), "-Xms96m", "-Xmx96m", "-XX:+UseSerialGC",
                "-XX:+AlwaysPreTouch")); /* a Java heap that does not change the resident size */
        if (jdk.feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        if (jdk.feature() >= 23) {
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        command.addAll(List.of("-cp", classPath, SizesMain.class.getName(), allocator, workload, quick ? "300" : "1000",
                quick ? "2" : "5", check ? "check" : "measure"));
        try {
            Measurer.runChild(command, module, into);
        } catch (IOException | IllegalStateException e) {
            into.addFailure(String.valueOf(e.getMessage()));
        }
    }

    private static Table table(Map<String, Measured> results, Jdk jdk) {
        List<Table.Row> rows = new ArrayList<>();
        for (Map.Entry<String, Measured> entry : results.entrySet()) {
            String label = entry.getKey();
            String workload = label.substring(0, label.indexOf('/'));
            Measured measured = entry.getValue();
            boolean ours = label.endsWith("/" + OURS);
            double nanos = value(measured, "ns");
            rows.add(new Table.Row(List.of(label, number(nanos, "%.1f"), spread(measured),
                    ours ? ratio(results.get(workload + "/" + JEMALLOC), "ns", nanos) : "",
                    ours ? ratio(results.get(workload + "/" + MALLOC), "ns", nanos) : "",
                    number(value(measured, "cpu"), "%.1f"),
                    ours ? net(results, workload, JEMALLOC) : "", ours ? net(results, workload, MALLOC) : "",
                    number(value(measured, "peak-kib") / 1024, "%.1f"),
                    number((value(measured, "peak-kib") - value(measured, "empty-kib")) / 1024, "%.1f"),
                    label.endsWith("/" + FLOOR) ? "" : number(100 * value(measured, "shared"), "%.1f"), number(100 * value(measured, "drift"), "%+.1f"),
                    ours ? verdict(results, workload, measured) : ""), ours, nanos));
        }
        return new Table("Mixed sizes by address, two threads   [JDK " + jdk.feature() + "]",
                "\u00d7je, \u00d7malloc: how many times faster than these (target " + FASTER + "), by ns. net: the same by cpu, without the"
                + " driver's own,\nwhich the floor tells. peak: resident MiB of the JVM; own: without"
                + " what it had\nbefore the workload (target at most " + PEAK_MAX + " of jemalloc's peak). shared: % of blocks held that lie on a"
                + " cache line with\nanother thread's (below 5). drift: % of resident size from the third to the last quarter.",
                List.of("workload/allocator", "ns", "\u00b1%", "\u00d7je", "\u00d7malloc", "cpu", "net \u00d7je", "net \u00d7malloc", "peak", "own", "shared", "drift", "verdict"), rows);
    }

    private static double value(@Nullable Measured measured, String name) {
        OptionalDouble median = measured == null ? OptionalDouble.empty() : measured.median(name);
        return median.orElse(Double.NaN);
    }

    private static String spread(Measured measured) {
        List<Double> all = measured.samples().getOrDefault("ns", List.of());
        double median = value(measured, "ns");
        return number(all.stream().mapToDouble(each -> Math.abs(each - median) / median * 100).max().orElse(Double.NaN), "%.0f");
    }

    private static String number(double value, String format) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, format, value);
    }

    private static String ratio(@Nullable Measured rival, String name, double ours) {
        return number(value(rival, name) / ours, "%.2f");
    }

    /** How many times faster than a rival, by processor time and without what the driver takes. */
    private static String net(Map<String, Measured> results, String workload, String rival) {
        double floor = value(results.get(workload + "/" + FLOOR), "cpu");
        double ours = value(results.get(workload + "/" + OURS), "cpu");
        return number((value(results.get(workload + "/" + rival), "cpu") - floor) / (ours - floor), "%.2f");
    }

    private static String verdict(Map<String, Measured> results, String workload, Measured ours) {
        Measured jemalloc = results.get(workload + "/" + JEMALLOC);
        Measured malloc = results.get(workload + "/" + MALLOC);
        List<String> misses = new ArrayList<>();
        double nanos = value(ours, "ns");
        if (!(value(jemalloc, "ns") / nanos >= FASTER)) {
            misses.add("jemalloc");
        }
        if (!(value(malloc, "ns") / nanos >= FASTER)) {
            misses.add("malloc");
        }
        if (!(value(ours, "peak-kib") <= PEAK_MAX * value(jemalloc, "peak-kib"))) {
            misses.add("peak");
        }
        if (!(value(ours, "shared") < SHARED_MAX)) {
            misses.add("shared");
        }
        if (!(Math.abs(value(ours, "drift")) < DRIFT_MAX)) {
            misses.add("drift");
        }
        return misses.isEmpty() ? "reached" : "missed: " + String.join(" ", misses);
    }
}
