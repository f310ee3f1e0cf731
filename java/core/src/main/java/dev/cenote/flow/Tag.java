package dev.cenote.flow;

import java.util.concurrent.atomic.LongAdder;

/**
 * A caller's word for what an entry was used for: interned once per pool, compared by identity.
 * <p>A pool learns where entries of a tag live longest, and later puts with that tag go straight there.
 */
public final class Tag {

    /** The index of the default tag. */
    static final int DEFAULT = 0;
    private static final int ELSEWHERE = Integer.MIN_VALUE;

    private final String name;
    private final int index;
    /** Where a put with this tag goes. Written by the scheduler's thread, read plainly by every put: late is harmless. */
    private int route;
    /** The index while puts go to T0, else a number that is no index: one comparison for the fast way. */
    private int local;
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder evictions = new LongAdder();
    private final LongAdder migrations = new LongAdder();
    /** Its residence times, beside those of other tags. */
    private final TagTimes times;
    /** What the tags of its pool leave behind for the scheduler. */
    private final News news;

    Tag(String name, int index, TagTimes times, News news) {
        this.name = name;
        this.index = index;
        this.local = index;
        this.times = times;
        this.news = news;
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
        times.setRoute(place(), generation);
    }

    void hit(long count, int period) {
        hits.add(count);
        times.touch(place(), period);
    }

    void missed(int period) {
        misses.increment();
        times.touch(place(), period);
    }

    void evicted(int period) {
        evictions.increment();
        times.touch(place(), period);
    }

    void migrated() {
        migrations.increment();
    }

    /** Entries lay so long in a generation; {@code weight} of them. */
    void lay(int period, int generation, long nanos, int weight) {
        int pane = PoolFlow.pane(period);
        times.add(place(), pane, generation, nanos, weight);
        times.touch(place(), period);
        news.add(Math.max(0, nanos) * weight, weight);
        if (times.mayMove(place(), pane, news.bounds())) {
            news.mark(index); /* after the sums: the scheduler, which takes it out first, then sees them */
        }
    }

    /** Where it stands in {@link #times}. */
    int place() {
        return index % TagTimes.TAGS;
    }

    /** Its residence times, beside those of other tags. */
    TagTimes times() {
        return times;
    }

    /** Adds its residence times in a generation since the pool was built to a sum. */
    void addTo(Residence sum, int generation) {
        times.addTo(sum, place(), generation);
    }

    TagStats stats(int entries, long untold, double heat, Residence residence) {
        return new TagStats(name, route, entries, hits.sum() + untold, misses.sum(), evictions.sum(), migrations.sum(), heat,
            residence);
    }

    @Override
    public String toString() {
        return name;
    }
}
