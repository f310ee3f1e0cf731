package dev.cenote.flow;

/**
 * A histogram of residence times: how long entries lay idle in a generation until they were taken, moved or evicted.
 * <p>Buckets are powers of two of nanoseconds, each cut in two, from 1 µs (2^10 ns) to an hour and more (2^42 ns).
 *
 * @param counts entries per bucket; {@link #BUCKETS} long; belongs to this object, do not change it
 * @param count the sum of counts
 * @param sumNanos the sum of the times
 */
record Residence(long[] counts, long count, long sumNanos) {

    /** How many buckets there are. */
    static final int BUCKETS = 64;
    private static final int LOWEST = 10;
    /** No times at all. */
    static final Residence NONE = new Residence(new long[BUCKETS], 0, 0);

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

    /** All of them together. */
    static Residence sum(Residence... parts) {
        long[] counts = new long[BUCKETS];
        long count = 0;
        long sumNanos = 0;
        for (Residence part : parts) {
            for (int i = 0; part.count != 0 && i < BUCKETS; i++) {
                counts[i] += part.counts[i];
            }
            count += part.count;
            sumNanos += part.sumNanos;
        }
        return new Residence(counts, count, sumNanos);
    }
}
