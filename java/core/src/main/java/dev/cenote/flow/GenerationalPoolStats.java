package dev.cenote.flow;

import dev.cenote.PoolStats;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a generational pool holds and has done. Sums since the pool was built, except outstanding and idle. Numbers that threads
 * change meanwhile are of one moment each.
 *
 * @param pool its name
 * @param entryBytes what an entry counts for in bytes, as the builder was told; 0: unknown
 * @param outstanding objects that are taken and not put
 * @param idle objects that are ready to be taken, in all generations
 * @param created objects that the factory made
 * @param adopted objects of others that were put
 * @param destroyed objects that were let go
 * @param lost objects that became garbage while taken
 * @param misses gets that found no idle entry
 * @param hookFailures exceptions of reset and destroy hooks
 * @param duplicates entries found in two places, and used once, after two threads put them at one moment
 * @param unlearnedPuts puts with a tag that was not learned, because there were too many
 * @param generations in their order
 * @param tags the default tag first
 */
public record GenerationalPoolStats(String pool, long entryBytes, long outstanding, long idle, long created, long adopted,
                                    long destroyed, long lost, long misses, long hookFailures, long duplicates,
                                    long unlearnedPuts, List<GenerationStats> generations, List<TagStats> tags)
    implements PoolStats {

    /** {@return gets that found an idle entry} */
    public long hits() {
        return generations.stream().mapToLong(GenerationStats::hits).sum();
    }

    /** {@return the share of gets that found an idle entry, 0 to 1; 0 when there was none} */
    public double hitRate() {
        long hits = hits();
        return hits + misses == 0 ? 0 : (double) hits / (hits + misses);
    }

    /** {@return evictions of all generations, for any cause} */
    public long evictions() {
        return generations.stream().mapToLong(GenerationStats::evicted).sum();
    }

    /** {@return entries that moved between generations} */
    public long migrations() {
        return generations.stream().mapToLong(GenerationStats::arrivals).sum();
    }

    /**
     * Tells what happened between two moments: sums are subtracted; outstanding, idle, entries, heat and residence times are those
     * of this one.
     *
     * @param earlier what the same pool told before
     * @return the difference
     */
    public GenerationalPoolStats minus(GenerationalPoolStats earlier) {
        List<GenerationStats> ofGenerations = new ArrayList<>();
        for (int i = 0; i < generations.size(); i++) {
            ofGenerations.add(generations.get(i).minus(earlier.generations.get(i)));
        }
        Map<String, TagStats> before = new HashMap<>();
        earlier.tags.forEach(tag -> before.put(tag.tag(), tag));
        List<TagStats> ofTags = tags.stream().map(tag -> tag.minus(before.get(tag.tag()))).toList();
        return new GenerationalPoolStats(pool, entryBytes, outstanding, idle, created - earlier.created,
            adopted - earlier.adopted, destroyed - earlier.destroyed, lost - earlier.lost, misses - earlier.misses,
            hookFailures - earlier.hookFailures, duplicates - earlier.duplicates, unlearnedPuts - earlier.unlearnedPuts,
            List.copyOf(ofGenerations), ofTags);
    }

    @Override
    public long bytesInUse() {
        return outstanding * entryBytes;
    }

    @Override
    public long bytesFree() {
        return idle * entryBytes;
    }

    @Override
    public long bytesReserved() {
        return bytesInUse() + bytesFree();
    }

    @Override
    public long bytesCommitted() {
        return bytesReserved();
    }
}
