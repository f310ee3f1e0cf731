package dev.cenote.flow;

import dev.cenote.internal.Pulse;
import java.util.ArrayList;
import java.util.Arrays;
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
    /** Tags whose classes the scheduler had to look at. */
    final List<String> looks = new ArrayList<>();
    long hits = 1000;
    long misses;
    int ages;
    int evicts;
    RuntimeException failure;
    final Pulse pulse = new Pulse();
    private final String name;
    private final TagTable tags = new TagTable(16, NAMES.length, 0);
    private final Map<String, List<long[]>> residences = new LinkedHashMap<>();
    private final FlowSample sample;
    private int period;
    private long before = Long.MIN_VALUE;
    private long residencesBefore;
    private long nanosBefore;

    ScriptedPool(String name) {
        this.name = name;
        Generation[] generations = new Generation[NAMES.length];
        Arrays.setAll(generations, g -> new Generation(NAMES[g], CAPACITIES[g], TIMES[g]));
        sample = new FlowSample(name, generations);
    }

    Tag tag(String word) {
        return tags.find(word, period);
    }

    /** Forgets all tags: none has been used for long, at a period that never comes. */
    void loseTags() {
        tags.forget(period + TagTable.FORGET_PERIODS);
    }

    /** From now on, in every step, so many entries with that tag leave a generation after each of these times. */
    ScriptedPool residence(String word, int generation, int count, double... millis) {
        List<long[]> all = residences.computeIfAbsent(word, w -> new ArrayList<>());
        all.removeIf(each -> each[0] == generation);
        for (double time : millis) {
            all.add(new long[] {generation, count, (long) (time * MILLI)});
        }
        return this;
    }

    ScriptedPool silence() {
        residences.clear();
        return this;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Pulse pulse() {
        return pulse;
    }

    @Override
    public long glance() {
        return hits;
    }

    @Override
    public FlowSample sample(long nowNanos) {
        times.add(nowNanos);
        if (failure != null) {
            throw failure;
        }
        residences.forEach((word, all) -> all.forEach(each -> tag(word).lay(period, (int) each[0], each[2], (int) each[1])));
        sample.clear();
        sample.pane = PoolFlow.pane(period);
        sample.elapsedNanos = before == Long.MIN_VALUE ? 0 : nowNanos - before;
        before = nowNanos;
        sample.hits = hits;
        sample.misses = misses;
        sample.residences = tags.news().residences() - residencesBefore;
        sample.residenceNanos = tags.news().residenceNanos() - nanosBefore;
        residencesBefore += sample.residences;
        nanosBefore += sample.residenceNanos;
        return sample;
    }

    @Override
    public void setBounds(Bounds bounds) {
        tags.setBounds(bounds, period);
    }

    @Override
    public void addClasses(FlowSample into) {
        tags.takeMarked(into);
        for (int i = 0; i < into.tags(); i++) {
            looks.add(tags.at(into.index(i)).name());
        }
    }

    @Override
    public Tag tag(int index) {
        return tags.at(index);
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
    public int age(long nowNanos) {
        calls.add("age");
        return ages;
    }

    @Override
    public int evict(long nowNanos) {
        return evicts;
    }

    @Override
    public void forgetTags() {
        period++; /* the last that a step asks for */
    }
}
