package dev.cenote;

import dev.cenote.internal.ThreadTable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which {@link LocalBlockPool} belongs to which thread.
 */
final class LocalTable extends ThreadTable<LocalBlockPool> {

    private final Function<Thread, @Nullable LocalBlockPool> factory;
    private LocalBlockPool[] slots;

    /** The element "none" has no owner and fills the places that are free. */
    LocalTable(LocalBlockPool none, Function<Thread, @Nullable LocalBlockPool> factory) {
        super(none);
        this.factory = factory;
        this.slots = first();
    }

    /** What stands at a thread's first place: its own if {@code owner} says so. */
    LocalBlockPool first(Thread thread) {
        LocalBlockPool[] seen = slots;
        return seen[(int) id(thread) & (seen.length - 1)];
    }

    @Override
    protected LocalBlockPool[] array(int length) {
        return new LocalBlockPool[length];
    }

    @Override
    protected LocalBlockPool[] slots() {
        return slots;
    }

    @Override
    protected void replace(LocalBlockPool[] larger) {
        slots = larger;
    }

    @Override
    protected @Nullable Thread owner(LocalBlockPool local) {
        return local.owner;
    }

    @Override
    protected @Nullable LocalBlockPool make(Thread thread) {
        return factory.apply(thread);
    }
}
