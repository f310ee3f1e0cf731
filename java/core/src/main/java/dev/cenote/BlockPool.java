package dev.cenote;

import dev.cenote.internal.Backoff;
import dev.cenote.internal.BlockStore;
import dev.cenote.internal.OutOfNativeMemoryException;
import dev.cenote.internal.Pulse;
import dev.cenote.internal.StoreCode;
import dev.cenote.internal.VirtualThreads;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A pool of equal blocks of off-heap memory.
 * <p>Each platform thread takes from and puts to magazines of its own, in Java, without lock, call or allocation; one
 * call exchanges a whole magazine with the pool's depot. A block may be put by another thread than took it. Virtual
 * threads share striped magazines. Threads that die give back what their magazines hold.
 * <p>Free blocks may wait in other threads' magazines (at most two magazines each; for a thread that swings between many and
 * few up to eight, within 1 MiB and a sixteenth of the pool). At its limit a pool takes them from there before it refuses a
 * get; that costs a look at the stack of each thread that has some, until there is a block. So a get is refused when all
 * blocks are in use, or when the free ones moved from thread to thread while it looked.
 * <p>Any thread may call any method. {@link #get()} and {@link #put} are wait-free while the thread's magazines serve,
 * else lock-free but for growth, which may map memory; a thread that comes back after {@code retainFor} of idleness may wait some
 * microseconds for the one that is just then taking what it left.
 *
 * @see <a href="https://www.usenix.org/legacy/event/usenix01/bonwick.html">Bonwick and Adams, Magazines and Vmem,
 *     2001</a>
 */
public final class BlockPool implements Pool<Block> {

    private static final System.Logger LOG = System.getLogger(BlockPool.class.getName());
    private static final VarHandle CONTROL;

    static {
        try {
            CONTROL = MethodHandles.lookup().findVarHandle(BlockPool.class, "control", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** After the time for which idle memory is kept, of which the store's own upkeep needs one and a half. */
    static final long STILL_NANOS = 2_000_000_000L;

    static final int CLOSED = 1;
    static final int HUNGRY = 2;

    /** CLOSED | HUNGRY; 0 nearly always. Whoever sets a bit alarms all magazines, which then look here. */
    private volatile int control;
    private final BlockMarks marks;
    private final LongAdder duplicates = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final Checks checks;
    private final @Nullable PoolWatch watch;
    private final String name;
    private final int blockBytes;
    private final long maximumBytes;
    private final long retainNanos;
    private final Backend backend;
    private final BlockStore store;
    private final BlockDirectory directory;
    private final LocalBlockPool nobody;
    private final LocalTable locals;
    private final Stripes stripes;
    /** Of the thread that registered last: often the only one, found without the table. Plain: checked for its owner. */
    private LocalBlockPool newest;
    private final PoolAccounts accounts;
    private final Waiters waiters = new Waiters();
    private final PoolCollector collector;
    private final PoolLifetime lifetime;
    private volatile @Nullable Companion companion;
    private final Pulse pulse = new Pulse();

    BlockPool(BlockPoolBuilder builder, Backends.Opened opened) {
        this.checks = builder.checks();
        this.marks = new BlockMarks(checks);
        this.name = builder.name();
        this.blockBytes = builder.blockBytes();
        this.maximumBytes = builder.maximumBytes();
        this.retainNanos = builder.retainFor().toNanos();
        this.backend = opened.backend();
        this.store = opened.store();
        this.directory = new BlockDirectory(this, store, blockBytes);
        store.onRetire(directory.forgetter());
        this.watch = PoolWatch.of(this, checks, store.stride(), store.blocksMax());
        this.nobody = newStripe();
        this.newest = nobody;
        this.locals = new LocalTable(nobody, this::newLocal);
        this.stripes = new Stripes(newStripe(), this::anotherStripe);
        this.accounts = new PoolAccounts(locals, stripes);
        this.collector = new PoolCollector(this, store, accounts, stripes);
        this.lifetime = new PoolLifetime(this, store, accounts);
    }

    private LocalBlockPool newStripe() {
        return new LocalBlockPool(this, directory, store, null);
    }

    /** Null: no memory for it, so threads share those that there are. */
    private @Nullable LocalBlockPool anotherStripe() {
        try {
            return newStripe();
        } catch (OutOfNativeMemoryException e) {
            return null;
        }
    }

    /** Null: no memory for a thread's magazines; it shares those of virtual threads then. */
    private @Nullable LocalBlockPool newLocal(Thread owner) {
        try {
            LocalBlockPool made = new LocalBlockPool(this, directory, store, owner);
            newest = made;
            return made;
        } catch (OutOfNativeMemoryException e) {
            LOG.log(System.Logger.Level.WARNING, "pool \"{0}\": thread \"{1}\" gets no magazines of its own for now: {2}", name,
                owner.getName(), e.getMessage());
            return null;
        }
    }

    /** {@return a builder with the defaults} */
    public static BlockPoolBuilder builder() {
        return new BlockPoolBuilder();
    }

    /**
     * Gives the calling thread's own view of the pool, which skips the look-up of the thread in every call.
     *
     * @return the same object at every call of one thread
     * @throws IllegalStateException for a virtual thread, which has no magazines of its own
     * @throws PoolClosedException if the pool is closed
     */
    public LocalBlockPool local() {
        Thread thread = Thread.currentThread();
        if (isClosed()) {
            throw PoolTexts.closed(this);
        }
        if (VirtualThreads.isVirtual(thread)) {
            throw new IllegalStateException("pool \"" + name + "\": a virtual thread has no LocalBlockPool;"
                + " use BlockPool.get and put, which share magazines between virtual threads");
        }
        LocalBlockPool local = locals.find(thread);
        if (local == null) {
            throw new IllegalStateException("pool \"" + name + "\" serves so many live threads, or has so little memory"
                + " left, that no more can have magazines of their own; use BlockPool.get and put");
        }
        return local;
    }

    @Override
    public Block get() {
        CONTROL.getOpaque(this); /* for the compiler: what follows is read anew in every turn of a loop */
        Thread thread = Thread.currentThread();
        LocalBlockPool local = newest;
        if (local.owner != thread) {
            local = locals.first(thread);
            if (local.owner != thread) {
                return getSlowly(thread);
            }
        }
        Block block = local.pollAfterOpaque();
        return block != null ? block : failed(local.lastCode);
    }

    private Block getSlowly(Thread thread) {
        LocalBlockPool local = enter(thread);
        try {
            Block block = local.poll();
            return block != null ? block : failed(local.lastCode);
        } finally {
            leave(local);
        }
    }

    /** The thread's own magazines, or a stripe that is held until {@link #leave}. */
    private LocalBlockPool enter(Thread thread) {
        LocalBlockPool local = VirtualThreads.isVirtual(thread) || isClosed() ? null : locals.find(thread);
        return local != null ? local : stripes.lock(thread);
    }

    private void leave(LocalBlockPool local) {
        if (local.owner == null) {
            local.unlock();
        }
    }

    @Override
    public @Nullable Block tryGet() {
        LocalBlockPool local = enter();
        try {
            Block block = local.poll();
            return block != null ? block : none(local.lastCode);
        } finally {
            leave(local);
        }
    }

    private LocalBlockPool enter() {
        Thread thread = Thread.currentThread();
        LocalBlockPool local = locals.first(thread);
        return local.owner == thread ? local : enter(thread);
    }

    @Override
    public Block get(Duration wait) {
        Block block = tryGet();
        return block != null ? block : waiters.await(this, wait);
    }

    @Override
    public void put(Block block) {
        Thread thread = Thread.currentThread();
        LocalBlockPool local = newest;
        if (local.owner != thread) {
            local = locals.first(thread);
            if (local.owner != thread) {
                putSlowly(thread, block);
                return;
            }
        }
        local.offer(block);
    }

    private void putSlowly(Thread thread, Block block) {
        LocalBlockPool local = enter(thread);
        try {
            local.offer(block);
        } finally {
            leave(local);
        }
    }

    /** {@inheritDoc} Blocks do not learn from tags. */
    @Override
    public void put(Block block, String tag) {
        if (tag == null) {
            throw new NullPointerException("pool \"" + name + "\": the tag is null");
        }
        put(block);
    }

    /**
     * Takes many blocks: all or none.
     *
     * @param into where to
     * @param from index of the first
     * @param count how many
     * @throws PoolExhaustedException if there are not so many; then none is taken
     */
    public void getAll(Block[] into, int from, int count) {
        LocalBlockPool local = enter();
        try {
            local.pollAll(into, from, count);
        } finally {
            leave(local);
        }
    }

    /**
     * Gives many blocks back.
     *
     * @param blocks blocks of this pool
     * @param from index of the first
     * @param count how many
     * @throws CenoteException as {@link #put}; the blocks before the one at fault were given back
     */
    public void putAll(Block[] blocks, int from, int count) {
        LocalBlockPool local = enter();
        try {
            local.offerAll(blocks, from, count);
        } finally {
            leave(local);
        }
    }

    /**
     * Takes one block by its address, for code that wants no objects. The same block may be put by address or by object.
     *
     * @return the address, never 0
     * @throws PoolExhaustedException if the pool is at its limit, or cannot grow
     * @throws UnsupportedOperationException on the {@link Backend#JAVA} backend of a JDK before 22
     */
    public long getAddress() {
        checkAddresses();
        return get().address();
    }

    /**
     * Takes one block by its address if there is one.
     *
     * @return the address, or 0 where {@link #getAddress()} would throw {@link PoolExhaustedException}
     */
    public long tryGetAddress() {
        checkAddresses();
        Block block = tryGet();
        return block != null ? block.address() : 0;
    }

    /**
     * Gives a block back by its address.
     *
     * @param address what {@link Block#address()} or {@link #getAddress()} gave
     * @throws ForeignEntryException if no block of this pool starts there
     * @throws DoublePutException if it was given back already
     */
    public void putAddress(long address) {
        Thread thread = Thread.currentThread();
        LocalBlockPool local = newest;
        if (local.owner != thread) {
            local = locals.first(thread);
            if (local.owner != thread) {
                putSlowly(thread, at(address));
                return;
            }
        }
        Block block = local.takenLast(address);
        local.offer(block != null ? block : at(address));
    }

    private Block at(long address) {
        Block block = directory.at(address);
        if (block == null) {
            checkAddresses();
            throw new ForeignEntryException("no block of pool \"" + name + "\" starts at address 0x"
                + Long.toHexString(address) + "; put what getAddress() gave, not an address inside a block");
        }
        return block;
    }

    private void checkAddresses() {
        if (!store.hasAddresses()) {
            throw new UnsupportedOperationException("pool \"" + name + "\" runs on the java backend, which knows no"
                + " addresses before JDK 22; use get() and put()");
        }
    }

    /** {@return how much it looks after its users} */
    public Checks checks() {
        return checks;
    }

    /**
     * Lists the blocks that are out, by the line that took them.
     *
     * @return most blocks first. At {@link Checks#PARANOID} all have their stack, at {@link Checks#SAMPLED} some; those
     *     without one are counted in an element of their own, which comes last. O(watched blocks).
     */
    public List<OutstandingSite> dumpOutstanding() {
        long all = stats().blocksInUse();
        if (watch != null) {
            return watch.sites(all);
        }
        return all == 0 ? List.of() : List.of(new OutstandingSite(all, Duration.ZERO, "", List.of()));
    }

    /**
     * {@return how many blocks were found written to after they were put; only {@link Checks#PARANOID} looks, when it lets a
     * block go out of quarantine}
     */
    public long writesAfterPut() {
        return watch == null ? 0 : watch.writesAfterPut();
    }

    /** {@return bytes of a block} */
    public int blockBytes() {
        return blockBytes;
    }

    /** {@return its name, for logs, metrics and exceptions} */
    public String name() {
        return name;
    }

    /** {@return the bound of all blocks in bytes, as the builder was told} */
    public long maximumBytes() {
        return maximumBytes;
    }

    /** {@return what it runs on; never {@link Backend#AUTO}} */
    public Backend backend() {
        return backend;
    }

    /** {@return true once {@link #close()} was called} */
    public boolean isClosed() {
        return (control & CLOSED) != 0;
    }

    /** Closes the admission to growth: gets are served from what is there. Idempotent. */
    public void freeze() {
        store.freeze();
    }

    /** Opens the admission to growth again. Idempotent. */
    public void thaw() {
        store.thaw();
        waiters.wake();
    }

    /**
     * Gives idle memory back now: the magazines of all threads go to the depot, but those of a thread that is at work there
     * at this moment; then every chunk without a block in use goes to the system, down to the initial bytes. Costs a look at
     * the stack of each thread with free blocks, and each of these threads its next exchange. Waits while another thread trims.
     *
     * @return the bytes that this call took out of service
     */
    @Override
    public long trim() {
        LocalBlockPool local = enter();
        try {
            local.flush();
        } finally {
            leave(local);
        }
        collect();
        if (lifetime.isReleased()) {
            return 0;
        }
        accounts.takeAllUnused();
        long bytes = store.trim(0);
        for (int tries = 0; bytes == StoreCode.BUSY.value(); tries++) { /* another thread trims, which may have begun before our blocks came */
            Backoff.pause(tries);
            bytes = store.trim(0);
        }
        return bytes;
    }

    @Override
    public void close() {
        if (raise(CLOSED)) {
            lifetime.close();
            waiters.wake();
        }
    }

    @Override
    public BlockPoolStats stats() {
        return lifetime.stats();
    }

    /**
     * Asks the kernel how much of the pool's memory is really there.
     *
     * @return bytes; -1 on the {@link Backend#JAVA} backend, which cannot tell. One system call a chunk.
     */
    public long residentBytes() {
        return lifetime.isReleased() ? 0 : store.residentBytes();
    }

    @Override
    public String toString() {
        return "BlockPool \"" + name + "\" of " + blockBytes + "-byte blocks, at most " + maximumBytes + " bytes, "
            + backend + (isClosed() ? ", closed" : "");
    }

    // What LocalBlockPool asks for on its slow paths.

    BlockMarks marks() {
        return marks;
    }

    boolean isControlled() {
        return control != 0;
    }

    /** Sets a bit of control and makes every thread look at it; false when it was set. */
    boolean raise(int bit) {
        if (((int) CONTROL.getAndBitwiseOr(this, bit) & bit) != 0) {
            return false;
        }
        locals.all().forEach(LocalBlockPool::alarm);
        stripes.all().forEach(LocalBlockPool::alarm);
        return true;
    }

    LongAdder refused() {
        return refused;
    }

    LongAdder duplicates() {
        return duplicates;
    }

    /** The depot gave nothing: looks everywhere else, and says so to those who put. */
    int retry(LocalMagazines local, int code) {
        int last = collector.retry(local, code);
        if (last < 0) {
            refused.increment();
        }
        return last;
    }

    /** A put found control set: others wait for blocks, or for the last one to come back. */
    void fed(LocalBlockPool local) {
        local.flush();
        if (isClosed()) {
            lifetime.settle();
        } else if (!waiters.areThere()) {
            CONTROL.getAndBitwiseAnd(this, ~HUNGRY);
        }
        waiters.wake();
    }

    int stripesMade() {
        return stripes.all().size();
    }

    boolean isReleased() {
        return lifetime.isReleased();
    }

    @Nullable PoolWatch watch() {
        return watch;
    }

    PoolCollector collector() {
        return collector;
    }

    /** Brings the blocks of dead threads, of idle stripes and of the quarantine to the depot. */
    void collect() {
        collector.collect();
    }

    /** Brings the calling thread's own blocks to the depot. Not from inside a get or put of this pool that moves blocks. */
    void collectMine() {
        Thread thread = Thread.currentThread();
        LocalBlockPool local = locals.first(thread);
        if (local.owner == thread) {
            local.flush();
        }
    }

    /** Brings what other live threads have and do not use at this moment to the depot, if chunks may come free by that. */
    void collectUnused() {
        if (!lifetime.isReleased()) {
            BlockPoolStats now = stats();
            long unused = now.bytesCommitted() - now.blocksInUse() * store.stride();
            if (now.blocksInMagazines() > 0 && unused >= store.chunkBytes()) {
                accounts.takeAllUnused();
            }
        }
    }

    /** Heard by the upkeep thread, which does not look at a pool that nobody uses. */
    Pulse pulse() {
        return pulse;
    }

    /**
     * What is due in the background, about every 100 ms.
     *
     * @return true if nothing will be until somebody uses the pool
     */
    boolean upkeep(long nowNanos) {
        Thread owner = newest.owner;
        if (owner != null && !owner.isAlive()) {
            newest = nobody; /* before its magazines are taken over */
        }
        accounts.sweep();
        Companion with = companion;
        boolean isStill = with == null || with.upkeep(nowNanos);
        if (isClosed()) {
            return lifetime.settle() && isStill; /* from then on each put settles by itself */
        }
        takeIdle(nowNanos);
        store.upkeep(nowNanos);
        return accounts.isStill(nowNanos, 2 * retainNanos + STILL_NANOS, retainNanos != 0) && isStill;
    }

    /**
     * Brings what idle threads have to the depot; if all are idle, the memory to the system, which has then been unused for long
     * enough. Tells whether they are.
     */
    boolean takeIdle(long nowNanos) {
        boolean isIdle = retainNanos != 0 && accounts.takeIdle(nowNanos, retainNanos);
        if (isIdle) {
            store.trim(0);
        }
        return isIdle;
    }

    /** For tryGet: null, unless the pool is closed. */
    @Nullable Block none(int code) {
        if (code == StoreCode.CLOSED.value() || code == StoreCode.NOHANDLE.value()) {
            throw PoolTexts.closed(this);
        }
        return null;
    }

    /** Throws what a code means. */
    Block failed(int code) {
        none(code);
        throw PoolTexts.exhausted(this, StoreCode.of(code));
    }

    /** What stands on this pool: a {@link SizedPool}. */
    interface Companion {
        /** Takes back a block that lies in no chunk of the pool; false: it is not out. */
        boolean takeLarge(Block block);

        /**
         * What is due in the background, about every 100 ms, until the pool's memory is released.
         *
         * @return as {@link BlockPool#upkeep}
         */
        boolean upkeep(long nowNanos);
    }

    void accompany(Companion with) {
        companion = with;
    }

    /** A block that is not simply out: a large one, a watched one, or a mistake. Gives the one that is free now, if any. */
    @Nullable Block turnAway(@Nullable Block block) {
        Companion with = companion;
        if (with != null && block != null && block.pool == this && block.number == Block.LARGE && with.takeLarge(block)) {
            return null;
        }
        if (watch != null) {
            return watch.returned(block);
        }
        throw PoolTexts.refused(this, block);
    }

    /** Opens what {@link BlockPoolBuilder} describes. */
    static BlockPool open(BlockPoolBuilder builder, Backends.Opened opened) {
        try {
            BlockPool pool = new BlockPool(builder, opened);
            pool.directory.prepareFirst(builder.initialBytes());
            Upkeep.join(pool);
            return pool;
        } catch (OutOfNativeMemoryException e) {
            opened.store().close();
            opened.store().destroy();
            throw new CenoteException("pool \"" + builder.name() + "\" could not be opened: " + e.getMessage(), e);
        }
    }
}
