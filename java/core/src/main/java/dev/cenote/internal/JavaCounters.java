package dev.cenote.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counters that threads add to without meeting: one padded stripe each, summed by the reader.
 */
final class JavaCounters {

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int STRIPES = 8;
    private static final int PAD = 16; /* longs in a line pair */
    private static final int STRIDE = (StoreCounter.COUNT + 2 * PAD - 1) / PAD * PAD;

    private final long[] values = new long[PAD + STRIPES * STRIDE];

    @SuppressWarnings("deprecation") /* threadId() came with 19 */
    void add(StoreCounter counter, long amount) {
        int stripe = (int) Thread.currentThread().getId() & (STRIPES - 1);
        LONGS.getAndAdd(values, PAD + stripe * STRIDE + counter.ordinal(), amount);
    }

    /** Raises a maximum to at least a value. */
    void raise(StoreCounter counter, long value) {
        int index = PAD + counter.ordinal();
        for (long seen = (long) LONGS.getVolatile(values, index); seen < value;
                seen = (long) LONGS.getVolatile(values, index)) {
            if (LONGS.compareAndSet(values, index, seen, value)) {
                return;
            }
        }
    }

    /** The sum over all stripes; additions under way may or may not be in it. */
    long sum(StoreCounter counter) {
        long sum = 0;
        for (int stripe = 0; stripe < STRIPES; stripe++) {
            sum += (long) LONGS.getVolatile(values, PAD + stripe * STRIDE + counter.ordinal());
        }
        return sum;
    }
}
