package dev.cenote.flow;

import java.util.Arrays;

/**
 * A histogram of residence times: how long entries lay idle in a generation until they were taken, moved or evicted. Adds up
 * others; not thread-safe.
 * <p>Buckets are powers of two of nanoseconds, each cut in two, from 1 µs (2^10 ns) to an hour and more (2^42 ns).
 */
final class Residence {

    /** How many buckets there are. */
    static final int BUCKETS = 64;
    private static final int LOWEST = 10;

    private final long[] counts = new long[BUCKETS];
    private long count;
    private long sumNanos;

    static int bucket(long nanos) {
        long scaled = Math.max(nanos, 1) >>> LOWEST - 1; /* the lowest bit kept is the one that cuts */
        if (scaled < 2) {
            return 0;
        }
        int power = 63 - Long.numberOfLeadingZeros(scaled);
        return Math.min(2 * (power - 1) + (int) (scaled >>> power - 1 & 1), BUCKETS - 1);
    }

    /** The least time that falls into a bucket; of the first, zero. */
    static long floorNanos(int bucket) {
        return bucket == 0 ? 0 : (long) (2 + (bucket & 1)) << (bucket >>> 1) + LOWEST - 1;
    }

    /** Forgets all. */
    void clear() {
        Arrays.fill(counts, 0);
        count = 0;
        sumNanos = 0;
    }

    /** So many entries lay for a time of this bucket. */
    void add(int bucket, long entries) {
        counts[bucket] += entries;
        count += entries;
    }

    /** What the times of the entries come to. */
    void addNanos(long nanos) {
        sumNanos += nanos;
    }

    void add(Residence other) {
        for (int i = 0; other.count != 0 && i < BUCKETS; i++) {
            counts[i] += other.counts[i];
        }
        count += other.count;
        sumNanos += other.sumNanos;
    }

    /** How many entries. */
    long count() {
        return count;
    }

    /** The sum of their times. */
    long sumNanos() {
        return sumNanos;
    }

    /** The mean; 0 when there is none. */
    double meanNanos() {
        return count == 0 ? 0 : (double) sumNanos / count;
    }

    /** An upper bound of the given share of times, by bucket; 0 when there is none. */
    long percentileNanos(double share) {
        long rank = (long) Math.ceil(share * count);
        for (int i = 0; i < BUCKETS; i++) {
            rank -= counts[i];
            if (rank <= 0 && count > 0) {
                return floorNanos(Math.min(i + 1, BUCKETS - 1));
            }
        }
        return 0;
    }
}
