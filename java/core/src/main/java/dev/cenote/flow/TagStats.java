package dev.cenote.flow;

import org.jspecify.annotations.Nullable;

/**
 * What a pool knows of one tag.
 *
 * @param tag its name; {@code "default"} for puts without a tag and for tags that were not learned
 * @param route number of the generation that puts with it go to
 * @param entries entries that were last put with it, taken or idle
 * @param hits gets that took an entry last put with it; told at sweeps, so some that were just now may be missing
 * @param misses entries that were new when they were first put, with this tag
 * @param evictions entries last put with it that were evicted
 * @param migrations entries last put with it that moved between generations
 * @param heat mean heat of its entries
 * @param residence how long they lay idle, from samples
 */
public record TagStats(String tag, int route, int entries, long hits, long misses, long evictions, long migrations,
                       double heat, ResidenceStats residence) {

    TagStats(String tag, int route, int entries, long hits, long misses, long evictions, long migrations, double heat,
             Residence residence) {
        this(tag, route, entries, hits, misses, evictions, migrations, heat, ResidenceStats.of(residence));
    }

    TagStats minus(@Nullable TagStats earlier) {
        return earlier == null ? this : new TagStats(tag, route, entries, hits - earlier.hits, misses - earlier.misses,
            evictions - earlier.evictions, migrations - earlier.migrations, heat, residence);
    }
}
