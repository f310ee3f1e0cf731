package dev.cenote.bench.drive;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What {@link AllocatorsCommand} measured, side by side, and which targets it reaches. */
final class AllocatorsTable {

    static final String FLOOR = "floor";
    private static final String OURS = "cenote";
    private static final String JEMALLOC = "lwjgl-jemalloc";
    private static final String MALLOC = "malloc";
    /** In the order of their turns. */
    static final List<String> ALLOCATORS = List.of(OURS, JEMALLOC, MALLOC, FLOOR);

    private static final double FASTER = 1.5;
    private static final double PEAK_MAX = 1.3;
    private static final double SHARED_MAX = 0.05;
    private static final double DRIFT_MAX = 0.02;

    private AllocatorsTable() {
    }

    /**
     * The table.
     *
     * @param results by workload/allocator; those of one workload took turns, so that their samples belong together
     */
    static Table of(Map<String, Measured> results, Jdk jdk) {
        List<Table.Row> rows = new ArrayList<>();
        results.forEach((label, measured) -> rows.add(row(results, label, measured)));
        return new Table("Mixed sizes by address, two threads   [JDK " + jdk.feature() + "]",
                "ns, cpu: median of the turns. \u00d7je, \u00d7malloc: how many times faster than these, by ns; the median of the"
                + " turns' ratios, and between\nwhich two half of them lie (target " + FASTER + "). net: the same by cpu, without the"
                + " driver's own, which the floor tells. peak: resident MiB of\nthe JVM; own: without what it had before the"
                + " workload (target: peak at most " + PEAK_MAX + " of jemalloc's). shared: % of blocks held that lie on a\ncache line with"
                + " another thread's (below 5). drift: % of resident size from the third to the last quarter.",
                List.of("workload/allocator", "ns", "\u00d7je", "half", "\u00d7malloc", "half", "cpu", "net \u00d7je",
                        "net \u00d7malloc", "peak", "own", "shared", "drift", "verdict"), rows);
    }

    private static Table.Row row(Map<String, Measured> results, String label, Measured measured) {
        String workload = label.substring(0, label.indexOf('/'));
        boolean ours = label.endsWith("/" + OURS);
        double nanos = value(measured, "ns");
        Measured jemalloc = ratios(results, workload, JEMALLOC);
        Measured malloc = ratios(results, workload, MALLOC);
        return new Table.Row(List.of(label, number(nanos, "%.1f"),
                ours ? number(value(jemalloc, "ns"), "%.2f") : "", ours ? half(jemalloc) : "",
                ours ? number(value(malloc, "ns"), "%.2f") : "", ours ? half(malloc) : "",
                number(value(measured, "cpu"), "%.1f"),
                ours ? net(results, workload, JEMALLOC) : "", ours ? net(results, workload, MALLOC) : "",
                number(value(measured, "peak-kib") / 1024, "%.1f"),
                number((value(measured, "peak-kib") - value(measured, "empty-kib")) / 1024, "%.1f"),
                label.endsWith("/" + FLOOR) ? "" : number(100 * value(measured, "shared"), "%.1f"),
                number(100 * value(measured, "drift"), "%+.1f"),
                ours ? verdict(results, workload, measured) : ""), ours, nanos);
    }

    /** Of each turn, how many times as long the rival's took as ours. */
    private static Measured ratios(Map<String, Measured> results, String workload, String rival) {
        List<Double> theirs = samples(results.get(workload + "/" + rival));
        List<Double> ours = samples(results.get(workload + "/" + OURS));
        Measured ratios = new Measured();
        IntStream.range(0, Math.min(theirs.size(), ours.size()))
                .forEach(turn -> ratios.add("ns", theirs.get(turn) / ours.get(turn)));
        return ratios;
    }

    private static List<Double> samples(@Nullable Measured measured) {
        return measured == null ? List.of() : measured.samples().getOrDefault("ns", List.of());
    }

    private static String half(Measured ratios) {
        OptionalDouble low = ratios.part("ns", 0.25);
        OptionalDouble high = ratios.part("ns", 0.75);
        return low.isEmpty() || high.isEmpty() ? "-"
                : number(low.getAsDouble(), "%.2f") + "-" + number(high.getAsDouble(), "%.2f");
    }

    private static double value(@Nullable Measured measured, String name) {
        OptionalDouble median = measured == null ? OptionalDouble.empty() : measured.median(name);
        return median.orElse(Double.NaN);
    }

    private static String number(double value, String format) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, format, value);
    }

    /** How many times faster than a rival, by processor time and without what the driver takes. */
    private static String net(Map<String, Measured> results, String workload, String rival) {
        double floor = value(results.get(workload + "/" + FLOOR), "cpu");
        double ours = value(results.get(workload + "/" + OURS), "cpu");
        return number((value(results.get(workload + "/" + rival), "cpu") - floor) / (ours - floor), "%.2f");
    }

    private static String verdict(Map<String, Measured> results, String workload, Measured ours) {
        List<String> misses = new ArrayList<>();
        for (String rival : List.of(JEMALLOC, MALLOC)) {
            if (!(value(ratios(results, workload, rival), "ns") >= FASTER)) {
                misses.add(rival);
            }
        }
        if (!(value(ours, "peak-kib") <= PEAK_MAX * value(results.get(workload + "/" + JEMALLOC), "peak-kib"))) {
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
