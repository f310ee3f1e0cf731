package dev.cenote.micrometer;

import dev.cenote.SizedPool;
import dev.cenote.SizedPoolStats;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import java.util.List;

/**
 * Meters of a {@link SizedPool}: {@code new SizedPoolMetrics(pool).bindTo(registry)}. As {@link BlockPoolMetrics}, for all sizes
 * together.
 */
public final class SizedPoolMetrics extends PoolMeters<SizedPool, SizedPoolStats> {

    /**
     * Prepares meters without further tags.
     *
     * @param pool which
     */
    public SizedPoolMetrics(SizedPool pool) {
        this(pool, List.of());
    }

    /**
     * Prepares meters.
     *
     * @param pool which
     * @param tags for all its meters, besides {@code pool}
     */
    public SizedPoolMetrics(SizedPool pool, Iterable<Tag> tags) {
        super(pool, pool.name(), SizedPool::stats, tags);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        bytes(registry, "cenote.pool.memory", "Bytes of the pool's memory by state", SizedPoolStats::bytesInUse, "state", "in use");
        bytes(registry, "cenote.pool.memory", "Bytes of the pool's memory by state", SizedPoolStats::bytesFree, "state", "free");
        bytes(registry, "cenote.pool.reserved", "Address space that the pool keeps", SizedPoolStats::bytesReserved);
        bytes(registry, "cenote.pool.committed", "Memory in service, touched or not", SizedPoolStats::bytesCommitted);
        bytes(registry, "cenote.pool.maximum", "The bound of the committed memory", SizedPoolStats::maximumBytes);
        bytes(registry, "cenote.pool.large", "Bytes of pieces above the largest size class", SizedPoolStats::largeBytes);
        gauge(registry, "cenote.pool.classes", "classes", "Size classes in use", s -> s.classes().size());
        counter(registry, "cenote.pool.large.gets", "pieces", "Pieces above the largest size class", SizedPoolStats::largeGets);
        counter(registry, "cenote.pool.gets", "blocks", "Blocks taken, of all size classes",
            s -> s.classes().stream().mapToLong(each -> each.blocks().gets()).sum());
        timer(registry, "cenote.pool.growth", "Growths that published a chunk, of all size classes",
            s -> s.classes().stream().mapToLong(each -> each.blocks().growths()).sum(),
            s -> s.classes().stream().mapToLong(each -> each.blocks().growthNanos()).sum());
    }
}
