package dev.cenote.flow;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
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
        Residence[] residences = new Residence[store.generations.length];
        Arrays.setAll(residences, i -> new Residence());
        List<TagStats> tags = ofTags(store, residences);
        List<GenerationStats> generations = new ArrayList<>();
        long idle = 0;
        for (int i = 0; i < store.generations.length; i++) {
            int entries = flow.size(i);
            idle += entries;
            Map<Eviction, Long> evictions = new EnumMap<>(Eviction.class);
            for (Eviction cause : Eviction.values()) {
                evictions.put(cause, store.evictions(i, cause));
            }
            generations.add(new GenerationStats(store.generations[i].name(), store.generations[i].capacity(), entries,
                flow.hits(i), store.arrivals[i].sum(), store.departures[i].sum(), Map.copyOf(evictions),
                ResidenceStats.of(residences[i])));
        }
        return new GenerationalPoolStats(store.name, entryBytes, Math.max(0, store.table.live() - idle), idle,
            store.created.sum(), store.adopted.sum(), store.destroyed.sum(), store.lost.sum(), store.misses(),
            store.hooks.failures(), store.duplicates.sum(), store.tags.unlearnedPuts(), List.copyOf(generations),
            tags);
    }

    /**
     * By entry: how many there are, their heat, and gets that the tag has not been told of yet. Adds to the residence times of each
     * generation. Its garbage is the answer and little more, whatever the number of tags: it may be read often.
     */
    private static <T> List<TagStats> ofTags(Store<T> store, Residence[] generations) {
        List<Tag> tags = store.tags.all();
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
        List<TagStats> stats = new ArrayList<>(tags.size());
        Residence ofTag = new Residence();
        Residence part = new Residence();
        for (Tag tag : tags) {
            ofTag.clear();
            for (int i = 0; i < generations.length; i++) {
                part.clear();
                tag.addTo(part, i);
                ofTag.add(part);
                generations[i].add(part);
            }
            int index = tag.index();
            stats.add(tag.stats(entries[index], untold[index], entries[index] == 0 ? 0 : heat[index] / entries[index], ofTag));
        }
        return Collections.unmodifiableList(stats);
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
