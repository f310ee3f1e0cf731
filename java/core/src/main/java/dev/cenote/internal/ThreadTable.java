package dev.cenote.internal;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which object belongs to which thread: a table indexed by thread id and checked for its owner.
 * <p>A look-up is a few plain loads, cheaper than a {@link ThreadLocal}. It may miss (another thread of the same low
 * bits has the place, or a stale table is seen); the slow path then searches the places beside it. A thread that sees
 * itself as owner sees its own registration, so plain loads are enough.
 * <p>Threads that died are found by {@link Thread#isAlive()}, which orders all they did before (JLS 17.4.4): no
 * reference queue, no waiting for a collection. The table holds a dead thread until the next sweep.
 * <p>The array itself belongs to the subclass, which knows its type: so the look-up has no cast.
 *
 * @param <L> what a thread has
 */
public abstract class ThreadTable<L> {

    private static final int PROBES = 8;
    private static final int SLOTS_MIN = 64;
    private static final int SLOTS_MAX = 1 << 16;

    private final L none;
    private final List<L> all = new ArrayList<>();

    /**
     * Makes an empty table; the subclass then calls {@link #replace} with {@link #first()}.
     *
     * @param none has no owner and fills the places that are free
     */
    protected ThreadTable(L none) {
        this.none = none;
    }

    /** {@return the array to begin with} */
    protected final L[] first() {
        return filled(SLOTS_MIN);
    }

    /** {@return an array for so many} */
    protected abstract L[] array(int length);

    /** {@return the array in use: its length a power of two, every element set} */
    protected abstract L[] slots();

    /** Takes another array into use. */
    protected abstract void replace(L[] slots);

    /** {@return whose it is; null of the one that fills free places} */
    protected abstract @Nullable Thread owner(L local);

    /** {@return a new one for this thread; null: there is no memory for it} */
    protected abstract @Nullable L make(Thread thread);

    private L[] filled(int length) {
        L[] filled = array(length);
        java.util.Arrays.fill(filled, none);
        return filled;
    }

    /** {@return its id} */
    @SuppressWarnings("deprecation") /* threadId() came with 19 */
    protected static long id(Thread thread) {
        return thread.getId();
    }

    /** {@return the calling thread's, made if need be; null when the table is at its limit, or there is no memory} */
    public final @Nullable L find(Thread thread) {
        L[] seen = slots();
        for (int i = 0; i < PROBES; i++) {
            L local = seen[((int) id(thread) + i) & (seen.length - 1)];
            if (owner(local) == thread) {
                return local;
            }
        }
        return register(thread);
    }

    private synchronized @Nullable L register(Thread thread) {
        for (L local : slots()) {
            if (owner(local) == thread) {
                return local; /* a stale table missed it, or it was moved by growth */
            }
        }
        int length = slots().length;
        while (!place(thread, length)) {
            length *= 2;
            if (length > SLOTS_MAX) {
                return null;
            }
        }
        L made = make(thread);
        if (made == null) {
            return null;
        }
        all.add(made);
        L[] slots = slots();
        slots[placeOf(slots, thread)] = made;
        return made;
    }

    /** Makes sure that there is a free place for a thread in a table of this length, growing into it if need be. */
    private boolean place(Thread thread, int length) {
        if (length == slots().length) {
            return placeOf(slots(), thread) >= 0;
        }
        L[] larger = filled(length);
        for (L local : slots()) {
            Thread owner = owner(local);
            if (owner != null) {
                int place = placeOf(larger, owner);
                if (place < 0) {
                    return false;
                }
                larger[place] = local;
            }
        }
        if (placeOf(larger, thread) < 0) {
            return false;
        }
        replace(larger);
        return true;
    }

    private int placeOf(L[] in, Thread thread) {
        for (int i = 0; i < PROBES; i++) {
            int place = ((int) id(thread) + i) & (in.length - 1);
            if (in[place] == none) {
                return place;
            }
        }
        return -1;
    }

    /** {@return what belonged to threads that died, taken out; the caller gives back what it holds} */
    public final synchronized List<L> takeDead() {
        List<L> dead = List.of();
        for (int i = 0; i < all.size(); i++) { /* no iterator: most calls find none, and then allocate nothing */
            Thread owner = owner(all.get(i));
            if (owner != null && !owner.isAlive()) {
                dead = dead.isEmpty() ? new ArrayList<>() : dead;
                dead.add(all.get(i));
            }
        }
        if (!dead.isEmpty()) {
            all.removeAll(dead);
            L[] slots = slots();
            for (int i = 0; i < slots.length; i++) {
                slots[i] = dead.contains(slots[i]) ? none : slots[i];
            }
        }
        return dead;
    }

    /** {@return every one that is registered now} */
    public final synchronized List<L> all() {
        return new ArrayList<>(all);
    }
}
