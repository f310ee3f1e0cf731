package dev.cenote.gateway.experiment;

import dev.cenote.gateway.experiment.Figures.Row;
import dev.cenote.gateway.experiment.Figures.Spread;
import dev.cenote.gateway.pool.ContextPools;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Under which of the loads pooling paid and under which it did not, in words that rest on the figures. */
final class Verdict {
    /** Less than this share of the time in pauses is nothing to save. */
    private static final double PAUSES_MIN = 0.01;
    private static final double POINTS_MIN = 5;
    private static final double PERCENT_MIN = 10;
    /** From this share of stolen time on, a run's pauses are to a good part the machine's. */
    private static final double STOLEN_MAX = 0.05;

    private Verdict() {
    }

    /** @param others results of the loads for comparison, by their titles */
    static List<String> of(String title, List<Row> rows, Map<String, List<ContextResult>> others) {
        List<String> said = new ArrayList<>();
        disturbed(said, rows);
        load(said, title, rows);
        others.forEach((other, results) -> load(said, other, Figures.rows(results)));
        said.add("Emptying at each collection costs a pool its contexts only when two collections fall into the time in which they lie idle. That takes bursts with quiet "
            + "between them, a young generation that is small against the contexts of a burst, and a program that goes on allocating in between. Where one of the three is "
            + "missing, the simpler pool does as well.");
        said.add("Requests that are done with the answer need few contexts at a time. Any pool serves them; no pool does too, as long as contexts are cheap to "
            + "make: young collections cost by what survives, and these do not survive.");
        said.add("Pooled contexts stand in the old generation for good. With a heap so large that collections are rare anyway, or with objects cheaper to make than to reset, "
            + "pooling does not pay.");
        return said;
    }

    private static void disturbed(List<String> said, List<Row> rows) {
        List<ContextResult> runs = rows.stream().flatMap(row -> row.rounds().stream()).toList();
        long disturbed = runs.stream().filter(run -> run.stolen() > STOLEN_MAX).count();
        if (disturbed > 0) {
            said.add(String.format(Locale.ROOT, "The machine was disturbed: in %d of %d runs its host took more than %.0f %% of the processors' time for others. Pauses and "
                + "latencies of these runs are too long, by chance more in one than in another.", disturbed, runs.size(), 100 * STOLEN_MAX));
        }
    }

    private static void load(List<String> said, String title, List<Row> rows) {
        Row own = Goals.find(rows, ContextPools.GENERATIONAL);
        if (own == null) {
            return;
        }
        String none = none(own, Goals.find(rows, ContextPools.NONE));
        String emptied = emptied(own, Goals.find(rows, ContextPools.EMPTIED));
        if (!none.isEmpty() || !emptied.isEmpty()) {
            said.add(title + ": " + (none + " " + emptied).strip());
        }
        String floor = floor(own, Goals.find(rows, ContextPools.EMPTIED), Stream.of(ContextPools.QUEUE, ContextPools.RECYCLER, ContextPools.STORMPOT)
            .map(kind -> Goals.find(rows, kind)).filter(Objects::nonNull).min(Comparator.comparingDouble(Verdict::pauses)).orElse(null));
        if (!floor.isEmpty()) {
            said.add(title + ": " + floor);
        }
    }

    /** What even a pool that lets go of nothing leaves of the pauses: the collections that the rest of the program causes. */
    private static String floor(Row own, @Nullable Row emptied, @Nullable Row keeper) {
        if (emptied == null || keeper == null || pauses(emptied) <= pauses(keeper)) {
            return "";
        }
        double saved = (pauses(emptied) - pauses(own)) / (pauses(emptied) - pauses(keeper));
        return String.format(Locale.ROOT, "%s lets go of nothing and hits %.1f %%, and still the collector paused %.0f ms in %.0f collections, %+.0f %% against "
            + "emptied-at-gc: that much is the rest of the program's, and no pool takes it away. The generational pool came to %.0f ms in %.0f, %.0f %% of what a pool "
            + "can save here.", keeper.kind(), keeper.figure(Figures.HITS.value()).middle(), pauses(keeper), collections(keeper),
            100 * (pauses(keeper) / pauses(emptied) - 1), pauses(own), collections(own), 100 * saved);
    }

    private static double pauses(Row row) {
        return row.figure(ContextResult::pauseTotal).middle();
    }

    private static double collections(Row row) {
        return row.figure(result -> result.pauseMillis().size()).middle();
    }

    private static String none(Row own, @Nullable Row none) {
        if (none == null) {
            return "";
        }
        double share = none.figure(Verdict::pauseShare).middle();
        Spread cpu = Goals.pairs(own, none, (a, b) -> 100 * (a.cpuMicros() / b.cpuMicros() - 1));
        Spread pause = Goals.pairs(own, none, (a, b) -> b.pauseTotal() == 0 ? Double.NaN : 100 * (a.pauseTotal() / b.pauseTotal() - 1));
        boolean pays = cpu.high() < -PERCENT_MIN || share >= PAUSES_MIN && pause.high() < -50;
        return String.format(Locale.ROOT, "without any pool, pauses took %.1f %% of the time; the generational pool changed them by %s, and processor time per "
            + "request by %s. %s", 100 * share, Double.isNaN(pause.middle()) ? "nothing" : Goals.text("%+.0f %%", pause), Goals.text("%+.0f %%", cpu), pays ? "Here a pool pays." : "Here pooling does not pay.");
    }

    private static String emptied(Row own, @Nullable Row emptied) {
        if (emptied == null) {
            return "";
        }
        Spread points = Goals.pairs(own, emptied, (a, b) -> 100 * (a.hitRate() - b.hitRate()));
        return String.format(Locale.ROOT, "Against the pool that each collection empties it hit %s: %s.", Goals.text("%+.1f points", points),
            points.middle() < POINTS_MIN ? "that one is as good here" : "that one lets go of what the next burst needs");
    }

    private static double pauseShare(ContextResult result) {
        return result.pauseTotal() / 1e3 / result.load().seconds();
    }
}
