package dev.cenote.gateway.experiment;

import dev.cenote.gateway.experiment.Figures.Column;
import dev.cenote.gateway.experiment.Figures.Row;
import dev.cenote.gateway.experiment.Figures.Spread;
import dev.cenote.gateway.pool.ContextPools;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleBiFunction;
import org.jspecify.annotations.Nullable;

/** What was aimed for, beside what came out, round by round against the pool it is compared with. */
final class Goals {
    private Goals() {
    }

    /** One goal. */
    record Goal(String what, String aim, String measured, boolean reached) {
    }

    static List<Goal> of(List<Row> rows) {
        Row own = find(rows, ContextPools.GENERATIONAL);
        List<Goal> goals = new ArrayList<>();
        if (own == null) {
            return goals;
        }
        Row emptied = find(rows, ContextPools.EMPTIED);
        if (emptied != null) {
            change(goals, "heap allocation rate against emptied-at-gc", Figures.HEAP, own, emptied, -83);
            change(goals, "GC pause P99 against emptied-at-gc", Figures.PAUSE_99, own, emptied, -89);
            change(goals, "total GC pause against emptied-at-gc", Figures.PAUSE_SUM, own, emptied, -89);
            Spread points = pairs(own, emptied, (a, b) -> 100 * (a.hitRate() - b.hitRate()));
            goals.add(new Goal("hit rate above emptied-at-gc", "≥ 33 points", text("%+.1f points", points), points.middle() >= 33));
        }
        Spread hits = own.figure(Figures.HITS.value());
        goals.add(new Goal("hit rate", "≥ 94 %", text("%.1f %%", hits), hits.middle() >= 94));
        for (ContextPools keeper : List.of(ContextPools.QUEUE, ContextPools.RECYCLER)) {
            Row other = find(rows, keeper);
            if (other != null) {
                fewer(goals, "mean over the run", Figures.HELD, own, other);
                fewer(goals, "after the load", Figures.HELD_AFTER, own, other);
            }
        }
        return goals;
    }

    private static void change(List<Goal> goals, String what, Column column, Row own, Row other, double aim) {
        Spread change = pairs(own, other, (a, b) -> 100 * (column.value().applyAsDouble(a) / column.value().applyAsDouble(b) - 1));
        goals.add(new Goal(what, String.format(Locale.ROOT, "%.0f %%", aim), text("%+.0f %%", change), change.middle() <= aim));
    }

    private static void fewer(List<Goal> goals, String when, Column column, Row own, Row other) {
        double mine = own.figure(column.value()).middle();
        double theirs = other.figure(column.value()).middle();
        goals.add(new Goal("entries held, " + when, "fewer than " + other.kind(), String.format(Locale.ROOT, "%.0f against %.0f (hits %.1f against %.1f %%)", mine,
            theirs, own.figure(Figures.HITS.value()).middle(), other.figure(Figures.HITS.value()).middle()), mine < theirs));
    }

    static Spread pairs(Row own, Row other, ToDoubleBiFunction<ContextResult, ContextResult> of) {
        int rounds = Math.min(own.rounds().size(), other.rounds().size());
        double[] values = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            values[i] = of.applyAsDouble(own.rounds().get(i), other.rounds().get(i));
        }
        return Spread.of(values);
    }

    static String text(String format, Spread spread) {
        String middle = String.format(Locale.ROOT, format, spread.middle());
        return spread.low() == spread.high() || Double.isNaN(spread.middle()) ? middle
            : middle + " (" + String.format(Locale.ROOT, format, spread.low()) + " to " + String.format(Locale.ROOT, format, spread.high()) + ")";
    }

    static @Nullable Row find(List<Row> rows, ContextPools kind) {
        return rows.stream().filter(row -> row.kind().equals(kind.id())).findFirst().orElse(null);
    }
}
