package dev.cenote.internal;

/**
 * The counters of {@code cenote/counters.def}, in its order, which is their index; a test compares the two lists.
 */
public enum StoreCounter {
    BLOCKS_OUT,
    BLOCKS_IN,
    EXCHANGES,
    CAS_FAILURES,
    BLOCKS_REMOTE,
    BLOCKS_CARVED,
    GROWTHS,
    GROWTHS_SPARE,
    GROWTHS_FAILED,
    GROWTH_REFUSALS,
    GROWTH_WAITS,
    GROWTH_NANOS,
    GROWTH_NANOS_MAX,
    CHUNKS_ACTIVE,
    CHUNKS_SPARE,
    CHUNKS_IDLE,
    CHUNKS_RETIRED,
    BYTES_RESERVED,
    BYTES_COMMITTED,
    BYTES_PURGED,
    BYTES_POPULATED,
    NUMA_FALLBACKS,
    HUGE_PAGE_FALLBACKS,
    POPULATE_FAILURES,
    BUDGET_REFUSALS,
    SPARE_MISSES,
    EPOCH_STALLS,
    EPOCH_PENDING,
    REGIONS_OPEN,
    REGION_RESETS,
    REGION_LARGES;

    /** How many there are. */
    public static final int COUNT = values().length;

    /**
     * {@return this counter's value}
     *
     * @param counters what {@link BlockStore#counters()} gave
     */
    public long of(long[] counters) {
        return counters[ordinal()];
    }
}
