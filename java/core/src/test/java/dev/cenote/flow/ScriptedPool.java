package dev.cenote.flow;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A pool that says what a test wants the scheduler to hear, and remembers what the scheduler asked of it. */
final class ScriptedPool implements FlowPool {

    static final long MILLI = 1_000_000;
    private static final String[] NAMES = {"T0", "T1", "T2"};
    private static final int[] CAPACITIES = {1024, 512, 64};
    private static final long[] TIMES = {10 * MILLI, 2000 * MILLI, 0};

    final List<String> calls = new ArrayList<>();
    final List<Long> times = new ArrayList<>();
    long hits = 1000;
    long misses;
    int ages;
    int evicts;
    RuntimeException failure;
    private final String name;
    private final Map<String, Tag> tags = new LinkedHashMap<>();
    private final Map<Tag, Residence[]> residences = new LinkedHashMap<>();
    private long before = Long.MIN_VALUE;

    ScriptedPool(String name) {
        this.name = name;
        tag("default");
    }

    Tag tag(String word) {
        return tags.computeIfAbsent(word, w -> new Tag(w, tags.size(), NAMES.length, 0));
    }

    void forget(String word) {
        tags.remove(word);
    }

    /** From now on, in every step, so many entries with that tag leave a generation after each of these times. */
    ScriptedPool residence(String word, int generation, int count, double... millis) {
        Residence[] all = residences.computeIfAbsent(tag(word), t -> new Residence[] {none(), none(), none()});
        long[] counts = new long[Residence.BUCKETS];
        long sum = 0;
        for (double time : millis) {
            long nanos = (long) (time * MILLI);
            counts[Residence.bucket(nanos)] += count;
            sum += nanos * count;
        }
        all[generation] = new Residence(counts, (long) count * millis.length, sum);
        return this;
    }

    ScriptedPool silence() {
        residences.clear();
        return this;
    }

    private static Residence none() {
        return new Residence(new long[Residence.BUCKETS], 0, 0);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public FlowSample sample(long nowNanos) {
        times.add(nowNanos);
        if (failure != null) {
            throw failure;
        }
        List<FlowSample.OfTag> ofTags = new ArrayList<>();
        residences.forEach((tag, all) -> ofTags.add(new FlowSample.OfTag(tag, 0, 0, 0, List.of(all))));
        List<FlowSample.Generation> generations = new ArrayList<>();
        for (int g = 0; g < NAMES.length; g++) {
            long[] counts = new long[Residence.BUCKETS];
            long count = 0;
            long sum = 0;
            for (Residence[] all : residences.values()) {
                for (int b = 0; b < counts.length; b++) {
                    counts[b] += all[g].counts()[b];
                }
                count += all[g].count();
                sum += all[g].sumNanos();
            }
            generations.add(new FlowSample.Generation(NAMES[g], CAPACITIES[g], TIMES[g], 0, 0, new Residence(counts, count, sum)));
        }
        long elapsed = before == Long.MIN_VALUE ? 0 : nowNanos - before;
        before = nowNanos;
        return new FlowSample(name, elapsed, hits, misses, 0, generations, ofTags);
    }

    @Override
    public void route(Tag tag, int generation) {
        tag.setRoute(generation);
        calls.add("route " + tag + " " + generation);
    }

    @Override
    public int promote(Tag tag, int from, int to) {
        calls.add("promote " + tag + " " + from + " " + to);
        return 3;
    }

    @Override
    public int age(long gcCycles, long nowNanos) {
        calls.add("age " + gcCycles);
        return ages;
    }

    @Override
    public int evict(long nowNanos) {
        return evicts;
    }

    @Override
    public void decay(long nowNanos) {
        calls.add("decay");
    }
}
