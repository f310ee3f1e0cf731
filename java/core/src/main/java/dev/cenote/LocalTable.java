package dev.cenote;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which {@link LocalBlockPool} belongs to which thread: a table indexed by thread id and checked for its owner.
 * <p>A look-up is a few plain loads, cheaper than a {@link ThreadLocal}. It may miss (another thread of the same low
 * bits has the place, or a stale table is seen); the slow path then searches the places beside it. A thread that sees
 * itself as owner sees its own registration, so plain loads are enough.
 * <p>Threads that died are found by {@link Thread#isAlive()}, which orders all they did before (JLS 17.4.4): no
 * reference queue, no waiting for a collection. The table holds a dead thread until the next sweep, 100 ms or so.
 */
final class LocalTable {

    private static final int PROBES = 8;
    private static final int SLOTS_MIN = 64;
    private static final int SLOTS_MAX = 1 << 16;

    private final LocalBlockPool none;
    private final Function<Thread, @Nullable LocalBlockPool> factory;
    private final List<LocalBlockPool> all = new ArrayList<>();
    /** Length a power of two; every element set; replaced whole when it grows. */
    private LocalBlockPool[] slots;

    /** The element "none" has no owner and fills the places that are free. */
    LocalTable(LocalBlockPool none, Function<Thread, @Nullable LocalBlockPool> factory) {
        this.none = none;
        this.factory = factory;
        this.slots = filled(SLOTS_MIN);
    }

    private LocalBlockPool[] filled(int length) {
        LocalBlockPool[] filled = new LocalBlockPool[length];
        java.util.Arrays.fill(filled, none);
        return filled;
    }

    /** What stands at a thread's first place: its own if {@code owner} says so. */
    LocalBlockPool first(Thread thread) {
        LocalBlockPool[] seen = slots;
        return seen[(int) id(thread) & (seen.length - 1)];
    }

    @SuppressWarnings("deprecation") /* threadId() came with 19 */
    private static long id(Thread thread) {
        return thread.getId();
    }

    /** The calling thread's, made if need be; null when the table is at its limit, or there is no memory. */
    @Nullable LocalBlockPool find(Thread thread) {
        LocalBlockPool[] seen = slots;
        for (int i = 0; i < PROBES; i++) {
            LocalBlockPool local = seen[((int) id(thread) + i) & (seen.length - 1)];
            if (local.owner == thread) {
                return local;
            }
        }
        return register(thread);
    }

    private synchronized @Nullable LocalBlockPool register(Thread thread) {
        for (LocalBlockPool local : slots) {
            if (local.owner == thread) {
                return local; /* a stale table missed it, or it was moved by growth */
            }
        }
        int length = slots.length;
        while (!place(thread, length)) {
            length *= 2;
            if (length > SLOTS_MAX) {
                return null;
            }
        }
        LocalBlockPool made = factory.apply(thread);
        if (made == null) {
            return null;
        }
        all.add(made);
        slots[placeOf(slots, thread)] = made;
        return made;
    }

    /** Makes sure that there is a free place for a thread in a table of this length, growing into it if need be. */
    private boolean place(Thread thread, int length) {
        if (length == slots.length) {
            return placeOf(slots, thread) >= 0;
        }
        LocalBlockPool[] larger = filled(length);
        for (LocalBlockPool local : slots) {
            if (local.owner != null) {
                int place = placeOf(larger, local.owner);
                if (place < 0) {
                    return false;
                }
                larger[place] = local;
            }
        }
        if (placeOf(larger, thread) < 0) {
            return false;
        }
        slots = larger;
        return true;
    }

    private int placeOf(LocalBlockPool[] in, Thread thread) {
        for (int i = 0; i < PROBES; i++) {
            int place = ((int) id(thread) + i) & (in.length - 1);
            if (in[place] == none) {
                return place;
            }
        }
        return -1;
    }

    /** Takes out the locals of threads that died; the caller gives their blocks back. */
    synchronized List<LocalBlockPool> takeDead() {
        List<LocalBlockPool> dead = new ArrayList<>();
        for (int i = 0; i < slots.length; i++) {
            Thread owner = slots[i].owner;
            if (owner != null && !owner.isAlive()) {
                dead.add(slots[i]);
                slots[i] = none;
            }
        }
        all.removeAll(dead);
        return dead;
    }

    /** Every local that is registered now. */
    synchronized List<LocalBlockPool> all() {
        return new ArrayList<>(all);
    }
}
