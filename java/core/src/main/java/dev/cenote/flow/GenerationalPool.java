package dev.cenote.flow;

import dev.cenote.Block;
import dev.cenote.BlockPool;
import dev.cenote.DoublePutException;
import dev.cenote.ForeignEntryException;
import dev.cenote.Pool;
import dev.cenote.PoolClosedException;
import dev.cenote.PoolExhaustedException;
import dev.cenote.internal.Backoff;
import dev.cenote.internal.VirtualThreads;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A pool of any Java objects in generations: entries that are reused soon lie in T0, which is the thread's own; those that lie
 * longer before they are used again live in T1 and T2, which all threads share. The flow scheduler learns from the tags of puts
 * which belong where, and lets go of what nobody uses.
 * <p>A get looks in the caller's T0, then in T1, T2, then calls the factory. It never waits for the scheduler (at
 * {@link GenerationalPoolBuilder#maximumEntries} it looks again, for microseconds, while entries are in the scheduler's hands), and
 * allocates nothing when it finds an object. Any thread may put what another one took. Virtual threads share striped parts of T0.
 * Threads that die leave theirs to T1.
 * <p>T0's capacity is that of all threads together: each reserves its share as it needs it, 32 at a time at most, and gives it back
 * when it is idle. So the number of idle objects never exceeds the sum of the capacities. Because idle objects may lie in
 * other threads' parts of T0, a pool at its limit can refuse a get while some are there; the next get or put of those threads
 * brings them to T1.
 * <p>An object belongs to the pool while it is idle. While it is taken, the pool refers to it weakly, but for at most 17 a thread:
 * one whose taker forgets it becomes garbage, and is counted as lost.
 * <p>{@link #get()} and {@link #put} are wait-free while the thread's T0 serves, and lock-free in T1 and T2. What is kept of heat, age and
 * tags, and what it leads to, tells docs/generations.md.
 *
 * @param <T> the kind of object
 */
public final class GenerationalPool<T> implements Pool<T> {

    private final String name;
    private final Store<T> store;
    private final Locals<T> locals;
    /**
     * The part of T0 that is asked first whether it is the caller's: that of the thread that came last, often the only one. Plain: a part
     * knows its user, and its answer is one comparison with a word that changes rarely.
     */
    private LocalGeneration<T> newest;
    private final Waiting waiting = new Waiting();
    private final GenerationalFlow<T> flow;
    private final Tag defaultTag;
    private final boolean acceptsForeign;
    private final boolean resets;
    private final int sitesEvery;
    private final AtomicLong sites = new AtomicLong();
    private final long entryBytes;

    GenerationalPool(GenerationalPoolBuilder<T> builder) {
        this.name = builder.name();
        this.store = new Store<>(builder);
        this.locals = new Locals<>(store, part -> newest = part);
        this.flow = new GenerationalFlow<>(store, locals, builder.flowScheduler());
        this.defaultTag = store.tags.defaultTag();
        this.acceptsForeign = builder.acceptsForeign();
        this.resets = store.hooks.resets();
        this.sitesEvery = builder.sitesEvery();
        this.entryBytes = builder.entryBytes();
        flow.join();
    }

    /**
     * {@return a builder with the defaults}
     *
     * @param factory makes a new object each time; what it throws goes to the caller of get
     * @param <T> the kind of object
     */
    public static <T> GenerationalPoolBuilder<T> builder(Supplier<? extends T> factory) {
        return new GenerationalPoolBuilder<>(factory);
    }

    /**
     * {@return a builder of a pool over a block pool: it takes blocks from there, and puts back there what it lets go}
     *
     * @param blocks outlives the pool
     */
    public static GenerationalPoolBuilder<Block> ofBlocks(BlockPool blocks) {
        return new GenerationalPoolBuilder<Block>(blocks::get).destroy(blocks::put).entryBytes(blocks.blockBytes())
            .name("generations of " + blocks.name());
    }

    @Override
    public T get() {
        Thread thread = Thread.currentThread();
        LocalGeneration<T> part = newest;
        T object = part.pollNear(thread);
        if (object == null && !part.isUsedBy(thread)) {
            part = locals.first(thread);
            object = part.pollNear(thread);
        }
        return object != null ? object : getElse(part, thread);
    }

    private T getElse(LocalGeneration<T> part, Thread thread) {
        T object = part.poll(thread);
        if (object == null) {
            return orThrow(pollSlowly(thread));
        }
        if (sitesEvery != 0) {
            noteSite(thread, object);
        }
        return object;
    }

    private T orThrow(@Nullable T object) {
        if (object == null) {
            throw new PoolExhaustedException(exhaustedText());
        }
        return object;
    }

    String exhaustedText() {
        return "pool \"" + name + "\" is at its limit of " + store.table.maximum() + " objects and found none idle; "
            + stats().outstanding() + " are taken. Put objects back, or raise maximumEntries";
    }

    /** The same as get when T0 did not serve at once. Null: the limit is reached. */
    private @Nullable T pollSlowly(Thread thread) {
        store.pulse.beat();
        LocalGeneration<T> local = VirtualThreads.isVirtual(thread) || store.isClosed() ? null : locals.find(thread);
        T object = null;
        if (local != null) {
            object = local.pollOwn();
        } else {
            LocalGeneration<T> stripe = locals.stripes().tryLock(thread);
            if (stripe != null) {
                object = stripe.pollHeld();
                stripe.unlock();
            }
        }
        if (object == null) {
            object = takeElsewhere(local);
        }
        if (object != null && sitesEvery != 0) {
            noteSite(thread, object);
        }
        return object;
    }

    private void noteSite(Thread thread, T object) {
        Entry<T> entry = entryOf(thread, object);
        if (entry != null) {
            boolean keeps = sites.incrementAndGet() % sitesEvery == 0;
            entry.site = keeps ? new Throwable("taken by thread \"" + thread.getName() + "\"") : null;
        }
    }

    private @Nullable Entry<T> entryOf(Thread thread, T object) {
        LocalGeneration<T> local = locals.first(thread);
        return local.owner == thread ? local.entryOf(object) : store.table.find(object, new Entry.Probe());
    }

    private @Nullable T takeElsewhere(@Nullable LocalGeneration<T> local) {
        if (store.isClosed()) {
            throw closed();
        }
        T object = store.takeShared(local);
        if (object != null) {
            return object;
        }
        if (store.table.reserve()) {
            return make(local);
        }
        object = atLimit(local);
        if (object == null) {
            store.missed();
        }
        return object;
    }

    /** There is a reservation for it. */
    private T make(@Nullable LocalGeneration<T> local) {
        store.missed();
        Entry<T> entry = null;
        T object;
        try {
            object = store.hooks.make();
            entry = store.table.add(object);
        } finally {
            if (entry == null) {
                store.table.unreserve();
            }
        }
        if (entry == null) {
            throw new IllegalStateException("pool \"" + name + "\": the factory returned an object that the pool has already, "
                + object.getClass().getName() + "; it must make a new one each time");
        }
        store.begin(entry);
        store.created.increment();
        entry.state = Entry.TAKEN;
        if (local != null) {
            local.remember(entry, object);
        }
        return object;
    }

    /** No object may be made: looks once more everywhere, and says so to those who put. Null: there is none. */
    private @Nullable T atLimit(@Nullable LocalGeneration<T> local) {
        store.findLost();
        locals.collectDead();
        for (int tries = 0; flow.isScanning(); tries++) {
            Backoff.pause(tries); /* the scheduler has some in its hands, runs no hook, and waits for nothing */
        }
        T object = store.takeShared(local);
        if (object == null && store.raise(Store.HUNGRY)) {
            locals.alarm();
        }
        return object;
    }

    @Override
    public @Nullable T tryGet() {
        Thread thread = Thread.currentThread();
        LocalGeneration<T> part = newest;
        T object = part.pollNear(thread);
        if (object == null && !part.isUsedBy(thread)) {
            part = locals.first(thread);
            object = part.pollNear(thread);
        }
        if (object == null) {
            object = part.poll(thread);
        }
        if (object == null) {
            return pollSlowly(thread);
        }
        if (sitesEvery != 0) {
            noteSite(thread, object);
        }
        return object;
    }

    @Override
    public T get(Duration wait) {
        T object = tryGet();
        return object != null ? object : waiting.await(this, wait);
    }

    /**
     * {@inheritDoc}
     *
     * @throws PoolClosedException if it was given back already and the pool is closed. An object that is out is taken back and destroyed
     */
    @Override
    public void put(T object) {
        Thread thread = Thread.currentThread();
        LocalGeneration<T> part = newest;
        boolean done = part.offerNear(thread, object);
        if (!done && !part.isUsedBy(thread)) {
            part = locals.first(thread);
            done = part.offerNear(thread, object);
        }
        if (!done) {
            putElse(part, thread, object, defaultTag);
        }
    }

    /**
     * {@inheritDoc} Tags are learned by name, up to {@link GenerationalPoolBuilder#maximumTags}.
     *
     * @param tag what it was used for; null, and one over that number, is the default tag
     */
    @Override
    public void put(T object, @Nullable String tag) {
        put(object, tag == null ? defaultTag : store.tags.find(tag, store.beat.period()));
    }

    private void put(T object, Tag tag) {
        Thread thread = Thread.currentThread();
        LocalGeneration<T> part = newest;
        boolean done = part.offerNear(thread, object, tag);
        if (!done && !part.isUsedBy(thread)) {
            part = locals.first(thread);
            done = part.offerNear(thread, object, tag);
        }
        if (!done) {
            putElse(part, thread, object, tag);
        }
    }

    private void putElse(LocalGeneration<T> part, Thread thread, T object, Tag tag) {
        if (object == null) {
            throw new NullPointerException("pool \"" + name + "\" was given null instead of an object");
        }
        if (resets && !ready(object, entryOf(thread, object))) {
            return;
        }
        int done = part.offer(thread, object, tag);
        if (done != LocalGeneration.DONE) {
            finish(done != LocalGeneration.NOT_HERE ? done : offerSlowly(thread, object, tag), object, tag);
        }
    }

    private int offerSlowly(Thread thread, T object, Tag tag) {
        store.pulse.beat();
        LocalGeneration<T> own = VirtualThreads.isVirtual(thread) || store.isClosed() ? null : locals.find(thread);
        if (own != null) {
            return own.offerOwn(object, tag);
        }
        LocalGeneration<T> stripe = locals.stripes().tryLock(thread);
        if (stripe == null) {
            return locals.nobody().offerElsewhere(object, tag);
        }
        try {
            return stripe.offerHeld(object, tag);
        } finally {
            stripe.unlock();
        }
    }

    /** Runs the reset hook on an object that is out; false: it threw, and the object is gone. */
    private boolean ready(T object, @Nullable Entry<T> entry) {
        if (entry == null || entry.stateAcquire() != Entry.TAKEN || store.hooks.reset(object)) {
            return true; /* not out: the put itself refuses it */
        }
        if (entry.claim()) {
            store.doom(entry, object, 0, Eviction.HOOK);
            store.bury();
            fed();
        }
        return false;
    }

    private void finish(int done, T object, Tag tag) {
        if (done == LocalGeneration.REFUSED) {
            refused(object, tag);
        }
        store.bury();
        if (store.control() != 0) {
            fed();
        }
    }

    /** An object is back or gone while others wait for one. */
    private void fed() {
        if (!waiting.areThere()) {
            store.lower(Store.HUNGRY);
        }
        waiting.wake();
    }

    private void refused(T object, Tag tag) {
        Entry<T> entry = store.table.find(object, new Entry.Probe());
        String what = "an object of " + object.getClass().getName() + " was put into pool \"" + name + "\"";
        if (entry != null) {
            if (store.isClosed()) {
                throw new PoolClosedException(what + " and is not out; the pool is closed");
            }
            throw new DoublePutException(what + " and is not out: it was put twice, or used by someone who does not own it");
        }
        if (!acceptsForeign) {
            throw new ForeignEntryException(what + ", which did not make it or has destroyed it since; put it where it came from, or"
                + " build the pool with acceptForeign(true)");
        }
        if (store.isClosed()) {
            throw new PoolClosedException(what + ", which is closed and did not make it; it stays yours");
        }
        adopt(object, tag);
    }

    private void adopt(T object, Tag tag) {
        if (!store.table.reserve()) {
            store.adopted.increment();
            store.destroyed.increment();
            store.hooks.destroy(object); /* over the limit: taken and let go at once */
            return;
        }
        Entry<T> entry = store.table.add(object);
        if (entry == null) {
            store.table.unreserve();
            throw new DoublePutException("an object of " + object.getClass().getName() + " was put into pool \"" + name
                + "\" by two threads at one moment");
        }
        store.begin(entry);
        store.adopted.increment();
        entry.tag = tag.index(); /* nobody missed it */
        entry.state = Entry.TAKEN;
        put(object, tag);
    }

    /**
     * Destroys every idle object that can be reached: those of threads that are in a get or put at this moment stay.
     *
     * @return how many, times {@link GenerationalPoolBuilder#entryBytes}
     */
    @Override
    public long trim() {
        long count = flow.trim();
        if (store.control() != 0) {
            fed();
        }
        return count * entryBytes;
    }

    /** {@inheritDoc} Idle objects are destroyed now, those that are out when they are put. */
    @Override
    public void close() {
        if (store.raise(Store.CLOSED)) {
            flow.close();
            waiting.wake();
        }
    }

    /** {@return true once {@link #close()} was called} */
    public boolean isClosed() {
        return store.isClosed();
    }

    private PoolClosedException closed() {
        return new PoolClosedException("pool \"" + name + "\" is closed; open another one");
    }

    /** {@return its name, for logs, metrics and exceptions} */
    public String name() {
        return name;
    }

    @Override
    public GenerationalPoolStats stats() {
        return StatsReader.read(store, flow, entryBytes);
    }

    @Override
    public String toString() {
        return "GenerationalPool \"" + name + "\"" + (isClosed() ? ", closed" : "");
    }

    /** As its scheduler sees it; for tests. */
    GenerationalFlow<T> flow() {
        return flow;
    }

    /** The part of the thread that came last; for tests. */
    LocalGeneration<T> newest() {
        return newest;
    }

    /** Every entry is in exactly one place, shares are kept, structures whole. Only while nobody else uses the pool; for tests. */
    boolean isValid() {
        return StatsReader.isValid(store, locals);
    }
}
