package dev.cenote;

import dev.cenote.internal.Backoff;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The slabs of one thread, and in front of them a magazine of addresses for each class.
 * <p>What the thread frees of its own slabs goes into the magazine, what it takes comes from there; only a magazine that
 * runs empty or over goes to the slabs, for many blocks at a time. For each class there is the slab to take from, those that
 * have blocks at home, and those that are full.
 * <p>Used by its owner; or, without one, by whoever holds its lock: a stripe that virtual threads share, or the orphans.
 * Other threads only {@link #push}; but where memory is short or its owner idle, somebody else may {@link SlabCollector
 * come in}: the owner then is not its {@link #user} any more, and waits for the lock before it is that again.
 */
final class SlabCache {

    private static final int SEARCHES = 3;
    private static final int TRIES = 8; /* others get what one has found, or work where it looks */
    private static final int PLACES = 127; /* for each class; odd, so that they do not meet in the same places of a cache */
    private static final int MAGAZINE_BYTES = 128 << 10;
    private static final int MOVED = 32; /* addresses at most between a magazine and the slabs at a time */
    private static final int FEW = 2; /* addresses at most while slabs run empty, so that few of them wait for their last block */
    private static final byte[] ROOM = new byte[SmallSizes.CLASSES];
    private static final VarHandle RETURNED;
    private static final VarHandle LOCK;
    private static final VarHandle USER;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            RETURNED = lookup.findVarHandle(SlabCache.class, "returned", Slab.class);
            LOCK = lookup.findVarHandle(SlabCache.class, "lock", int.class);
            USER = lookup.findVarHandle(SlabCache.class, "user", Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
        for (int index = 0; index < ROOM.length; index++) {
            ROOM[index] = (byte) Math.min(PLACES - 1, MAGAZINE_BYTES / SizeClasses.bytes(index));
        }
    }

    final @Nullable Thread owner;
    /** The owner, while nobody else may be at work here. Set by the owner only, and taken away by whoever holds the lock. */
    @SuppressWarnings("unused")
    private @Nullable Thread user;
    /** By class: addresses of free blocks, the newest first, at the end of its places; behind them a 0. */
    private final long[] magazines;
    /** By class: how many more addresses fit, so the place of the newest. */
    private final int[] rooms;
    /** By class: the place behind the oldest, with the 0: how many addresses fit in all. */
    private final int[] ends;
    /** {@link SlabSource#table} as it was when the last slab came: it has all that are here. */
    private Slab[] slots;
    /** By class: the slab to take from. */
    final Slab[] current;
    /** By class: requests that found the magazine empty, and at the next index the bytes that they asked for: a sample. */
    final long[] asked;
    boolean isGreeted;
    /** When its owner was found dead, by {@link System#nanoTime()}. */
    long orphanedNanos;
    /** The new thread that gave something back to it last, since its owner died: it goes on with that one's work, likely. */
    @Nullable Thread visitor;
    /** Activity as the upkeep thread saw it last, and since when. */
    private long activitySeen;
    private long idleSince = System.nanoTime();
    private final @Nullable Slab[] open;
    private final @Nullable Slab[] full;
    private final SlabSource source;
    /** Top of a stack of slabs that other threads gave blocks back to. */
    private volatile @Nullable Slab returned;
    @SuppressWarnings("unused")
    private volatile int lock;

    SlabCache(@Nullable Thread owner, int classes, SlabSource source) {
        this.owner = owner;
        this.user = owner;
        this.source = source;
        this.current = new Slab[classes];
        java.util.Arrays.fill(current, Slab.NONE);
        this.open = new Slab[classes];
        this.full = new Slab[classes];
        this.asked = new long[2 * classes];
        this.magazines = new long[classes * PLACES];
        this.rooms = new int[classes];
        this.ends = new int[classes];
        for (int index = 0; index < classes; index++) {
            rooms[index] = ROOM[index];
            ends[index] = ROOM[index];
        }
        this.slots = source.table();
    }

    boolean tryLock() {
        return (int) LOCK.getOpaque(this) == 0 && LOCK.compareAndSet(this, 0, 1); /* acquires; pairs with unlock */
    }

    void lock() {
        for (int tries = 0; !tryLock(); tries++) {
            Backoff.pause(tries);
        }
    }

    void unlock() {
        LOCK.setRelease(this, 0);
    }

    boolean isLocked() {
        return (int) LOCK.getAcquire(this) != 0;
    }

    /** {@return true when it is this thread's and nobody else is at work here} That thread. */
    boolean isUsedBy(Thread thread) {
        return USER.getOpaque(this) == thread;
    }

    /** The owner: waits for whoever is at work here, and is its user again. */
    void regain() {
        lock();
        USER.setOpaque(this, owner);
        unlock();
    }

    /**
     * Begins to come in from outside; {@link #unlock} ends it. Nothing may be done here before a look at the owner's stack, after
     * this, tells that it is at work elsewhere.
     *
     * @return false: somebody else is here
     */
    boolean tryEnter() {
        if (!tryLock()) {
            return false;
        }
        USER.setVolatile(this, (Thread) null); /* before the look */
        return true;
    }

    /** Tells whether nothing has happened here for so long, as far as earlier looks can tell. The upkeep thread. */
    boolean isIdle(long nowNanos, long idleNanos) {
        long now = activity();
        if (now != activitySeen) {
            activitySeen = now;
            idleSince = nowNanos;
        }
        return nowNanos - idleSince >= idleNanos;
    }

    /** Hardly ever the same after the owner did something. */
    private long activity() {
        long sum = 0;
        for (int index = 0; index < rooms.length; index++) {
            sum = 31 * sum + rooms[index];
            sum = 31 * sum + asked[2 * index];
        }
        return sum;
    }

    /** A new thread, which has no cache yet, gives something back to this one. */
    void visit() {
        Thread mine = owner;
        if (mine != null && !mine.isAlive()) {
            visitor = Thread.currentThread();
        }
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
            slab.notified = 0; /* before the marks are read: who sets one later puts the slab on a stack again */
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
            settle(slab);
        }
    }

    /** Takes a block from the magazine; 0: it is empty. */
    long take(int index) {
        int room = rooms[index];
        int top = index * PLACES + room;
        long address = magazines[top];
        if (address == 0) {
            return 0;
        }
        rooms[index] = room + 1;
        Slab slab = slab(address);
        byte[] states = slab.states;
        int number = slab.number(address);
        if (states[number] != Slab.IN) {
            return 0; /* freed twice at the same moment, and handed out before; this one is forgotten */
        }
        states[number] = (byte) (index + 1);
        return address;
    }

    private Slab slab(long address) {
        Slab slab = SlabDirectory.first(slots, address);
        return slab.holds(address) ? slab : source.slab(address);
    }

    /** Puts a block into the magazine whose state says that it is in. */
    void give(int index, long address) {
        int room = rooms[index];
        if (room == 0) {
            room = spill(index);
        }
        room--;
        magazines[index * PLACES + room] = address;
        rooms[index] = room;
    }

    /**
     * Brings the oldest of a full magazine home; tells how many fit now. If most of them come to slabs that have nearly all their
     * blocks, then the thread is giving back what it used: all go home, and few are kept until it takes again.
     */
    private int spill(int index) {
        source.beat();
        int first = index * PLACES;
        int end = ends[index];
        int room = moved(end);
        int newer = end - room;
        int late = bring(index, first + newer, first + end);
        if (2 * late >= room && end > FEW) {
            bring(index, first, first + newer);
            magazines[first + FEW] = 0;
            ends[index] = FEW;
            rooms[index] = FEW;
            return FEW;
        }
        System.arraycopy(magazines, first, magazines, first + room, newer);
        rooms[index] = room;
        return room;
    }

    /** Of so many that fit. */
    private static int moved(int end) {
        return Math.min(MOVED, end / 2);
    }

    private void flush(int index) {
        int first = index * PLACES;
        bring(index, first + rooms[index], first + ends[index]);
        rooms[index] = ends[index];
    }

    /** Brings blocks home. Often some that follow each other lie in one slab. Tells how many are among the last of a slab. */
    private int bring(int index, int from, int to) {
        int late = 0;
        Slab slab = Slab.NONE;
        for (int i = from; i < to; i++) {
            long address = magazines[i];
            if (!slab.holds(address)) {
                if (slab != Slab.NONE) {
                    settle(slab);
                }
                slab = slab(address);
            }
            slab.bring(slab.number(address));
            late += slab.isNearlyHome() && slab != current[index] ? 1 : 0;
        }
        if (slab != Slab.NONE) {
            settle(slab);
        }
        return late;
    }

    /** Takes a block when the magazine is empty: fills a part of it. */
    long takeSlowly(int index, long bytes) {
        source.beat();
        asked[2 * index]++;
        asked[2 * index + 1] += bytes;
        for (;;) {
            if (rooms[index] == ends[index]) {
                fill(index);
                slots = source.table(); /* after the slab came: memory may lie where other memory lay before */
            }
            long address = take(index);
            if (address != 0) {
                return address;
            }
        }
    }

    private void fill(int index) {
        Slab slab = current[index];
        if (!slab.hasFree() && !slab.collect()) {
            drain();
            slab = current[index].hasFree() ? current[index] : next(index);
        }
        int end = ROOM[index];
        int taken = slab.take(magazines, index * PLACES + end, moved(end));
        ends[index] = end;
        rooms[index] = end - taken;
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
                found = scarce(index, e);
            }
        }
        Slab before = current[index];
        if (before != Slab.NONE) {
            shelve(before);
        }
        found.rewind();
        current[index] = found;
        return found;
    }

    /** When there is no fresh slab: what lies free anywhere, and last of all in slabs that others go on using. */
    private Slab scarce(int index, PoolExhaustedException refusal) {
        long began = System.nanoTime();
        Slab found = own(index);
        if (found == null) {
            found = source.adopt(index, this, true);
        }
        for (int tries = 0; found == null && tries < TRIES && source.mayFind(index); tries++) {
            boolean came = source.reclaim();
            found = came ? freshOrNull(index) : null;
            if (found == null) {
                Slab shared = source.share(index, this);
                if (shared == null && !came) {
                    break;
                }
                found = shared != Slab.NONE ? shared : own(index);
                if (found == null) {
                    Thread.yield(); /* to those that are at work there */
                }
            }
        }
        if (found == null) {
            source.foundNone(index, began);
            throw refusal;
        }
        return found;
    }

    private @Nullable Slab freshOrNull(int index) {
        try {
            return fresh(index);
        } catch (PoolExhaustedException e) {
            return null; /* another thread was faster */
        }
    }

    private @Nullable Slab own(int index) {
        Slab found = open[index] != null ? open[index] : search(index);
        if (found != null) {
            unlink(found);
        }
        return found;
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

    /** A slab got blocks back: it may change its list, or go. */
    private void settle(Slab slab) {
        if (slab == current[slab.sizeClass]) {
            return;
        }
        if (slab.isFull) {
            unlink(slab);
            link(slab, false);
        }
        if (slab.isEmpty()) {
            unlink(slab);
            release(slab);
        }
    }

    private void release(Slab slab) {
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

    /** Gives slabs without a block in use back, after looking at all of them; tells how many. The magazines are empty then. */
    int trim() {
        drain();
        int gone = 0;
        for (int index = 0; index < current.length; index++) {
            flush(index);
            gone += trim(open, index) + trim(full, index);
            Slab slab = current[index];
            if (slab != Slab.NONE) {
                slab.collect();
                if (slab.isEmpty()) {
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
                settle(slab);
                gone += slab.owner != this ? 1 : 0;
            }
            slab = after;
        }
        return gone;
    }

    /** Hands all slabs to another cache, whose lock the caller holds; those that are empty go back. The owner is dead. */
    void moveTo(SlabCache heir) {
        trim();
        for (int index = 0; index < current.length; index++) {
            Slab slab = current[index];
            if (slab != Slab.NONE) {
                current[index] = Slab.NONE;
                shelve(slab);
            }
            move(open, index, heir);
            move(full, index, heir);
        }
        heir.slots = source.table();
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
            if (any || 4 * slab.out() <= slab.capacity) {
                unlink(slab);
                slab.owner = heir;
                return slab;
            }
            open[index] = slab.next; /* the list is a ring */
        }
        return null;
    }

    /**
     * For a cache in need, when there is nothing else: lets go of a slab with blocks that are free, also of the one to take from,
     * or gives null. The caller has this cache for itself.
     */
    @Nullable Slab handOver(int index, SlabCache heir) {
        drain();
        flush(index);
        Slab last = current[index];
        if (last != Slab.NONE) {
            last.collect();
            current[index] = Slab.NONE;
            shelve(last);
        }
        Slab given = own(index);
        if (given != null) {
            given.owner = heir;
        }
        return given;
    }

    boolean hasOpen(int index) {
        return open[index] != null;
    }
}
