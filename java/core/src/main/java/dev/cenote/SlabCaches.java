package dev.cenote;

import dev.cenote.internal.ThreadTable;
import org.jspecify.annotations.Nullable;

/**
 * Which {@link SlabCache} belongs to which thread.
 */
final class SlabCaches extends ThreadTable<SlabCache> {

    private final int classes;
    private final SlabSource source;
    private SlabCache[] slots;
    /** Of the thread that registered last: often the only one, found without the table. Plain: checked for its owner. */
    SlabCache newest;

    /** The element "none" has no owner and fills the places that are free. */
    SlabCaches(SlabCache none, int classes, SlabSource source) {
        super(none);
        this.classes = classes;
        this.source = source;
        this.newest = none;
        this.slots = first();
    }

    /** What stands at a thread's first place: its own if {@code owner} says so. */
    SlabCache first(Thread thread) {
        SlabCache[] seen = slots;
        return seen[(int) id(thread) & (seen.length - 1)];
    }

    @Override
    protected SlabCache[] array(int length) {
        return new SlabCache[length];
    }

    @Override
    protected SlabCache[] slots() {
        return slots;
    }

    @Override
    protected void replace(SlabCache[] larger) {
        slots = larger;
    }

    @Override
    protected @Nullable Thread owner(SlabCache cache) {
        return cache.owner;
    }

    @Override
    protected SlabCache make(Thread thread) {
        SlabCache made = new SlabCache(thread, classes, source);
        newest = made;
        return made;
    }
}
