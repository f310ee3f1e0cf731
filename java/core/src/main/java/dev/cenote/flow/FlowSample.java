package dev.cenote.flow;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one pool saw between two samples of the scheduler. Each pool has one, which is filled anew at every step, so that steps
 * allocate nothing.
 */
final class FlowSample {

    /** The pool's name. */
    final String pool;
    /** In their order. */
    final Generation[] generations;
    /** Since the sample before; 0 in the first. */
    long elapsedNanos;
    /** The newest pane of the tags' windows. */
    int pane;
    /** Gets that found an entry in some generation. */
    long hits;
    /** Gets that had to call the factory. */
    long misses;
    /** Residence times of entries that left a generation. */
    long residences;
    /** Their sum. */
    long residenceNanos;
    private int[] indices = new int[16];
    private @Nullable TagTimes[] times = new TagTimes[16];
    private int count;

    FlowSample(String pool, Generation[] generations) {
        this.pool = pool;
        this.generations = generations;
    }

    /** Begins the next one: no class yet. */
    void clear() {
        count = 0;
    }

    /** Adds a class that may have to move. */
    void add(int index, TagTimes of) {
        if (count == indices.length) {
            indices = Arrays.copyOf(indices, 2 * count);
            times = Arrays.copyOf(times, 2 * count);
        }
        indices[count] = index;
        times[count++] = of;
    }

    /** How many classes may have to move. */
    int tags() {
        return count;
    }

    /** The index of one of them. */
    int index(int number) {
        return indices[Objects.checkIndex(number, count)];
    }

    /** Where its residence times are. */
    TagTimes times(int number) {
        return Objects.requireNonNull(times[Objects.checkIndex(number, count)]);
    }
}
