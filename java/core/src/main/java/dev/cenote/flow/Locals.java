package dev.cenote.flow;

import dev.cenote.internal.ThreadTable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Every thread's part of T0: the table of threads, and the stripes of virtual ones.
 *
 * @param <T> the kind of object
 */
final class Locals<T> extends ThreadTable<LocalGeneration<T>> {

    private final Store<T> store;
    private final AtomicInteger ids;
    private LocalGeneration<T>[] slots;
    /** Fills free places; works for those who have no part. */
    private final LocalGeneration<T> nobody;
    private final Stripes<T> stripes;
    /** Of the thread that registered last: often the only one, found without the table. Plain: checked for its owner. */
    LocalGeneration<T> newest;

    Locals(Store<T> store) {
        this(store, new AtomicInteger(LocalGeneration.FIRST_ID));
    }

    private Locals(Store<T> store, AtomicInteger ids) {
        this(store, ids, new LocalGeneration<>(store, ids.getAndIncrement(), null));
    }

    private Locals(Store<T> store, AtomicInteger ids, LocalGeneration<T> nobody) {
        super(nobody);
        this.store = store;
        this.ids = ids;
        this.nobody = nobody;
        this.newest = nobody;
        this.stripes = new Stripes<>(() -> new LocalGeneration<>(store, nextId(), null));
        this.slots = first();
    }

    /** Ids come again after a thousand million threads. */
    private int nextId() {
        return LocalGeneration.FIRST_ID + (ids.getAndIncrement() & (1 << 30) - 1 - LocalGeneration.FIRST_ID);
    }

    LocalGeneration<T> nobody() {
        return nobody;
    }

    Stripes<T> stripes() {
        return stripes;
    }

    /** What stands at a thread's first place: its own if {@code owner} says so. */
    LocalGeneration<T> first(Thread thread) {
        LocalGeneration<T>[] seen = slots;
        return seen[(int) id(thread) & (seen.length - 1)];
    }

    @Override
    @SuppressWarnings({"unchecked", "rawtypes"})
    protected LocalGeneration<T>[] array(int length) {
        return new LocalGeneration[length];
    }

    @Override
    protected LocalGeneration<T>[] slots() {
        return slots;
    }

    @Override
    protected void replace(LocalGeneration<T>[] larger) {
        slots = larger;
    }

    @Override
    protected @Nullable Thread owner(LocalGeneration<T> local) {
        return local.owner;
    }

    @Override
    protected LocalGeneration<T> make(Thread thread) {
        LocalGeneration<T> made = new LocalGeneration<>(store, nextId(), thread);
        newest = made;
        return made;
    }

    /** Moves what dead threads held to T1; returns how many threads. */
    int collectDead() {
        Thread owner = newest.owner;
        if (owner != null && !owner.isAlive()) {
            newest = nobody; /* before its part is taken over */
        }
        List<LocalGeneration<T>> dead = takeDead();
        for (LocalGeneration<T> local : dead) {
            while (!local.tryLock()) { /* somebody who found it before it was taken out; for microseconds */
                Thread.onSpinWait();
            }
            if (store.isClosed()) {
                local.drain(Eviction.CLOSED);
            } else {
                local.flush();
            }
            store.hits[0].add(local.hits());
            local.unlock();
        }
        return dead.size();
    }

    /** Threads' parts and stripes. */
    List<LocalGeneration<T>> everything() {
        List<LocalGeneration<T>> all = new ArrayList<>(all());
        all.addAll(stripes.all());
        return all;
    }

    /** Makes every get and put look at the control word. */
    void alarm() {
        for (LocalGeneration<T> local : everything()) {
            local.alarm(LocalGeneration.CONTROL);
        }
    }
}
