package dev.cenote;

import dev.cenote.internal.Backoff;
import dev.cenote.internal.Pulse;
import dev.cenote.internal.VirtualThreads;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Small pieces by address: each thread takes from slabs of its own, without an object, a lock or a call.
 * <p>Virtual threads share striped caches, each held for one operation. The slabs of threads that died wait with the
 * orphans for whoever needs one of their class; those without a block in use go back to the pool of slabs.
 */
final class SmallSizes implements SlabSource {

    /** Larger ones are blocks of a {@link BlockPool}: at least eight blocks lie in a slab. */
    static final int BYTES_MAX = Slab.BYTES / 8;
    static final int CLASSES = SizeClasses.of(BYTES_MAX) + 1;

    private static final long SEAL_NANOS = 100_000_000; /* for others to leave; afterwards upkeep goes on trying */
    private static final long LOOK_NANOS = 100_000;
    private static final long HEIR_WAIT_NANOS = 1_000_000_000L;

    private final String name;
    private final BlockPool slabs;
    private final Pulse pulse; /* that of the slabs */
    private final SlabDirectory directory = new SlabDirectory();
    private final SlabCache orphans = new SlabCache(null, CLASSES, this);
    private final ArrayDeque<SlabCache> heirless = new ArrayDeque<>(); /* of dead threads, guarded by the orphans' lock */
    private final SlabCaches caches = new SlabCaches(orphans, CLASSES, this);
    private final LazyStripes<SlabCache> stripes;
    private final SlabCollector collector = new SlabCollector(directory, () -> isClosed());
    private final long retainNanos;
    private final long[] pastAsked = new long[2 * CLASSES]; /* of dead threads; guarded by the orphans' lock */
    private volatile boolean closed;
    private boolean sealed; /* guarded by this */

    /** {@code retainNanos} is how long idle caches keep what nobody uses; 0: for ever. */
    SmallSizes(String name, BlockPool slabs, long retainNanos) {
        this.name = name;
        this.slabs = slabs;
        this.pulse = slabs.pulse();
        this.retainNanos = retainNanos;
        this.stripes = new LazyStripes<>(newStripe(), this::newStripe, unused -> { });
    }

    private boolean isClosed() {
        return closed;
    }

    private SlabCache newStripe() {
        return new SlabCache(null, CLASSES, this);
    }

    /** Takes a block of a class; {@code bytes} is what was asked for. */
    long allocate(int index, long bytes) {
        Thread thread = Thread.currentThread();
        if (closed) {
            throw closed();
        }
        SlabCache cache = caches.newest;
        if (!cache.isUsedBy(thread)) {
            cache = caches.first(thread);
            if (!cache.isUsedBy(thread)) {
                return allocateShared(thread, index, bytes);
            }
        }
        return allocate(cache, index, bytes);
    }

    private static long allocate(SlabCache cache, int index, long bytes) {
        long address = cache.take(index);
        return address != 0 ? address : cache.takeSlowly(index, bytes);
    }

    private long allocateShared(Thread thread, int index, long bytes) {
        SlabCache cache = enter(thread);
        try {
            if (closed) {
                throw closed();
            }
            return allocate(cache, index, bytes);
        } finally {
            leave(cache);
        }
    }

    /** The thread's own cache, or a stripe that is held until {@link #leave}. */
    private SlabCache enter(Thread thread) {
        beat();
        SlabCache cache = VirtualThreads.isVirtual(thread) ? null : caches.find(thread);
        if (cache == null) {
            return lockStripe(thread);
        }
        if (!cache.isUsedBy(thread)) {
            cache.regain();
        }
        if (!cache.isGreeted) {
            cache.isGreeted = true;
            inherit(cache, thread);
        }
        return cache;
    }

    private SlabCache lockStripe(Thread thread) {
        int start = LazyStripes.start(thread);
        for (int i = start;; i++) {
            SlabCache stripe = stripes.at(i);
            if (stripe != null && stripe.tryLock()) {
                return stripe;
            }
            if ((i - start + 1) % stripes.length() == 0) {
                Backoff.pause(i - start);
            }
        }
    }

    private static void leave(SlabCache cache) {
        if (cache.owner == null) {
            cache.unlock();
        }
    }

    /** Gives a block back; what is wrong with it, if something is, is thrown and nothing done. */
    void free(int index, long address) {
        boolean isOpen = !closed; /* first: what comes after a volatile read is loaded again */
        Slab slab = directory.at(address);
        long place = slab.place(address);
        int number = (int) (place >>> 32);
        byte[] states = slab.states;
        if ((place & 0xFFFFFFFFL) >= slab.reciprocal || states[number] != index + 1) {
            throw mistake(slab, index, address);
        }
        SlabCache cache = slab.ownerPlain();
        if (cache != null && cache.isUsedBy(Thread.currentThread()) && isOpen) {
            states[number] = Slab.IN;
            cache.give(index, address);
        } else {
            freeRemotely(slab, number, isOpen);
        }
    }

    private void freeRemotely(Slab slab, int number, boolean isOpen) {
        SlabCache cache = slab.ownerPlain();
        Thread thread = Thread.currentThread();
        if (cache != null && cache.owner == thread) {
            if (isOpen) {
                cache.regain(); /* for the next one: whose slab this was and is may be read anew only after that */
            }
        } else if (cache != null && caches.first(thread).owner != thread) {
            cache.visit();
        }
        slab.giveRemotely(number);
        beat(); /* after that: of a closed pool it is all that is looked for */
    }

    private CenoteException mistake(Slab slab, int index, long address) {
        long bytes = SizeClasses.bytes(index);
        String what = "address 0x" + Long.toHexString(address) + " was freed in pool \"" + name + "\" as a piece of class "
            + bytes;
        if (slab == Slab.NONE) {
            return new ForeignEntryException(what + ", and no such piece starts there; free what allocate gave, with the"
                + " bytes it was asked for");
        }
        if (slab.sizeClass == Slab.NO_CLASS) {
            return new DoublePutException(what + ", and everything around it is free: it was freed already");
        }
        if (slab.sizeClass != index) {
            return new ForeignEntryException(what + ", and pieces there are of class "
                + SizeClasses.bytes(slab.sizeClass) + "; pass the bytes that allocate was asked for");
        }
        if (!slab.starts(address)) {
            return new ForeignEntryException(what + ", and lies inside a piece; free what allocate gave");
        }
        return new DoublePutException(what + " and is not out: it was freed already");
    }

    /** Sets a piece to zero that is out. */
    void zero(long address, long bytes) {
        directory.at(address).zero(address, bytes);
    }

    @Override
    public Slab take() {
        Block block;
        try {
            block = slabs.get();
        } catch (PoolExhaustedException e) {
            trimShared();
            block = slabs.get();
        }
        Slab slab = (Slab) block.attachment();
        if (slab == null) {
            slab = new Slab(block);
            directory.add(slab);
            block.attach(slab);
        }
        return slab;
    }

    @Override
    public Slab[] table() {
        return directory.table();
    }

    @Override
    public Slab slab(long address) {
        return directory.at(address);
    }

    @Override
    public void beat() {
        pulse.beat();
    }

    @Override
    public void give(Slab slab) {
        if (slab.memory != null) {
            slabs.put(slab.memory);
        }
    }

    @Override
    public @Nullable Slab adopt(int index, SlabCache heir, boolean any) {
        if (!orphans.hasOpen(index) || !orphans.tryLock()) {
            return null;
        }
        try {
            return orphans.surrender(index, heir, any);
        } finally {
            orphans.unlock();
        }
    }

    @Override
    public boolean mayFind(int index) {
        return collector.mayFind(index);
    }

    @Override
    public void foundNone(int index, long beganNanos) {
        collector.foundNone(index, beganNanos);
    }

    @Override
    public boolean reclaim() {
        return collector.reclaimOne();
    }

    @Override
    public @Nullable Slab share(int index, SlabCache heir) {
        return collector.share(index, heir);
    }

    /** Gives back every slab that has no block in use, but those of threads at work there at this moment. */
    void trim() {
        Thread thread = Thread.currentThread();
        SlabCache cache = caches.first(thread);
        if (cache.owner == thread && !closed) {
            if (!cache.isUsedBy(thread)) {
                cache.regain();
            }
            cache.trim();
        }
        trimShared();
        trimOthers();
    }

    /** Gives back what live threads have without a block in use. Neither blocks nor grows. */
    void trimOthers() {
        collector.reclaimAll();
    }

    /** Gives back what no thread owns: dead threads' slabs and those of stripes that are not in use. */
    private void trimShared() {
        sweep(0);
        for (SlabCache stripe : stripes.all()) {
            if (stripe.tryLock()) {
                try {
                    if (!closed) { /* else all slabs are with settle */
                        stripe.trim();
                    }
                } finally {
                    stripe.unlock();
                }
            }
        }
    }

    /** Finds caches of threads that died. With the orphans' lock. */
    private void findDead(long nowNanos) {
        for (SlabCache cache : caches.takeDead()) {
            cache.orphanedNanos = nowNanos;
            add(pastAsked, cache.asked);
            heirless.addLast(cache);
        }
    }

    /**
     * A new thread takes over all slabs of one that died: often it goes on with that one's work, and what it frees then comes
     * back to it. If it has freed something of a dead thread's before, that is the one; else the one that died last.
     */
    private void inherit(SlabCache heir, Thread thread) {
        orphans.lock();
        try {
            if (!closed) { /* else all slabs are with settle */
                findDead(System.nanoTime());
                SlabCache newest = heirless.peekLast();
                for (SlabCache dead : heirless) {
                    newest = dead.visitor == thread ? dead : newest;
                }
                if (newest != null) {
                    heirless.remove(newest);
                    move(newest, heir);
                }
            }
        } finally {
            orphans.unlock();
        }
    }

    /** Breaks up what no thread inherited for so long, and gives slabs back that are empty. True: none is left to inherit. */
    private boolean sweep(long waitNanos) {
        orphans.lock();
        try {
            if (!closed) { /* else all slabs are with settle */
                long now = System.nanoTime();
                findDead(now);
                while (!heirless.isEmpty() && now - heirless.peekFirst().orphanedNanos >= waitNanos) {
                    move(heirless.pollFirst(), orphans);
                }
                orphans.trim();
            }
            return heirless.isEmpty();
        } finally {
            orphans.unlock();
        }
    }

    /** With the orphans' lock. */
    private static void move(SlabCache dead, SlabCache heir) {
        dead.lock(); /* the collector may have come in before its owner died */
        try {
            dead.moveTo(heir);
        } finally {
            dead.unlock();
        }
    }

    /** What is due in the background. True: nothing will be until somebody uses the pool. */
    boolean upkeep(long nowNanos) {
        Thread owner = caches.newest.owner;
        if (owner != null && !owner.isAlive()) {
            caches.newest = orphans; /* before its cache is taken over */
        }
        if (closed) {
            return settle(); /* from then on each free beats, and leads to another look */
        }
        boolean isStill = sweep(HEIR_WAIT_NANOS);
        List<SlabCache> all = caches.all();
        all.addAll(stripes.all());
        if (retainNanos != 0) {
            collector.reclaimIdle(nowNanos, retainNanos, all);
        }
        for (SlabCache cache : all) {
            isStill &= cache.isIdle(nowNanos, 2 * retainNanos + BlockPool.STILL_NANOS); /* looks at each */
        }
        return isStill;
    }

    /** Refuses requests from now on. */
    void close() {
        closed = true;
        long began = System.nanoTime();
        while (!settle() && System.nanoTime() - began < SEAL_NANOS) { /* else the pool of slabs tells of blocks in use, which are ours */
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /**
     * After the close: gives slabs back whose blocks are all back. Once no thread can be inside, as in
     * {@link PoolLifetime}, every free sets a state and nothing else, and the slabs are this method's.
     *
     * @return false: a thread may still be inside
     */
    private synchronized boolean settle() {
        sealed = sealed || (!SlabCollector.LOOK.findsAnybody() && isNoneLocked());
        if (sealed) {
            for (Slab slab : directory.all()) {
                if (slab.owner != null) {
                    if (slab.out() == 0) {
                        VarHandle.acquireFence(); /* what was done with the blocks; pairs with giveRemotely */
                        slab.retire();
                        slab.sizeClass = Slab.NO_CLASS;
                        slab.owner = null;
                        give(slab);
                    }
                }
            }
        }
        return sealed;
    }

    /** No virtual thread is inside: each holds a lock there, and looks after that whether the pool is closed. */
    private boolean isNoneLocked() {
        if (!orphans.tryLock()) {
            return false;
        }
        try {
            List<SlabCache> all = caches.all();
            all.addAll(heirless);
            all.addAll(stripes.all());
            return all.stream().noneMatch(SlabCache::isLocked);
        } finally {
            orphans.unlock();
        }
    }

    private PoolClosedException closed() {
        return new PoolClosedException("pool \"" + name + "\" is closed; open another one");
    }

    /** What one class holds and has done. */
    record Sums(int index, long slabs, long out, long free, long sampled, long asked) {
    }

    /** Of each class, whether used or not. */
    Sums[] sums() {
        long[] asked = new long[2 * CLASSES];
        orphans.lock();
        try {
            add(asked, pastAsked);
        } finally {
            orphans.unlock();
        }
        caches.all().forEach(cache -> add(asked, cache.asked));
        for (SlabCache stripe : stripes.all()) {
            add(asked, stripe.asked);
        }
        long[] count = new long[CLASSES];
        long[] out = new long[CLASSES];
        long[] free = new long[CLASSES];
        for (Slab slab : directory.all()) {
            int index = slab.sizeClass;
            if (index != Slab.NO_CLASS) {
                int outNow = slab.out();
                count[index]++;
                out[index] += outNow;
                free[index] += slab.capacity - outNow;
            }
        }
        Sums[] sums = new Sums[CLASSES];
        for (int i = 0; i < CLASSES; i++) {
            sums[i] = new Sums(i, count[i], out[i], free[i], asked[2 * i], asked[2 * i + 1]);
        }
        return sums;
    }

    private static void add(long[] to, long[] from) {
        for (int i = 0; i < to.length; i++) {
            to[i] += from[i];
        }
    }

    /** Every slab agrees with itself. Only while no other thread uses the pool. */
    boolean isValid() {
        return directory.all().stream().allMatch(slab -> slab.sizeClass == Slab.NO_CLASS || slab.isValid());
    }
}
