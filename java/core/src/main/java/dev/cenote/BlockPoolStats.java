package dev.cenote;

import dev.cenote.internal.StoreCounter;

/**
 * What a {@link BlockPool} holds and has done at one moment.
 * <p>Invariants, exact while no thread works: {@code blocksCarved = blocksInUse + blocksFree} and
 * {@code gets = puts + blocksInUse}. Numbers marked "now" are levels; the others only grow, and {@link #minus} gives what
 * happened between two moments.
 *
 * @param pool the pool's name
 * @param blockBytes bytes of a block
 * @param strideBytes bytes from block to block
 * @param blocksInUse taken and not yet put, now
 * @param blocksFree ready to be taken, in magazines and in the depot, now
 * @param blocksInMagazines of the free ones, those in threads' magazines, now
 * @param blocksCarved cut from chunks, now
 * @param gets blocks taken
 * @param puts blocks put
 * @param getsRefused times that a get found no block; one that waits counts each time that it looks
 * @param exchanges magazines exchanged with the depot
 * @param casFailures compare-and-swaps on the depot that another thread won
 * @param blocksRemote blocks that came back on another NUMA node than their own
 * @param growths growths that published a chunk
 * @param growthsWithSpare of them, those that found a spare chunk ready
 * @param growthsFailed growths for which the system or the container had no memory
 * @param growthRefusals growths not admitted because another thread was growing
 * @param growthWaits exchanges that waited for another thread's growth
 * @param growthNanos time spent in growths, in nanoseconds
 * @param growthNanosMax the longest of them, now
 * @param chunksActive chunks that blocks are cut from, now
 * @param chunksSpare chunks made ready ahead, now
 * @param chunksIdle chunks whose pages are with the system, now
 * @param chunksRetired chunks taken out of service
 * @param bytesReserved address space, now
 * @param bytesCommitted memory in service, now
 * @param bytesPurged memory given back to the system
 * @param bytesPopulated memory touched ahead
 * @param numaFallbacks bindings to a NUMA node that the kernel refused
 * @param hugePageFallbacks requests for huge pages that the kernel refused
 * @param populateFailures requests to touch memory ahead that the kernel refused
 * @param budgetRefusals growths refused because the container's limit was near
 * @param duplicatesDropped blocks that two threads put at the same moment, found later
 * @param epochStalls turns in which a stalled thread held back reclamation, in the whole process
 * @param growthLatency how long growths took
 */
public record BlockPoolStats(
        String pool, int blockBytes, int strideBytes, long blocksInUse, long blocksFree, long blocksInMagazines,
        long blocksCarved, long gets, long puts, long getsRefused, long exchanges, long casFailures, long blocksRemote, long growths,
        long growthsWithSpare, long growthsFailed, long growthRefusals, long growthWaits, long growthNanos,
        long growthNanosMax, long chunksActive, long chunksSpare, long chunksIdle, long chunksRetired,
        long bytesReserved, long bytesCommitted, long bytesPurged, long bytesPopulated, long numaFallbacks,
        long hugePageFallbacks, long populateFailures, long budgetRefusals, long duplicatesDropped, long epochStalls,
        GrowthLatency growthLatency) implements PoolStats {

    static BlockPoolStats of(BlockPool pool, int stride, PoolAccounts.Sums sums, long[] c, GrowthLatency latency) {
        long inUse = Math.max(0, sums.outside());
        long carved = StoreCounter.BLOCKS_CARVED.of(c);
        return new BlockPoolStats(pool.name(), pool.blockBytes(), stride, inUse, Math.max(0, carved - inUse), sums.held(),
            carved, sums.gets(), Math.max(0, sums.gets() - inUse), pool.refused().sum(), StoreCounter.EXCHANGES.of(c),
            StoreCounter.CAS_FAILURES.of(c), StoreCounter.BLOCKS_REMOTE.of(c), StoreCounter.GROWTHS.of(c),
            StoreCounter.GROWTHS_SPARE.of(c), StoreCounter.GROWTHS_FAILED.of(c), StoreCounter.GROWTH_REFUSALS.of(c),
            StoreCounter.GROWTH_WAITS.of(c), StoreCounter.GROWTH_NANOS.of(c), StoreCounter.GROWTH_NANOS_MAX.of(c),
            StoreCounter.CHUNKS_ACTIVE.of(c), StoreCounter.CHUNKS_SPARE.of(c), StoreCounter.CHUNKS_IDLE.of(c),
            StoreCounter.CHUNKS_RETIRED.of(c), StoreCounter.BYTES_RESERVED.of(c), StoreCounter.BYTES_COMMITTED.of(c),
            StoreCounter.BYTES_PURGED.of(c), StoreCounter.BYTES_POPULATED.of(c), StoreCounter.NUMA_FALLBACKS.of(c),
            StoreCounter.HUGE_PAGE_FALLBACKS.of(c), StoreCounter.POPULATE_FAILURES.of(c),
            StoreCounter.BUDGET_REFUSALS.of(c), pool.duplicates().sum(), StoreCounter.EPOCH_STALLS.of(c), latency);
    }

    @Override
    public long bytesInUse() {
        return blocksInUse * blockBytes;
    }

    @Override
    public long bytesFree() {
        return blocksFree * blockBytes;
    }

    /** {@return the mean time of a growth in nanoseconds; 0 if there was none} */
    public double growthNanosMean() {
        return growths == 0 ? 0 : (double) growthNanos / growths;
    }

    /**
     * {@return what happened since an earlier moment; levels are those of this one}
     *
     * @param e the earlier stats of the same pool
     */
    public BlockPoolStats minus(BlockPoolStats e) {
        if (!e.pool.equals(pool)) {
            throw new IllegalArgumentException("stats of pool \"" + e.pool + "\" cannot be taken from those of pool \""
                + pool + "\"");
        }
        return new BlockPoolStats(pool, blockBytes, strideBytes, blocksInUse, blocksFree, blocksInMagazines, blocksCarved,
            gets - e.gets, puts - e.puts, getsRefused - e.getsRefused, exchanges - e.exchanges, casFailures - e.casFailures,
            blocksRemote - e.blocksRemote, growths - e.growths, growthsWithSpare - e.growthsWithSpare,
            growthsFailed - e.growthsFailed, growthRefusals - e.growthRefusals, growthWaits - e.growthWaits,
            growthNanos - e.growthNanos, growthNanosMax, chunksActive, chunksSpare, chunksIdle,
            chunksRetired - e.chunksRetired, bytesReserved, bytesCommitted, bytesPurged - e.bytesPurged,
            bytesPopulated - e.bytesPopulated, numaFallbacks - e.numaFallbacks, hugePageFallbacks - e.hugePageFallbacks,
            populateFailures - e.populateFailures, budgetRefusals - e.budgetRefusals,
            duplicatesDropped - e.duplicatesDropped, epochStalls - e.epochStalls, growthLatency.minus(e.growthLatency));
    }
}
