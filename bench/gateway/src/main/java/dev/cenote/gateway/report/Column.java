package dev.cenote.gateway.report;

import dev.cenote.gateway.run.Measurement;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * One column of the table, for the terminal and the page alike.
 *
 * @param decimals   digits after the point
 * @param best       the sign of what is better: 1 more, -1 less, 0 neither
 */
record Column(String name, String unit, int decimals, int best, ToDoubleFunction<Measurement> value) {
    private static final double MIB = 1 << 20;

    static final List<Column> ALL = List.of(
            new Column("requests", "1/s", 0, 1, m -> m.load().perSecond()),
            new Column("p50", "ms", 2, -1, m -> m.load().micros(50) / 1e3),
            new Column("p99", "ms", 2, -1, m -> m.load().micros(99) / 1e3),
            new Column("p99.9", "ms", 2, -1, m -> m.load().micros(99.9) / 1e3),
            new Column("max", "ms", 1, -1, m -> m.load().micros(100) / 1e3),
            new Column("GC", "pauses", 0, -1, m -> m.gcPauses()),
            new Column("longest", "ms", 1, -1, Measurement::gcLongestMillis),
            new Column("heap", "MiB/s", 1, -1, m -> m.heapBytesPerSecond() / MIB),
            new Column("garbage", "KiB/msg", 1, -1, m -> m.heapBytesPerSecond() / 1024 / Math.max(1, m.load().perSecond())),
            new Column("RSS peak", "MiB", 0, -1, m -> m.residentPeak() / MIB),
            new Column("RSS after", "MiB", 0, -1, m -> m.residentAfter() / MIB),
            new Column("less heap", "MiB", 0, -1, m -> m.outsideHeap() < 0 ? Double.NaN : m.outsideHeap() / MIB),
            new Column("off-heap", "MiB", 1, 0, m -> m.heldPeak() < 0 ? Double.NaN : m.heldPeak() / MIB),
            new Column("growths", "all", 0, 0, m -> m.growths() < 0 ? Double.NaN : m.growths()),
            new Column("left", "pieces", 0, 0, m -> m.outstanding()));

    String text(Row row) {
        Row.Figure figure = row.figure(value);
        return Double.isNaN(figure.middle()) ? "-" : number(figure.middle());
    }

    /** Lowest and highest round, or nothing when they are the same. */
    String spread(Row row) {
        Row.Figure figure = row.figure(value);
        String low = number(figure.low());
        String high = number(figure.high());
        return Double.isNaN(figure.middle()) || low.equals(high) ? "" : low + "–" + high;
    }

    private String number(double value) {
        return String.format(Locale.ROOT, "%,." + decimals + "f", value).replace(",", "\u202f");
    }
}
