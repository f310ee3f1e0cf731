package dev.cenote.flow;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Residence times of {@value #TAGS} tags of a pool: all there were, and those of a sliding window, which is the last {@value #PANES}
 * panes, the newest still filling; beside them what else the scheduler looks at in each step.
 * <p>Any thread adds. The sums only grow; a window is the difference to what they were when its oldest pane began, and that is
 * noted by whoever adds to a pane first. So the scheduler copies nothing. What it reads of one tag stands beside the same of
 * the next: a step over many tags goes through few cache lines, in order. Histograms stand apart; they are read when a
 * class may move.
 */
final class TagTimes {

    /** Tags in one. */
    static final int TAGS = 16;
    static final int PANES = 4;

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle INTS = MethodHandles.arrayElementVarHandle(int[].class);

    /* of each tag, in marks */
    private static final int ROUTE = 0;
    private static final int ACTIVE = 1;
    private static final int SPREAD = 2;
    private static final int HELD = 3;
    private static final int PANE = 4;
    private static final int MARKS = PANE + PANES;

    /** Numbers of a tag: per generation how many residence times, and their sum. */
    private final int width;
    /** [tag][number]. */
    private final long[] sums;
    /** [slot][tag][number], when the slot's pane began. */
    private final long[] noted;
    /** [tag][mark]. Which pane a slot is of is written by who noted it, when it was used by who used it, the rest by the scheduler. */
    private final int[] marks = new int[MARKS * TAGS];
    private final AtomicReferenceArray<@Nullable TagHistogram> histograms = new AtomicReferenceArray<>(TAGS);

    TagTimes(int generations) {
        width = 2 * generations;
        sums = new long[width * TAGS];
        noted = new long[PANES * width * TAGS];
        for (int tag = 0; tag < TAGS; tag++) {
            begin(tag, 0);
        }
    }

    /** A tag begins anew here. A time of the one before that is being added at this moment may count for it. */
    void begin(int tag, int period) {
        for (int i = 0; i < width; i++) {
            LONGS.setOpaque(sums, tag * width + i, 0L);
        }
        for (int i = 0; i < MARKS; i++) {
            INTS.setOpaque(marks, tag * MARKS + i, i < PANE ? 0 : -PANES);
        }
        INTS.setOpaque(marks, tag * MARKS + ACTIVE, period);
        histograms.set(tag, null);
    }

    /** Entries with a tag lay so long in a generation; {@code weight} of them. */
    void add(int tag, int pane, int generation, long nanos, int weight) {
        TagHistogram histogram = histograms.get(tag);
        if (histogram == null) {
            histogram = makeHistogram(tag);
        }
        if ((int) INTS.getOpaque(marks, paneAt(tag, pane)) < pane) {
            note(tag, pane, histogram);
        }
        histogram.add(generation, nanos, weight);
        LONGS.getAndAdd(sums, tag * width + 2 * generation + 1, Math.max(0, nanos) * weight);
        LONGS.getAndAdd(sums, tag * width + 2 * generation, (long) weight);
    }

    private TagHistogram makeHistogram(int tag) {
        histograms.compareAndSet(tag, null, new TagHistogram(width / 2));
        TagHistogram made = histograms.get(tag);
        return made == null ? makeHistogram(tag) : made; /* null: the tag began anew just now */
    }

    private static int slot(int pane) {
        return pane & PANES - 1;
    }

    private static int paneAt(int tag, int pane) {
        return tag * MARKS + PANE + slot(pane);
    }

    private int notedAt(int tag, int slot) {
        return (slot * TAGS + tag) * width;
    }

    private void note(int tag, int pane, TagHistogram histogram) {
        if (!histogram.tryLock()) {
            return; /* another thread is at it; to which pane a time at its edge belongs is all the same */
        }
        if (marks[paneAt(tag, pane)] < pane) {
            for (int i = 0; i < width; i++) {
                noted[notedAt(tag, slot(pane)) + i] = (long) LONGS.getOpaque(sums, tag * width + i);
            }
            histogram.note(slot(pane));
            INTS.setRelease(marks, paneAt(tag, pane), pane); /* what was noted is seen by who reads it in oldest */
        }
        histogram.unlock();
    }

    /** The slot of the oldest pane within the window that anything was added to; -1: there is none. */
    private int oldest(int tag, int pane) {
        for (int each = pane - PANES + 1; each <= pane; each++) {
            if ((int) INTS.getAcquire(marks, paneAt(tag, each)) == each) {
                return slot(each);
            }
        }
        return -1;
    }

    private long within(int tag, int pane, int number) {
        int slot = oldest(tag, pane);
        return slot < 0 ? 0 : (long) LONGS.getOpaque(sums, tag * width + number) - noted[notedAt(tag, slot) + number];
    }

    /** How many residence times in a generation fall into the window. */
    long count(int tag, int pane, int generation) {
        return within(tag, pane, 2 * generation);
    }

    /** Their sum. */
    double sumNanos(int tag, int pane, int generation) {
        return within(tag, pane, 2 * generation + 1);
    }

    /**
     * The retention entropy of the window, all generations together.
     *
     * @param scratch {@link Residence#BUCKETS} long, overwritten
     */
    double entropyBits(int tag, int pane, long[] scratch) {
        int slot = oldest(tag, pane);
        TagHistogram histogram = histograms.get(tag);
        return slot < 0 || histogram == null ? 0 : histogram.entropyBits(slot, scratch);
    }

    /**
     * Whether the scheduler has to look at a class: its mean residence stands beyond a bound, or it did at the last look. Any thread, after
     * {@link #add}; of several that add at once, the last sees what all of them added.
     *
     * @param bounds null: not known yet, so it has to
     */
    boolean mayMove(int tag, int pane, @Nullable Bounds bounds) {
        if (bounds == null) {
            return true;
        }
        int at = route(tag);
        long count = count(tag, pane, at);
        if (count < PoolFlow.SAMPLES_MIN) {
            return false;
        }
        double mean = sumNanos(tag, pane, at) / count;
        return bounds.isAbove(at, mean) || bounds.isBelow(at, mean) || spread(tag) != 0 || isHeld(tag);
    }

    /** A tag is used in this period; it will not be forgotten soon. Any thread. */
    void touch(int tag, int period) {
        if ((int) INTS.getOpaque(marks, tag * MARKS + ACTIVE) != period) {
            INTS.setOpaque(marks, tag * MARKS + ACTIVE, period);
        }
    }

    /** Adds all residence times in a generation to a sum. */
    void addTo(Residence sum, int tag, int generation) {
        TagHistogram histogram = histograms.get(tag);
        if (histogram != null) {
            histogram.addTo(sum, generation);
            sum.addNanos((long) LONGS.getOpaque(sums, tag * width + 2 * generation + 1));
        }
    }

    // The scheduler's; others read it, and a late answer means one look too many or a step too late.

    /** The generation that puts with the tag go to, as {@link Tag#route}. */
    int route(int tag) {
        return (int) INTS.getOpaque(marks, tag * MARKS + ROUTE);
    }

    void setRoute(int tag, int generation) {
        INTS.setOpaque(marks, tag * MARKS + ROUTE, generation);
    }

    /** The last period in which it had something new. */
    int activePeriod(int tag) {
        return (int) INTS.getOpaque(marks, tag * MARKS + ACTIVE);
    }

    /** Steps in a row in which the class passed the threshold and was too widely spread to move. */
    int spread(int tag) {
        return (int) INTS.getOpaque(marks, tag * MARKS + SPREAD);
    }

    void setSpread(int tag, int steps) {
        INTS.setOpaque(marks, tag * MARKS + SPREAD, steps);
    }

    /** Whether listeners know already that it is held back. */
    boolean isHeld(int tag) {
        return (int) INTS.getOpaque(marks, tag * MARKS + HELD) != 0;
    }

    void setHeld(int tag, boolean held) {
        INTS.setOpaque(marks, tag * MARKS + HELD, held ? 1 : 0);
    }
}
