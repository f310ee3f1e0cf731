package dev.cenote.flow;

import java.util.Arrays;

/**
 * Residence times of one tag over a sliding window: the last {@value #PANES} panes, the newest still filling.
 * <p>Panes that nothing was added to cost nothing: each knows of which pane of the pool's time line it is. One thread at a time.
 */
final class TagWindow {

    static final int PANES = 4;

    /** Whose window it is: a pool gives the place of a tag it has forgotten to another. */
    final Tag tag;
    private final int generations;
    private final long[] times;      /* [pane][generation]: how many residence times */
    private final double[] nanos;    /* [pane][generation]: their sum */
    private final int[] histogram;   /* [pane][bucket], all generations together */
    private final long[] paneOf = new long[PANES];
    /** Steps in a row in which the class passed the threshold and was too widely spread to move. */
    int spread;
    /** Whether listeners know already that it is held back. */
    boolean held;

    TagWindow(Tag tag, int generations) {
        this.tag = tag;
        this.generations = generations;
        this.times = new long[PANES * generations];
        this.nanos = new double[PANES * generations];
        this.histogram = new int[PANES * Residence.BUCKETS];
        Arrays.fill(paneOf, -PANES);
    }

    void add(long pane, FlowSample.OfTag sample) {
        int slot = slot(pane);
        for (int g = 0; g < generations; g++) {
            Residence residence = sample.residence().get(g);
            if (residence.count() > 0) {
                times[slot * generations + g] += residence.count();
                nanos[slot * generations + g] += residence.sumNanos();
                long[] counts = residence.counts();
                for (int b = 0; b < Residence.BUCKETS; b++) {
                    if (counts[b] != 0) {
                        int at = slot * Residence.BUCKETS + b;
                        histogram[at] = (int) Math.min(Integer.MAX_VALUE, histogram[at] + counts[b]);
                    }
                }
            }
        }
    }

    private int slot(long pane) {
        int slot = (int) (pane % PANES);
        if (paneOf[slot] != pane) {
            Arrays.fill(times, slot * generations, (slot + 1) * generations, 0);
            Arrays.fill(nanos, slot * generations, (slot + 1) * generations, 0);
            Arrays.fill(histogram, slot * Residence.BUCKETS, (slot + 1) * Residence.BUCKETS, 0);
            paneOf[slot] = pane;
        }
        return slot;
    }

    private boolean isWithin(int slot, long pane) {
        return pane - paneOf[slot] < PANES;
    }

    long count(long pane, int generation) {
        long count = 0;
        for (int slot = 0; slot < PANES; slot++) {
            count += isWithin(slot, pane) ? times[slot * generations + generation] : 0;
        }
        return count;
    }

    double sumNanos(long pane, int generation) {
        double sum = 0;
        for (int slot = 0; slot < PANES; slot++) {
            sum += isWithin(slot, pane) ? nanos[slot * generations + generation] : 0;
        }
        return sum;
    }

    /** @param scratch {@link Residence#BUCKETS} long, overwritten */
    double entropyBits(long pane, long[] scratch) {
        Arrays.fill(scratch, 0);
        for (int slot = 0; slot < PANES; slot++) {
            if (isWithin(slot, pane)) {
                for (int b = 0; b < Residence.BUCKETS; b++) {
                    scratch[b] += histogram[slot * Residence.BUCKETS + b];
                }
            }
        }
        return RetentionEntropy.bits(scratch);
    }
}
