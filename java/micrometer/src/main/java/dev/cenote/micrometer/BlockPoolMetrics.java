package dev.cenote.micrometer;

import dev.cenote.BlockPool;
import dev.cenote.BlockPoolStats;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import java.util.List;

/**
 * Meters of a {@link BlockPool}: {@code new BlockPoolMetrics(pool).bindTo(registry)}.
 * <p>Costs the pool's users nothing: a scrape asks the pool once for its stats, and nothing is counted twice. Meters hold the
 * pool weakly; {@link #close()} removes them. Each has the tag {@code pool} with the pool's name. The names are listed in docs/metrics.md.
 */
public final class BlockPoolMetrics extends PoolMeters<BlockPool, BlockPoolStats> {

    /**
     * Prepares meters without further tags.
     *
     * @param pool which
     */
    public BlockPoolMetrics(BlockPool pool) {
        this(pool, List.of());
    }

    /**
     * Prepares meters.
     *
     * @param pool which
     * @param tags for all its meters, besides {@code pool}
     */
    public BlockPoolMetrics(BlockPool pool, Iterable<Tag> tags) {
        super(pool, pool.name(), BlockPool::stats, tags);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        bytes(registry, "cenote.pool.memory", "Bytes of the pool's memory by state", BlockPoolStats::bytesInUse, "state", "in use");
        bytes(registry, "cenote.pool.memory", "Bytes of the pool's memory by state", BlockPoolStats::bytesFree, "state", "free");
        bytes(registry, "cenote.pool.reserved", "Address space that the pool keeps", BlockPoolStats::bytesReserved);
        bytes(registry, "cenote.pool.committed", "Memory in service, touched or not", BlockPoolStats::bytesCommitted);
        counter(registry, "cenote.pool.purged", "bytes", "Memory given back to the system", BlockPoolStats::bytesPurged);
        counter(registry, "cenote.pool.gets", "blocks", "Blocks taken", BlockPoolStats::gets);
        counter(registry, "cenote.pool.puts", "blocks", "Blocks put", BlockPoolStats::puts);
        counter(registry, "cenote.pool.gets.refused", "gets", "Gets that found no block; waiting ones each time they looked", BlockPoolStats::getsRefused);
        counter(registry, "cenote.pool.exchanges", "magazines", "Magazines exchanged with the depot", BlockPoolStats::exchanges);
        counter(registry, "cenote.pool.cas.failures", "exchanges", "Compare-and-swaps on the depot that another thread won",
            BlockPoolStats::casFailures);
        counter(registry, "cenote.pool.remote", "blocks", "Blocks that came back on another NUMA node than their own",
            BlockPoolStats::blocksRemote);
        growth(registry);
        for (String state : List.of("active", "spare", "idle")) {
            gauge(registry, "cenote.pool.chunks", "chunks", "Chunks by state", s -> switch (state) {
                case "active" -> s.chunksActive();
                case "spare" -> s.chunksSpare();
                default -> s.chunksIdle();
            }, "state", state);
        }
        counter(registry, "cenote.pool.chunks.retired", "chunks", "Chunks taken out of service", BlockPoolStats::chunksRetired);
    }

    private void growth(MeterRegistry registry) {
        timer(registry, "cenote.pool.growth", "Growths that published a chunk", BlockPoolStats::growths, BlockPoolStats::growthNanos);
        nanos(registry, "cenote.pool.growth.max", "The longest growth since the pool was built", BlockPoolStats::growthNanosMax);
        nanos(registry, "cenote.pool.growth.p99", "99 % of growths since the pool was built took no longer",
            s -> s.growthLatency().percentileNanos(0.99));
        counter(registry, "cenote.pool.growth.failed", "growths", "Growths for which the system or the container had no memory", BlockPoolStats::growthsFailed);
        counter(registry, "cenote.pool.growth.refused", "growths", "Growths not begun, by reason", BlockPoolStats::growthRefusals, "reason", "busy");
        counter(registry, "cenote.pool.growth.refused", "growths", "Growths not begun, by reason", BlockPoolStats::budgetRefusals, "reason",
            "budget");
        counter(registry, "cenote.pool.fallbacks", "requests", "Requests that the kernel refused, by kind", BlockPoolStats::numaFallbacks, "kind",
            "numa");
        counter(registry, "cenote.pool.fallbacks", "requests", "Requests that the kernel refused, by kind", BlockPoolStats::hugePageFallbacks, "kind",
            "huge pages");
        counter(registry, "cenote.pool.fallbacks", "requests", "Requests that the kernel refused, by kind", BlockPoolStats::populateFailures, "kind",
            "populate");
        counter(registry, "cenote.pool.duplicates", "blocks", "Blocks that two threads put at the same moment", BlockPoolStats::duplicatesDropped);
    }
}
