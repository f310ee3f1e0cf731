package dev.cenote.flow;

import java.util.Map;

/**
 * What a pool knows of one generation. Sums since the pool was built, except entries.
 *
 * @param name its name
 * @param capacity idle entries it holds at most
 * @param entries idle entries it holds now
 * @param hits gets that it served
 * @param arrivals entries that migrated into it
 * @param departures entries that migrated out of it
 * @param evictions entries that were let go, by cause
 * @param residence how long entries lay idle, from samples
 */
public record GenerationStats(String name, int capacity, int entries, long hits, long arrivals, long departures,
                              Map<Eviction, Long> evictions, ResidenceStats residence) {

    /** {@return evictions for any cause} */
    public long evicted() {
        return evictions.values().stream().mapToLong(Long::longValue).sum();
    }

    GenerationStats minus(GenerationStats earlier) {
        Map<Eviction, Long> since = new java.util.EnumMap<>(Eviction.class);
        evictions.forEach((cause, count) -> since.put(cause, count - earlier.evictions.getOrDefault(cause, 0L)));
        return new GenerationStats(name, capacity, entries, hits - earlier.hits, arrivals - earlier.arrivals,
            departures - earlier.departures, Map.copyOf(since), residence);
    }
}
