package dev.cenote.internal;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A histogram of latencies in the buckets of {@code cn_count.h}: powers of two, each cut in eight.
 * <p>Buckets 0 to 7 hold 0 to 7 ns exactly; what is longer than 2^40 ns goes to the last.
 */
final class JavaHistogram {

    private static final int CUT = 8;

    /** How many there are. */
    static final int BUCKETS = CUT * 38;

    private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);

    void add(long nanos) {
        counts.incrementAndGet(bucket(Math.max(0, nanos)));
    }

    static int bucket(long nanos) {
        if (nanos < CUT) {
            return (int) nanos;
        }
        int power = 63 - Long.numberOfLeadingZeros(nanos);
        return Math.min((power - 2) * CUT + (int) (nanos >>> (power - 3) & (CUT - 1)), BUCKETS - 1);
    }

    static long floor(int bucket) {
        if (bucket < 0 || bucket >= BUCKETS) {
            return StoreCode.EINVAL.value();
        }
        return bucket < CUT ? bucket : (long) (CUT + bucket % CUT) << (bucket / CUT - 1);
    }

    long[] counts() {
        long[] copy = new long[BUCKETS];
        for (int i = 0; i < BUCKETS; i++) {
            copy[i] = counts.get(i);
        }
        return copy;
    }
}
