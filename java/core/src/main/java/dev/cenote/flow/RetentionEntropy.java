package dev.cenote.flow;

/**
 * Retention entropy: how widely residence times are spread over the buckets of their histogram, in bits.
 * <p>{@code H = − Σ pᵢ · log₂ pᵢ} over the buckets with entries, where {@code pᵢ} is the share of entries in bucket {@code i}. It
 * is 0 when all residence times fall into one bucket, so that the mean tells all there is, and {@code log₂ n} when they are
 * spread evenly over {@code n}. With buckets that double in width, one bit more means: spread over a range twice as many
 * doublings wide.
 *
 * @see <a href="https://doi.org/10.1002/j.1538-7305.1948.tb01338.x">Shannon, A Mathematical Theory of Communication, 1948</a>
 */
final class RetentionEntropy {

    private static final double LN_2 = Math.log(2);

    private RetentionEntropy() {
    }

    /**
     * {@return the entropy of a histogram in bits; 0 for an empty one}
     * <p>Computed as {@code log₂ N − (Σ cᵢ · log₂ cᵢ) ÷ N}, which needs no second pass.
     *
     * @param counts entries per bucket, none negative
     */
    static double bits(long[] counts) {
        long total = 0;
        double sum = 0;
        for (long count : counts) {
            if (count > 0) {
                total += count;
                sum += count * Math.log(count);
            }
        }
        return total == 0 ? 0 : Math.max(0, (Math.log(total) - sum / total) / LN_2);
    }
}
