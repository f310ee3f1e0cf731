package dev.cenote;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The slabs of one thread: for each class the one to take from, those that have free blocks, and those that are full.
 * <p>Used by its owner; or, without one, by whoever holds its lock: a stripe that virtual threads share, or the orphans.
 * Other threads only {@link #push}.
 */
final class SlabCache {

    private static final int SEARCHES = 3;
    private static final int HINTS_LOG = 4; /* 16 hints of 8 bytes are two cache lines */
    private static final int HINT_MASK = (1 << HINTS_LOG) - 1;
    private static final int NUMBER_LOG = 12; /* a slab has at most 4096 blocks */
    private static final int NUMBER_MASK = (1 << NUMBER_LOG) - 1;
    private static final int STEP_LOG = 4; /* addresses are multiples of 16 */
    private static final VarHandle RETURNED;
    private static final VarHandle LOCK;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            RETURNED = lookup.findVarHandle(SlabCache.class, "returned", Slab.class);
            LOCK = lookup.findVarHandle(SlabCache.class, "lock", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final @Nullable Thread owner;
    /** By class: the slab to take from. */
    final Slab[] current;
    /** By class: requests that went the slow way, and at the next index the bytes that they asked for: a sample. */
    final long[] asked;
    /**
     * By class, the blocks given back last, the newest at {@link #newest} - 1: they are likely to be in the processor's cache.
     * Hints only: the bitmap decides. Each is a block's address / 16 and its number; 0 is none. The address itself, so that
     * the caller need not wait for the bitmap.
     */
    private final long[] hints;
    private final int[] newest;
    /** {@link SlabSource#table} as it was; a slab that is not found in it costs a hint. */
    private Slab[] slots;
    boolean isGreeted;
    /** When its owner was found dead, by {@link System#nanoTime()}. */
    long orphanedNanos;
    private final @Nullable Slab[] open;
    private final @Nullable Slab[] full;
    private final SlabSource source;
    /** Top of a stack of slabs that other threads gave blocks back to. */
    private volatile @Nullable Slab returned;
    @SuppressWarnings("unused")
    private volatile int lock;

    SlabCache(@Nullable Thread owner, int classes, SlabSource source) {
        this.owner = owner;
        this.source = source;
        this.current = new Slab[classes];
        java.util.Arrays.fill(current, Slab.NONE);
        this.open = new Slab[classes];
        this.full = new Slab[classes];
        this.asked = new long[2 * classes];
        this.hints = new long[classes << HINTS_LOG];
        this.newest = new int[classes];
        this.slots = source.table();
    }

    boolean tryLock() {
        return (int) LOCK.getOpaque(this) == 0 && LOCK.compareAndSet(this, 0, 1); /* acquires; pairs with unlock */
    }

    void lock() {
        while (!tryLock()) {
            Thread.onSpinWait();
        }
    }

    void unlock() {
        LOCK.setRelease(this, 0);
    }

    boolean isLocked() {
        return (int) LOCK.getAcquire(this) != 0;
    }

    /** Any thread: blocks of this slab were given back by others. Lock-free. */
    void push(Slab slab) {
        Slab top;
        do {
            top = returned;
            slab.nextReturned = top;
        } while (!RETURNED.weakCompareAndSet(this, top, slab)); /* releases nextReturned; pairs with drain */
    }

    /** Takes over what other threads gave back. */
    void drain() {
        if (returned == null) {
            return;
        }
        Slab slab = (Slab) RETURNED.getAndSet(this, (Slab) null); /* acquires; pairs with push */
        while (slab != null) {
            Slab below = slab.nextReturned;
            slab.nextReturned = null;
            slab.notified = 0; /* before the bits are read: who sets one later puts the slab on a stack again */
            if (slab.owner == this) {
                collect(slab);
            } else {
                slab.announce(); /* it changed hands; to its owner of now */
            }
            slab = below;
        }
    }

    private void collect(Slab slab) {
        if (slab.collect()) {
            settle(slab, 0);
        }
    }

    /** Remembers a block that was given back here. */
    void hint(int index, long address, int number) {
        int at = newest[index];
        hints[index << HINTS_LOG | at & HINT_MASK] = address << NUMBER_LOG - STEP_LOG | number;
        newest[index] = at + 1;
    }

    /** Takes the block that was given back last and is still free; 0: none is remembered. */
    long takeHinted(int index) {
        int at = newest[index] - 1;
        int place = index << HINTS_LOG | at & HINT_MASK;
        long hint = hints[place];
        if (hint == 0) {
            return 0;
        }
        hints[place] = 0;
        newest[index] = at;
        long address = hint >>> NUMBER_LOG << STEP_LOG;
        Slab slab = SlabDirectory.first(slots, address);
        return slab.holds(address) && slab.take((int) hint & NUMBER_MASK) ? address : 0;
    }

    /** A slab of that class goes: no hint may lead to it. */
    private void forget(int index) {
        java.util.Arrays.fill(hints, index << HINTS_LOG, index + 1 << HINTS_LOG, 0);
    }

    /** Takes a block when the slab to take from, or its current word, has none. */
    long takeSlowly(int index, long bytes) {
        asked[2 * index]++;
        asked[2 * index + 1] += bytes;
        slots = source.table();
        Slab slab = current[index];
        long free = slab.seek();
        if (free == 0) {
            drain();
            slab = current[index];
            free = slab.seek();
        }
        if (free == 0) {
            slab = next(index);
            free = slab.seek();
        }
        return slab.take(free);
    }

    /** Another slab to take from: of its own, of a dead thread, or a new one. */
    private Slab next(int index) {
        Slab found = own(index);
        if (found == null) {
            found = source.adopt(index, this, false);
        }
        if (found == null) {
            try {
                found = fresh(index);
            } catch (PoolExhaustedException e) {
                trim(); /* slabs of other classes may go, and blocks may have come back to this one */
                if (current[index].hasFree()) {
                    return current[index];
                }
                found = own(index);
                found = found != null ? found : source.adopt(index, this, true);
                found = found != null ? found : fresh(index);
            }
        }
        Slab before = current[index];
        if (before != Slab.NONE) {
            shelve(before);
        }
        current[index] = found;
        return found;
    }

    private @Nullable Slab own(int index) {
        for (;;) {
            Slab found = open[index] != null ? open[index] : search(index);
            if (found == null) {
                return null;
            }
            unlink(found);
            if (found.hasFree()) {
                return found;
            }
            shelve(found); /* hints have taken its last block */
        }
    }

    /** No longer the one to take from. */
    private void shelve(Slab slab) {
        link(slab, !slab.hasFree());
    }

    private Slab fresh(int index) {
        Slab fresh = source.take();
        fresh.cut(index);
        fresh.owner = this; /* volatile: after the cut */
        return fresh;
    }

    /**
     * Looks at a few full slabs for blocks that came back without its noticing: who gave one back may have met the slab on
     * its way from one owner to another. The slabs looked at go to the end, so that all have their turn.
     */
    private @Nullable Slab search(int index) {
        for (int i = 0; i < SEARCHES; i++) {
            Slab slab = full[index];
            if (slab == null) {
                return null;
            }
            collect(slab);
            if (open[index] != null) {
                return open[index];
            }
            if (slab == full[index]) { /* else it went */
                full[index] = slab.next; /* the list is a ring */
            }
        }
        return null;
    }

    /** A slab got blocks back, one in a certain word: it may change its list, or go. */
    void settle(Slab slab, int word) {
        if (slab == current[slab.sizeClass]) {
            return;
        }
        if (slab.isFull) {
            unlink(slab);
            slab.word = word;
            link(slab, false);
        }
        if (slab.isEmpty(word)) {
            unlink(slab);
            release(slab);
        }
    }

    private void release(Slab slab) {
        forget(slab.sizeClass);
        slab.sizeClass = Slab.NO_CLASS;
        slab.owner = null;
        source.give(slab);
    }

    private void link(Slab slab, boolean isFull) {
        @Nullable Slab[] heads = isFull ? full : open;
        Slab head = heads[slab.sizeClass];
        if (head == null) {
            slab.next = slab;
            slab.previous = slab;
        } else {
            Slab last = head.previous;
            slab.next = head;
            slab.previous = last;
            head.previous = slab;
            if (last != null) {
                last.next = slab;
            }
        }
        heads[slab.sizeClass] = slab;
        slab.isFull = isFull;
    }

    private void unlink(Slab slab) {
        @Nullable Slab[] heads = slab.isFull ? full : open;
        Slab after = slab.next;
        Slab before = slab.previous;
        if (after == null || before == null) {
            throw new AssertionError("the slab stands in no list");
        }
        after.previous = before;
        before.next = after;
        if (heads[slab.sizeClass] == slab) {
            heads[slab.sizeClass] = after == slab ? null : after;
        }
        slab.next = null;
        slab.previous = null;
        slab.isFull = false;
    }

    /** Gives slabs without a block in use back, after looking at all of them; tells how many. */
    int trim() {
        drain();
        int gone = 0;
        for (int index = 0; index < current.length; index++) {
            gone += trim(open, index) + trim(full, index);
            Slab slab = current[index];
            if (slab != Slab.NONE) {
                slab.collect();
                if (slab.isEmpty(0)) {
                    current[index] = Slab.NONE;
                    release(slab);
                    gone++;
                }
            }
        }
        return gone;
    }

    private int trim(@Nullable Slab[] heads, int index) {
        Slab slab = heads[index];
        if (slab == null) {
            return 0;
        }
        int gone = 0;
        Slab last = slab.previous;
        for (boolean done = false; !done && slab != null;) {
            Slab after = slab.next;
            done = slab == last;
            if (slab.collect() || !slab.isFull) {
                settle(slab, 0);
                gone += slab.owner != this ? 1 : 0;
            }
            slab = after;
        }
        return gone;
    }

    /** Hands all slabs to another cache, whose lock the caller holds; those that are empty go back. The owner is dead. */
    void moveTo(SlabCache heir) {
        trim();
        java.util.Arrays.fill(hints, 0);
        for (int index = 0; index < current.length; index++) {
            Slab slab = current[index];
            if (slab != Slab.NONE) {
                current[index] = Slab.NONE;
                shelve(slab);
            }
            move(open, index, heir);
            move(full, index, heir);
        }
        drain(); /* what was pushed meanwhile finds its way */
    }

    private void move(@Nullable Slab[] heads, int index, SlabCache heir) {
        for (Slab slab = heads[index]; slab != null; slab = heads[index]) {
            boolean isFull = slab.isFull;
            unlink(slab);
            heir.link(slab, isFull);
            slab.owner = heir;
        }
    }

    /**
     * For a cache whose lock the caller holds: lets go of a slab that has free blocks, or gives null. What is in use of it
     * belongs to others, whose lines the heir would share: so unless {@code any} will do, it has to be mostly free.
     */
    @Nullable Slab surrender(int index, SlabCache heir, boolean any) {
        drain();
        for (int i = 0; i < SEARCHES; i++) {
            Slab slab = open[index];
            if (slab == null) {
                return null;
            }
            if (any && slab.hasFree() || 4 * slab.out() <= slab.capacity && slab.hasFree()) {
                unlink(slab);
                forget(index);
                slab.owner = heir;
                return slab;
            }
            open[index] = slab.next; /* the list is a ring */
        }
        return null;
    }

    boolean hasOpen(int index) {
        return open[index] != null;
    }
}
