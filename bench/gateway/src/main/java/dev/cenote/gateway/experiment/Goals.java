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

    private static void against(List<String> said, String load, List<Row> rows) {
        Row own = find(rows, ContextPools.GENERATIONAL);
        Row none = find(rows, ContextPools.NONE);
        if (own != null && none != null) {
            Spread cpu = pairs(own, none, (a, b) -> 100 * (a.cpuMicros() / b.cpuMicros() - 1));
            Spread p99 = pairs(own, none, (a, b) -> 100 * (a.load().micros(99) / b.load().micros(99) - 1));
            Spread pause = pairs(own, none, (a, b) -> b.pauseTotal() == 0 ? Double.NaN : 100 * (a.pauseTotal() / b.pauseTotal() - 1));
            boolean agree = cpu.high() < 0 || cpu.low() > 0;
            said.add(load + ": against no pool at all, the generational pool changed processor time per request by " + text("%+.0f %%", cpu)
                + ", the client's p99 by " + text("%+.0f %%", p99) + ", and all pauses together by " + text("%+.0f %%", pause) + ". "
                + (!agree ? "The rounds do not agree on the sign of the first: that is no difference."
                    : cpu.middle() > -10 ? "That is not worth a pool, unless the pauses are what counts." : "Here a pool pays."));
        }
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

    private static Spread pairs(Row own, Row other, ToDoubleBiFunction<ContextResult, ContextResult> of) {
        int rounds = Math.min(own.rounds().size(), other.rounds().size());
        double[] values = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            values[i] = of.applyAsDouble(own.rounds().get(i), other.rounds().get(i));
        }
        return Spread.of(values);
    }

    private static String text(String format, Spread spread) {
        String middle = String.format(Locale.ROOT, format, spread.middle());
        return spread.low() == spread.high() || Double.isNaN(spread.middle()) ? middle
            : middle + " (" + String.format(Locale.ROOT, format, spread.low()) + " to " + String.format(Locale.ROOT, format, spread.high()) + ")";
    }

    static @Nullable Row find(List<Row> rows, ContextPools kind) {
        return rows.stream().filter(row -> row.kind().equals(kind.id())).findFirst().orElse(null);
    }

    /**
     * When pooling does not pay, in words that rest on the figures.
     *
     * @param plain those of the second load, or none
     */
    static List<String> verdict(List<Row> rows, List<Row> plain) {
        List<String> said = new ArrayList<>();
        against(said, "This load", rows);
        against(said, ContextSettings.PLAIN, plain);
        Row emptied = find(rows, ContextPools.EMPTIED);
        if (emptied != null && emptied.figure(Figures.HITS.value()).middle() > 90) {
            said.add("The pool that each collection empties hit often too: its contexts come back before two collections have passed. Where "
                + "collections are rare against the time an entry lies idle, that simple pool is as good.");
        }
        said.add("Requests that are done with the answer (quotes) need few contexts at a time, and any pool serves them; so does no pool, when the context "
            + "is small: young collections cost by what survives, and these do not survive. Pooling pays for graphs that are large, or costly to make, or kept for "
            + "longer than the time between collections, as sessions do; and where their number rises and falls, for a pool that lets go.");
        said.add("Pooled contexts live in the old generation: with a heap so large that collections are rare anyway, or with objects cheaper to make than to "
            + "reset, pooling does not pay.");
        return said;
    }
}
