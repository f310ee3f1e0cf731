package dev.cenote.gateway.experiment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** What the tables and plots show of all rounds: each figure's middle, with its spread. */
final class Figures {
    private static final double MIB = 1 << 20;

    private Figures() {
    }

    /**
     * One column.
     *
     * @param decimals digits after the point
     */
    record Column(String name, String unit, int decimals, ToDoubleFunction<ContextResult> value) {
        String text(Row row) {
            return number(row.figure(value).middle());
        }

        /** Lowest and highest round, or nothing when they are the same. */
        String spread(Row row) {
            Spread spread = row.figure(value);
            String low = number(spread.low());
            String high = number(spread.high());
            return Double.isNaN(spread.middle()) || low.equals(high) ? "" : low + "–" + high;
        }

        private String number(double value) {
            return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%." + decimals + "f", value);
        }
    }

    /** A figure over all rounds. */
    record Spread(double low, double middle, double high) {
        static Spread of(double... values) {
            double[] sorted = Arrays.stream(values).filter(v -> !Double.isNaN(v)).sorted().toArray();
            if (sorted.length == 0) {
                return new Spread(Double.NaN, Double.NaN, Double.NaN);
            }
            int half = sorted.length / 2;
            return new Spread(sorted[0], sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2, sorted[sorted.length - 1]);
        }
    }

    /** All rounds of one pool. */
    record Row(String kind, List<ContextResult> rounds) {
        Spread figure(ToDoubleFunction<ContextResult> of) {
            return Spread.of(rounds.stream().mapToDouble(of).toArray());
        }

        ContextResult last() {
            return rounds.get(rounds.size() - 1);
        }

        boolean isSound() {
            return rounds.stream().allMatch(round -> round.failures().isEmpty());
        }
    }

    static final Column REQUESTS = new Column("requests", "1/s", 0, r -> r.load().perSecond());
    static final Column P50 = new Column("p50", "ms", 2, r -> r.load().micros(50) / 1e3);
    static final Column P99 = new Column("p99", "ms", 2, r -> r.load().micros(99) / 1e3);
    static final Column P999 = new Column("p99.9", "ms", 2, r -> r.load().micros(99.9) / 1e3);
    static final Column CPU = new Column("CPU", "µs/req", 0, ContextResult::cpuMicros);
    static final Column STOLEN = new Column("stolen", "%", 1, r -> 100 * r.stolen());
    static final Column HEAP = new Column("heap", "MiB/s", 1, r -> r.heapBytesPerSecond() / MIB);
    static final Column PAUSES = new Column("GC", "pauses", 0, r -> r.pauseMillis().size());
    static final Column PAUSE_50 = new Column("pause p50", "ms", 2, r -> r.pause(50));
    static final Column PAUSE_99 = new Column("pause p99", "ms", 2, r -> r.pause(99));
    static final Column PAUSE_MAX = new Column("longest", "ms", 2, r -> r.pause(100));
    static final Column PAUSE_SUM = new Column("all pauses", "ms", 1, ContextResult::pauseTotal);
    static final Column HITS = new Column("hits", "%", 2, r -> 100 * r.hitRate());
    static final Column HELD = new Column("held", "mean", 0, ContextResult::heldMean);
    static final Column HELD_PEAK = new Column("held", "peak", 0, r -> r.heldPeak());
    static final Column HELD_AFTER = new Column("held", "after", 0, r -> r.heldAfter() < 0 ? Double.NaN : r.heldAfter());
    /** What the client and the system see. */
    static final List<Column> OUTSIDE = List.of(REQUESTS, P50, P99, P999, CPU, STOLEN, HEAP, HITS);
    /** What the collector did, and what the pool keeps from it. */
    static final List<Column> INSIDE = List.of(PAUSES, PAUSE_50, PAUSE_99, PAUSE_MAX, PAUSE_SUM, HELD, HELD_PEAK, HELD_AFTER);
    private static final List<Column> ALL = Stream.concat(OUTSIDE.stream(), INSIDE.stream()).toList();

    /** One row for each pool, in the order of the first round. */
    static List<Row> rows(List<ContextResult> results) {
        Map<String, List<ContextResult>> byKind = new LinkedHashMap<>();
        results.forEach(result -> byKind.computeIfAbsent(result.kind(), kind -> new ArrayList<>()).add(result));
        List<Row> rows = new ArrayList<>();
        byKind.forEach((kind, rounds) -> rows.add(new Row(kind, List.copyOf(rounds))));
        return rows;
    }

    /** The table for the terminal. */
    static String table(List<Row> rows) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(cells("pool", Column::name));
        lines.add(cells("", Column::unit));
        for (Row row : rows) {
            lines.add(cells(row.kind, column -> column.text(row)));
            if (row.rounds.size() > 1) {
                lines.add(cells("", column -> column.spread(row).replace('–', '-')));
            }
        }
        StringBuilder table = new StringBuilder();
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < line.size(); i++) {
                int at = i;
                int width = lines.stream().mapToInt(cells -> cells.get(at).length()).max().orElse(0);
                text.append(String.format(Locale.ROOT, i == 0 ? "%-" + width + "s" : "  %" + width + "s", line.get(i)));
            }
            table.append(text.toString().stripTrailing()).append('\n');
        }
        return table.toString();
    }

    private static List<String> cells(String first, Function<Column, String> of) {
        List<String> cells = new ArrayList<>(List.of(first));
        ALL.forEach(column -> cells.add(of.apply(column)));
        return cells;
    }
}
