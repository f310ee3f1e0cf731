package dev.cenote.flow;

/**
 * How long entries lay idle in a generation until they were taken, moved or evicted. From samples, in buckets of half a
 * power of two from 1 µs on; percentiles are upper bounds.
 *
 * @param samples how many entries the samples stand for
 * @param meanNanos mean, in nanoseconds
 * @param p50Nanos half lay no longer
 * @param p99Nanos 99 % lay no longer
 * @param maxNanos none lay longer, by bucket
 */
public record ResidenceStats(long samples, double meanNanos, long p50Nanos, long p99Nanos, long maxNanos) {

    static ResidenceStats of(Residence residence) {
        return new ResidenceStats(residence.count(), residence.meanNanos(), residence.percentileNanos(0.5),
            residence.percentileNanos(0.99), residence.percentileNanos(1));
    }
}
