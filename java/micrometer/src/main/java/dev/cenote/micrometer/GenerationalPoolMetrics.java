package dev.cenote.micrometer;

import dev.cenote.flow.Eviction;
import dev.cenote.flow.GenerationStats;
import dev.cenote.flow.GenerationalPool;
import dev.cenote.flow.GenerationalPoolStats;
import dev.cenote.flow.TagStats;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Meters of a {@link GenerationalPool}: {@code new GenerationalPoolMetrics(pool).bindTo(registry)}.
 * <p>As {@link BlockPoolMetrics}. Entries' tags become meters only where they are named, so that no caller's word can make the number of
 * time series grow.
 */
public final class GenerationalPoolMetrics extends PoolMeters<GenerationalPool<?>, GenerationalPoolStats> {

    private final GenerationalPool<?> pool;
    private final List<String> entryTags;

    /**
     * Prepares meters without further tags, and none per entry tag.
     *
     * @param pool which
     */
    public GenerationalPoolMetrics(GenerationalPool<?> pool) {
        this(pool, List.of(), List.of());
    }

    /**
     * Prepares meters.
     *
     * @param pool which
     * @param tags for all its meters, besides {@code pool}
     * @param entryTags entries' tags that get meters of their own, such as {@code "auth"}; {@code "default"} stands for all
     *     that were not learned
     */
    public GenerationalPoolMetrics(GenerationalPool<?> pool, Iterable<Tag> tags, List<String> entryTags) {
        super(pool, pool.name(), GenerationalPool::stats, tags);
        this.pool = pool;
        this.entryTags = List.copyOf(entryTags);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(registry, "cenote.pool.outstanding", "entries", "Entries that are taken and not put", GenerationalPoolStats::outstanding);
        counter(registry, "cenote.pool.misses", "gets", "Gets that found no idle entry", GenerationalPoolStats::misses);
        counter(registry, "cenote.pool.created", "entries", "Entries that the factory made", GenerationalPoolStats::created);
        counter(registry, "cenote.pool.destroyed", "entries", "Entries that were let go", GenerationalPoolStats::destroyed);
        counter(registry, "cenote.pool.lost", "entries", "Entries that became garbage while taken", GenerationalPoolStats::lost);
        counter(registry, "cenote.pool.hook.failures", "calls", "Exceptions of reset and destroy hooks", GenerationalPoolStats::hookFailures);
        List<GenerationStats> generations = pool.stats().generations();
        for (int i = 0; i < generations.size(); i++) {
            generation(registry, i, generations.get(i).name());
        }
        entryTags.forEach(tag -> entryTag(registry, tag));
    }

    private void generation(MeterRegistry registry, int at, String name) {
        gauge(registry, "cenote.pool.entries", "entries", "Idle entries by generation", s -> s.generations().get(at).entries(), "generation", name);
        gauge(registry, "cenote.pool.capacity", "entries", "Idle entries that a generation holds at most", s -> s.generations().get(at).capacity(),
            "generation", name);
        counter(registry, "cenote.pool.hits", "gets", "Gets that found an idle entry, by generation", s -> s.generations().get(at).hits(),
            "generation", name);
        counter(registry, "cenote.pool.arrivals", "entries", "Entries that migrated into a generation", s -> s.generations().get(at).arrivals(),
            "generation", name);
        counter(registry, "cenote.pool.departures", "entries", "Entries that migrated out of a generation",
            s -> s.generations().get(at).departures(), "generation", name);
        nanos(registry, "cenote.pool.residence", "Mean time that entries lay idle in a generation",
            s -> s.generations().get(at).residence().meanNanos(), "generation", name);
        nanos(registry, "cenote.pool.residence.p99", "99 % of entries lay idle no longer in a generation",
            s -> s.generations().get(at).residence().p99Nanos(), "generation", name);
        for (Eviction cause : Eviction.values()) {
            counter(registry, "cenote.pool.evictions", "entries", "Entries let go, by generation and cause",
                s -> s.generations().get(at).evictions().getOrDefault(cause, 0L), "generation", name, "cause", cause.name().toLowerCase(Locale.ROOT));
        }
    }

    private void entryTag(MeterRegistry registry, String tag) {
        gauge(registry, "cenote.pool.tag.route", "generation", "Number of the generation that puts with a tag go to", of(tag, TagStats::route), "tag", tag);
        counter(registry, "cenote.pool.tag.hits", "gets", "Gets that took an entry last put with a tag", of(tag, TagStats::hits), "tag", tag);
        counter(registry, "cenote.pool.tag.evictions", "entries", "Entries last put with a tag that were let go", of(tag, TagStats::evictions), "tag",
            tag);
        gauge(registry, "cenote.pool.tag.heat", "accesses", "Mean heat of entries last put with a tag", of(tag, TagStats::heat), "tag", tag);
    }

    /** 0 as long as the pool has not learned the tag. */
    private static ToDoubleFunction<GenerationalPoolStats> of(String tag, ToDoubleFunction<TagStats> figure) {
        return stats -> {
            for (TagStats each : stats.tags()) {
                if (each.tag().equals(tag)) {
                    return figure.applyAsDouble(each);
                }
            }
            return 0;
        };
    }
}
