package dev.cenote.flow;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Adds up what a generational pool knows of itself, and checks it in tests.
 */
final class StatsReader {

    private StatsReader() {
    }

    static <T> GenerationalPoolStats read(Store<T> store, GenerationalFlow<T> flow, long entryBytes) {
        List<Tag> tags = store.tags.all();
        List<GenerationStats> generations = new ArrayList<>();
        long idle = 0;
        for (int i = 0; i < store.generations.length; i++) {
            int generation = i;
            int entries = flow.size(i);
            idle += entries;
            Map<Eviction, Long> evictions = new EnumMap<>(Eviction.class);
            for (Eviction cause : Eviction.values()) {
                evictions.put(cause, store.evictions(i, cause));
            }
            Residence residence = Residence.sum(tags.stream().map(tag -> tag.residence(generation)).toArray(Residence[]::new));
            generations.add(new GenerationStats(store.generations[i].name(), store.generations[i].capacity(), entries,
                flow.hits(i), store.arrivals[i].sum(), store.departures[i].sum(), Map.copyOf(evictions),
                ResidenceStats.of(residence)));
        }
        return new GenerationalPoolStats(store.name, entryBytes, Math.max(0, store.table.live() - idle), idle,
            store.created.sum(), store.adopted.sum(), store.destroyed.sum(), store.lost.sum(), store.misses(),
            store.hooks.failures(), store.duplicates.sum(), store.tags.unlearnedPuts(), List.copyOf(generations),
            ofTags(store, tags));
    }

    /** By entry: how many there are, their heat, and gets that the tag has not been told of yet. */
    private static <T> List<TagStats> ofTags(Store<T> store, List<Tag> tags) {
        int size = 1 + tags.stream().mapToInt(Tag::index).max().orElse(0);
        int[] entries = new int[size];
        long[] untold = new long[size];
        double[] heat = new double[size];
        for (Entry<T> entry : store.table.all()) {
            int index = entry.tag;
            if (index >= 0 && index < size && entry.stateAcquire() != Entry.GONE) {
                entries[index]++;
                untold[index] += Math.max(0, entry.accesses - entry.reported);
                heat[index] += Heat.of(entry);
            }
        }
        return tags.stream().map(tag -> tag.stats(entries[tag.index()], untold[tag.index()],
            entries[tag.index()] == 0 ? 0 : heat[tag.index()] / entries[tag.index()])).toList();
    }

    static <T> boolean isValid(Store<T> store, Locals<T> locals) {
        boolean valid = true;
        long idle = 0;
        long shares = store.room.get();
        for (LocalGeneration<T> local : locals.everything()) {
            valid &= local.isValid();
            idle += local.size();
            shares += local.share();
        }
        valid &= shares == store.generations[0].capacity();
        for (int i = 1; i < store.generations.length; i++) {
            valid &= store.shared(i).isValid();
            idle += store.shared(i).size();
        }
        long taken = store.table.all().stream().filter(entry -> entry.stateAcquire() == Entry.TAKEN).count();
        return valid && idle + taken == store.table.live() && store.table.all().size() == store.table.live();
    }
}
