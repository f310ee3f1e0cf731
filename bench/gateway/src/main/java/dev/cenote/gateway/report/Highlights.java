package dev.cenote.gateway.report;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The best kind of a few figures, always beside the one that comes next, and never called better within the noise. */
final class Highlights {
    /** Differences below this share are no difference on a machine like this; rounds may say more. */
    static final double NOISE = 0.10;

    private Highlights() {
    }

    /** One highlight: what, the best value with its unit, whose, and how the next one does. */
    record Highlight(String what, String value, String kind, String next) {
    }

    static List<Highlight> of(List<Row> rows) {
        return List.of(of("Most requests per second", column("requests"), rows),
                of("Lowest p99.9 latency", column("p99.9"), rows),
                of("Least garbage for a message", column("garbage"), rows),
                of("Least resident memory at the peak", column("RSS peak"), rows));
    }

    static Column column(String name) {
        return Column.ALL.stream().filter(column -> column.name().equals(name)).findFirst().orElseThrow();
    }

    private static Highlight of(String what, Column column, List<Row> rows) {
        Comparator<Row> order = Comparator.comparingDouble(row -> -column.best() * row.figure(column.value()).middle());
        List<Row> sorted = rows.stream().sorted(order).toList();
        Row best = sorted.get(0);
        String next = "";
        if (sorted.size() > 1) {
            Row second = sorted.get(1);
            double a = best.figure(column.value()).middle();
            double b = second.figure(column.value()).middle();
            double apart = Math.abs(a - b) / Math.max(Math.abs(b), 1e-9);
            next = String.format(Locale.ROOT, "%s %s %s", second.kind(), column.text(second), column.unit())
                    + (apart < NOISE ? ": no difference (below 10 %)" : "");
        }
        return new Highlight(what, column.text(best) + " " + column.unit(), best.kind(), next);
    }
}
