package dev.cenote.flow;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLongArray;

/** The residence times of one tag by bucket: all there were, and what they were when each pane of the window began. */
final class TagHistogram {

    private static final VarHandle NOTING;

    static {
        try {
            NOTING = MethodHandles.lookup().findVarHandle(TagHistogram.class, "noting", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** [generation][bucket]. */
    private final AtomicLongArray counts;
    /** [slot][bucket], all generations together; the low 32 bits are enough for a difference. */
    private final int[] noted = new int[TagTimes.PANES * Residence.BUCKETS];
    /** 1 while a thread notes what a pane begins with. */
    @SuppressWarnings("unused")
    private int noting;

    TagHistogram(int generations) {
        counts = new AtomicLongArray(generations * Residence.BUCKETS);
    }

    void add(int generation, long nanos, int weight) {
        counts.getAndAdd(generation * Residence.BUCKETS + Residence.bucket(nanos), weight);
    }

    /** For who notes the beginning of a pane; never waits. */
    boolean tryLock() {
        return NOTING.compareAndSet(this, 0, 1);
    }

    void unlock() {
        NOTING.setRelease(this, 0);
    }

    /** Notes what a slot's pane begins with; the caller holds the lock. */
    void note(int slot) {
        for (int b = 0; b < Residence.BUCKETS; b++) {
            noted[slot * Residence.BUCKETS + b] = (int) all(b);
        }
    }

    private long all(int bucket) {
        long count = 0;
        for (int at = bucket; at < counts.length(); at += Residence.BUCKETS) {
            count += counts.getOpaque(at);
        }
        return count;
    }

    /** Of the times since a slot's pane began. */
    double entropyBits(int slot, long[] scratch) {
        for (int b = 0; b < Residence.BUCKETS; b++) {
            scratch[b] = (int) all(b) - noted[slot * Residence.BUCKETS + b] & 0xFFFF_FFFFL;
        }
        return RetentionEntropy.bits(scratch);
    }

    void addTo(Residence sum, int generation) {
        for (int b = 0; b < Residence.BUCKETS; b++) {
            sum.add(b, counts.get(generation * Residence.BUCKETS + b));
        }
    }
}
