package dev.cenote.flow;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A caller's word for what an entry was used for: interned once per pool, compared by identity.
 * <p>A pool learns where entries of a tag live longest, and later puts with that tag go straight there.
 */
public final class Tag {

    /** The index of the default tag. */
    static final int DEFAULT = 0;
    private static final int ELSEWHERE = Integer.MIN_VALUE;
    /** Behind the buckets of each generation's residence times stands their sum. */
    private static final int STRIDE = Residence.BUCKETS + 1;

    private final String name;
    private final int index;
    private final int generations;
    /** Where a put with this tag goes. Written by the scheduler's thread, read plainly by every put: late is harmless. */
    private int route;
    /** The index while puts go to T0, else a number that is no index: one comparison for the fast way. */
    private int local;
    /** When it was last looked at and had something new, in periods. The scheduler's. */
    private int activePeriod;
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder evictions = new LongAdder();
    private final LongAdder migrations = new LongAdder();
    /** Made when the first time is recorded: most tags of many see little. */
    private volatile @Nullable AtomicLongArray residence;
    /** Per generation, a bit for each bucket that grew since the scheduler looked: it reads no others. */
    private final AtomicLongArray grown;
    /** What {@link #takeNews} told last: hits, misses, evictions, residence. The scheduler's. */
    private long[] told = {0, 0, 0};
    private long @Nullable [] toldResidence;

    Tag(String name, int index, int generations, int period) {
        this.name = name;
        this.index = index;
        this.local = index;
        this.generations = generations;
        this.activePeriod = period;
        this.grown = new AtomicLongArray(generations);
    }

    /** {@return the word; of the tag that stands for all unknown ones, and for none, {@code "default"}} */
    public String name() {
        return name;
    }

    /** Its place in the pool's table; 0 is the default tag. */
    int index() {
        return index;
    }

    /** What the tag of an entry must be for a put to T0 without further ado. */
    int local() {
        return local;
    }

    /** The generation that puts with this tag go to. */
    int route() {
        return route;
    }

    void setRoute(int generation) {
        route = generation;
        local = generation == 0 ? index : ELSEWHERE;
    }

    void hit(long count) {
        hits.add(count);
    }

    void missed() {
        misses.increment();
    }

    void evicted() {
        evictions.increment();
    }

    void migrated() {
        migrations.increment();
    }

    /** Entries lay so long in a generation; {@code weight} of them. */
    void lay(int generation, long nanos, int weight) {
        AtomicLongArray counts = residence;
        if (counts == null) {
            counts = makeResidence();
        }
        int bucket = Residence.bucket(nanos);
        counts.getAndAdd(generation * STRIDE + bucket, weight);
        counts.getAndAdd(generation * STRIDE + Residence.BUCKETS, Math.max(0, nanos) * weight);
        if ((grown.get(generation) >>> bucket & 1) == 0) { /* after the count: whoever clears the bit then sees the count */
            grown.getAndAccumulate(generation, 1L << bucket, (bits, bit) -> bits | bit);
        }
    }

    private synchronized AtomicLongArray makeResidence() {
        AtomicLongArray counts = residence;
        if (counts == null) {
            counts = new AtomicLongArray(generations * STRIDE);
            residence = counts;
        }
        return counts;
    }

    /** Residence times in a generation since the pool was built. */
    Residence residence(int generation) {
        AtomicLongArray counts = residence;
        return counts == null ? Residence.NONE : all(counts, generation);
    }

    private static Residence all(AtomicLongArray now, int generation) {
        long[] counts = new long[Residence.BUCKETS];
        int base = generation * STRIDE;
        long count = 0;
        for (int i = 0; i < Residence.BUCKETS; i++) {
            counts[i] = now.get(base + i);
            count += counts[i];
        }
        return new Residence(counts, count, now.get(base + Residence.BUCKETS));
    }

    /** Residence times since the last call. Most tags use one generation: the others cost a look. */
    private Residence takeSince(AtomicLongArray now, int generation) {
        long[] before = toldResidence;
        if (before == null) {
            before = new long[now.length()];
            toldResidence = before;
        }
        long buckets = grown.getAndSet(generation, 0); /* before the counts, see lay */
        if (buckets == 0) {
            return Residence.NONE;
        }
        int base = generation * STRIDE;
        int sum = base + Residence.BUCKETS;
        long nanos = now.get(sum);
        long[] counts = new long[Residence.BUCKETS];
        long count = 0;
        for (; buckets != 0; buckets &= buckets - 1) {
            int i = Long.numberOfTrailingZeros(buckets);
            long seen = now.get(base + i);
            counts[i] = seen - before[base + i];
            count += counts[i];
            before[base + i] = seen;
        }
        Residence news = new Residence(counts, count, nanos - before[sum]);
        before[sum] = nanos;
        return news;
    }

    TagStats stats(int entries, long untold, double heat) {
        Residence[] all = new Residence[generations];
        for (int i = 0; i < generations; i++) {
            all[i] = residence(i);
        }
        return new TagStats(name, route, entries, hits.sum() + untold, misses.sum(), evictions.sum(), migrations.sum(), heat,
            Residence.sum(all));
    }

    /** What happened since the last call; null: nothing. The scheduler's thread only. */
    FlowSample.@Nullable OfTag takeNews(int period) {
        long hit = hits.sum();
        long missed = misses.sum();
        long evicted = evictions.sum();
        if (hit == told[0] && missed == told[1] && evicted == told[2]) {
            return null;
        }
        long[] now = {hit, missed, evicted};
        activePeriod = period;
        AtomicLongArray counts = residence;
        Residence[] news = new Residence[generations];
        for (int i = 0; i < generations; i++) {
            news[i] = counts == null ? Residence.NONE : takeSince(counts, i);
        }
        FlowSample.OfTag sample = new FlowSample.OfTag(this, now[0] - told[0], now[1] - told[1], now[2] - told[2],
            java.util.List.of(news));
        told = now;
        return sample;
    }

    /** How many periods it has had nothing new. */
    int idlePeriods(int period) {
        return period - activePeriod;
    }

    @Override
    public String toString() {
        return name;
    }
}
