package dev.cenote.flow;

import dev.cenote.flow.FlowDecision.Action;
import dev.cenote.flow.FlowDecision.Inputs;
import dev.cenote.internal.FlightRecords;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the scheduler knows about one pool, and how it decides: windows, threshold, routes of tags.
 * <p>Holds nothing that would keep the pool alive. One thread at a time.
 */
final class PoolFlow {

    /** A pane of the sliding window; the window is as long as {@link TagTimes#PANES} of them: 8 s at 500 ms a step. */
    static final int STEPS_PER_PANE = 4;
    /** Fewer residence times than this within the window say nothing about their class. */
    static final int SAMPLES_MIN = 16;
    /** Fewer gets than this within a step say nothing about its miss rate. */
    static final int GETS_MIN = 32;
    /** Exponential times have 3.8 bits in half-octave buckets; above this, the mean belongs to few of the class. */
    static final double SPREAD_BITS = 4.5;
    /** So often in a row a widely spread class must pass. */
    static final int SPREAD_STEPS = 4;
    /** A class goes back when its mean residence is below this share of what would have moved it up. */
    static final double DEMOTE_SHARE = 0.5;

    private final @Nullable ThresholdTuner tuner;
    private final double fixed;
    private final GradientWindow gradient = new GradientWindow();
    private final long[] paneNanos = new long[TagTimes.PANES];
    private final long[] scratch = new long[Residence.BUCKETS];
    private int paneBefore = -1;
    private @Nullable Bounds bounds;
    private double missRateBefore = Double.NaN;
    private double missRate = Double.NaN;
    private double missDrop = Double.NaN;
    private double variance = Double.NaN;
    private int idleSteps;

    /** What the whole step has in common. */
    record Turn(long nowNanos, long gcCycles, int survived, long allocatedBytesPerSecond, Audience audience) {
        /** The same for a pool that missed turns. */
        Turn after(int allSurvived) {
            return new Turn(nowNanos, gcCycles, allSurvived, allocatedBytesPerSecond, audience);
        }
    }

    /** Who hears of decisions. */
    interface Audience {
        /** Counts a decision; true: somebody wants to hear of it. Else nobody puts it into words, which costs more than a pool's step. */
        boolean counts();

        /** A decision that was counted. */
        void hear(FlowDecision decision);
    }

    /** @param fixed the threshold; 0: it is tuned */
    PoolFlow(double fixed) {
        this.fixed = fixed;
        this.tuner = fixed == 0 ? new ThresholdTuner() : null;
    }

    /** The pane of the sliding window that a period belongs to. */
    static int pane(int period) {
        return period / STEPS_PER_PANE;
    }

    double threshold() {
        return tuner == null ? fixed : tuner.threshold();
    }

    /** As {@link FlowPool#glance}. */
    long glance() {
        return paneNanos[0] + gradient.glance() + (long) threshold() + paneBefore;
    }

    /** {@return how many steps in a row found nothing to do, nor any get} */
    int idleSteps() {
        return idleSteps;
    }

    void step(FlowPool pool, Turn turn) {
        idleSteps++;
        FlowSample sample = pool.sample(turn.nowNanos);
        int slot = sample.pane % TagTimes.PANES;
        paneNanos[slot] = sample.pane == paneBefore ? paneNanos[slot] + sample.elapsedNanos : sample.elapsedNanos;
        paneBefore = sample.pane;
        boolean tuned = tune(sample, turn);
        Bounds seen = bounds;
        if (seen == null || tuned) {
            seen = new Bounds(sample.generations, threshold());
            bounds = seen;
            pool.setBounds(seen);
        }
        pool.addClasses(sample);
        for (int i = 0; i < sample.tags(); i++) {
            flow(pool, sample, sample.index(i), sample.times(i), seen, turn);
        }
        idleSteps = sample.hits == 0 && sample.misses == 0 && sample.residences == 0 ? idleSteps : 0;
        if (turn.survived > 0) {
            destroyed(Action.AGE, pool.age(turn.nowNanos), sample, turn, "not asked for during three collections");
        }
        destroyed(Action.EVICT, pool.evict(turn.nowNanos), sample, turn, "outlived the time of their generation, or stood over its capacity");
        pool.forgetTags();
    }

    /** True: the threshold changed. */
    private boolean tune(FlowSample sample, Turn turn) {
        long count = sample.residences;
        double sum = sample.residenceNanos;
        double mean = count == 0 ? Double.NaN : sum / count;
        if (count != 0) {
            gradient.add(mean);
            variance = gradient.variance();
        }
        long gets = sample.hits + sample.misses;
        missRate = gets < GETS_MIN ? Double.NaN : (double) sample.misses / gets;
        missDrop = ThresholdTuner.drop(missRateBefore, missRate);
        missRateBefore = missRate;
        if (tuner != null && !Double.isNaN(missDrop)) { /* else it would hold */
            double before = tuner.threshold();
            ThresholdTuner.State state = tuner.step(variance, missDrop);
            if (tuner.threshold() != before) {
                decide(turn, sample, Action.TUNE, "", -1, -1, 0, Double.isNaN(mean) ? 0 : mean, 0, count, () -> String.format(Locale.ROOT,
                    "%s: misses fell by %.0f %%, gradient variance %.2f, health %.3f: threshold %.3f becomes %.3f",
                    state, missDrop * 100, variance, tuner.health(), before, tuner.threshold()));
                return true;
            }
        }
        return false;
    }

    private void flow(FlowPool pool, FlowSample sample, int index, TagTimes times, Bounds bounds, Turn turn) {
        int place = index % TagTimes.TAGS;
        int at = times.route(place);
        long count = times.count(place, sample.pane, at);
        if (count < SAMPLES_MIN) {
            return;
        }
        double mean = times.sumNanos(place, sample.pane, at) / count;
        if (bounds.isAbove(at, mean)) {
            rise(pool, sample, pool.tag(index), turn, mean, count);
        } else {
            times.setSpread(place, 0);
            times.setHeld(place, false);
            if (bounds.isBelow(at, mean)) {
                sink(pool, sample, pool.tag(index), turn, mean, count, bounds.belowNanos(at));
            }
        }
    }

    private void rise(FlowPool pool, FlowSample sample, Tag tag, Turn turn, double mean, long count) {
        int from = tag.route();
        int to = from + 1;
        TagTimes times = tag.times();
        double bits = times.entropyBits(tag.place(), sample.pane, scratch);
        Supplier<String> passed = () -> String.format(Locale.ROOT, "mean residence %.1f ms in %s passes %.1f ms (%.3f of its %.0f ms)", mean / 1e6,
            sample.generations[from].name(), threshold() * sample.generations[from].timeToLiveNanos() / 1e6, threshold(),
            sample.generations[from].timeToLiveNanos() / 1e6);
        int spread = bits > SPREAD_BITS ? times.spread(tag.place()) + 1 : SPREAD_STEPS;
        if (spread < SPREAD_STEPS) {
            times.setSpread(tag.place(), spread);
            hold(turn, sample, tag, from, to, mean, bits, count, () -> passed.get()
                + String.format(Locale.ROOT, ", but its times are spread over %.1f bits: it must pass %d times running", bits, SPREAD_STEPS));
            return;
        }
        long over = windowNanos(); /* 0 in a pool's first step: how many are present is not known yet */
        double present = over == 0 ? 0 : times.sumNanos(tag.place(), sample.pane, from) / over; /* Little's law */
        if (present > sample.generations[to].capacity()) {
            hold(turn, sample, tag, from, to, mean, bits, count, () -> passed.get()
                + String.format(Locale.ROOT, ", but %.0f of its entries are idle at a time, and %s takes %d", present,
                    sample.generations[to].name(), sample.generations[to].capacity()));
            return;
        }
        times.setSpread(tag.place(), 0);
        times.setHeld(tag.place(), false);
        pool.route(tag, to);
        int moved = pool.promote(tag, from, to);
        if (moved > 0) {
            FlightRecords.migration(sample.pool, tag.name(), from, to, moved);
        }
        decide(turn, sample, Action.PROMOTE, tag.name(), from, to, moved, mean, bits, count, passed);
    }

    /** Said once, until the class falls below the threshold or moves; and not at every step. */
    private void hold(Turn turn, FlowSample sample, Tag tag, int from, int to, double mean, double bits, long count,
            Supplier<String> why) {
        if (!tag.times().isHeld(tag.place())) {
            tag.times().setHeld(tag.place(), true);
            decide(turn, sample, Action.HOLD_BACK, tag.name(), from, to, 0, mean, bits, count, why);
        }
    }

    private void sink(FlowPool pool, FlowSample sample, Tag tag, Turn turn, double mean, long count, double limit) {
        int from = tag.route();
        pool.route(tag, from - 1);
        decide(turn, sample, Action.DEMOTE, tag.name(), from, from - 1, 0, mean, tag.times().entropyBits(tag.place(), sample.pane, scratch), count,
            () -> String.format(Locale.ROOT, "mean residence %.1f ms in %s: less than %.1f ms, half of what moves a class out of %s",
                mean / 1e6, sample.generations[from].name(), limit / 1e6, sample.generations[from - 1].name()));
    }

    private void destroyed(Action action, int entries, FlowSample sample, Turn turn, String reason) {
        if (entries > 0) {
            idleSteps = 0;
            FlightRecords.eviction(sample.pool, action.name(), entries);
            decide(turn, sample, action, "", -1, -1, entries, 0, 0, 0, () -> reason);
        }
    }

    private long windowNanos() {
        long sum = 0;
        for (long nanos : paneNanos) {
            sum += nanos;
        }
        return sum;
    }

    private void decide(Turn turn, FlowSample sample, Action action, String tag, int from, int to, int entries, double mean, double bits,
            long count, Supplier<String> why) {
        if (turn.audience.counts()) {
            String reason = why.get();
            FlightRecords.flowDecision(sample.pool, action.name(), tag, from, to, entries, threshold(), mean, bits, missRate, reason);
            turn.audience.hear(new FlowDecision(turn.nowNanos, sample.pool, action, tag, from, to, entries,
                new Inputs(threshold(), mean, bits, count, missRate, missDrop, variance, turn.gcCycles, turn.allocatedBytesPerSecond), reason));
        }
    }
}
