package dev.cenote.flow;

import dev.cenote.internal.Backoff;
import dev.cenote.internal.ThreadTable;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
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
    /** All threads' parts and stripes; replaced as a whole. */
    private volatile LocalGeneration<T>[] parts;
    /** Told of the part of the thread that registered last. */
    private final Consumer<LocalGeneration<T>> newest;

    Locals(Store<T> store, Consumer<LocalGeneration<T>> newest) {
        this(store, newest, new AtomicInteger(LocalGeneration.FIRST_ID));
    }

    private Locals(Store<T> store, Consumer<LocalGeneration<T>> newest, AtomicInteger ids) {
        this(store, newest, ids, new LocalGeneration<>(store, ids.getAndIncrement(), null));
    }

    private Locals(Store<T> store, Consumer<LocalGeneration<T>> newest, AtomicInteger ids, LocalGeneration<T> nobody) {
        super(nobody);
        this.store = store;
        this.ids = ids;
        this.nobody = nobody;
        this.newest = newest;
        newest.accept(nobody);
        this.parts = array(0);
        this.stripes = new Stripes<>(() -> added(null));
        this.slots = first();
    }

    private synchronized LocalGeneration<T> added(@Nullable Thread owner) {
        LocalGeneration<T> made = new LocalGeneration<>(store, nextId(), owner);
        LocalGeneration<T>[] more = Arrays.copyOf(parts, parts.length + 1);
        more[parts.length] = made;
        parts = more;
        store.news.setParts(more.length);
        return made;
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
        LocalGeneration<T> made = added(thread);
        newest.accept(made);
        return made;
    }

    /** Moves what dead threads held to T1; returns how many threads. */
    int collectDead() {
        if (!hasDead()) {
            return 0;
        }
        List<LocalGeneration<T>> dead = takeDead();
        newest.accept(nobody); /* perhaps it is one of them */
        forget(dead);
        for (LocalGeneration<T> local : dead) {
            for (int tries = 0; !local.tryLock(); tries++) { /* somebody who found it before it was taken out */
                Backoff.pause(tries);
            }
            if (store.isClosed()) {
                local.drain(Eviction.CLOSED);
            } else {
                local.flush();
            }
            store.hits[0].add(local.hits());
            local.tell();
            local.unlock();
        }
        return dead.size();
    }

    private boolean hasDead() {
        for (LocalGeneration<T> part : parts) {
            if (part.owner != null && !part.owner.isAlive()) {
                return true;
            }
        }
        return false;
    }

    private synchronized void forget(List<LocalGeneration<T>> dead) {
        if (!dead.isEmpty()) {
            parts = Arrays.stream(parts).filter(part -> !dead.contains(part)).toArray(this::array);
            store.news.setParts(parts.length);
        }
    }

    /** Threads' parts and stripes; belongs to this object, do not change it. */
    LocalGeneration<T>[] everything() {
        return parts;
    }

    /** Makes every get and put look at the control word. */
    void alarm() {
        for (LocalGeneration<T> local : everything()) {
            local.alarm(LocalGeneration.CONTROL);
        }
    }
}
