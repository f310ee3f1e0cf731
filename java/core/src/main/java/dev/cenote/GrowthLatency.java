package dev.cenote;

import java.util.Arrays;

/**
 * How long growths took: a histogram in nanoseconds whose buckets are at most 12.5 % wide.
 */
public final class GrowthLatency {

    private final long[] floors;
    private final long[] counts;

    GrowthLatency(long[] floors, long[] counts) {
        this.floors = floors;
        this.counts = counts;
    }

    /** {@return growths counted} */
    public long count() {
        return Arrays.stream(counts).sum();
    }

    /**
     * {@return nanoseconds that this share of growths did not exceed, rounded up to a bucket's end; 0 if there were none}
     *
     * @param share 0 to 1, for example 0.99
     */
    public long percentileNanos(double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("share is " + share + "; it must be from 0 to 1");
        }
        long rank = (long) Math.ceil(share * count());
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= rank && seen > 0) {
                return i + 1 < floors.length ? floors[i + 1] - 1 : floors[i];
            }
        }
        return 0;
    }

    GrowthLatency minus(GrowthLatency earlier) {
        long[] difference = new long[counts.length];
        for (int i = 0; i < difference.length; i++) {
            difference[i] = counts[i] - earlier.counts[i];
        }
        return new GrowthLatency(floors, difference);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GrowthLatency that && Arrays.equals(counts, that.counts);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(counts);
    }

    @Override
    public String toString() {
        return count() + " growths, P50 " + percentileNanos(0.5) + " ns, P99 " + percentileNanos(0.99) + " ns";
    }
}
