package dev.cenote;

import dev.cenote.internal.BlockStore;
import dev.cenote.internal.StoreCode;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A pool as one thread sees it: the thread's own magazines of free blocks. The fastest way in.
 * <p>Only the thread that got it from {@link BlockPool#local()} may use it; others get an exception. Blocks taken here
 * may be put by any thread through the pool or through that thread's own {@code LocalBlockPool}, and the reverse.
 * <p>Two magazines, loaded and previous, lie in one array: an empty one is filled by one magazine from the depot, a full
 * one spills its older half, so a loop on the edge does not go to the depot every time (Bonwick and Adams, 2001).
 * Taking and putting is wait-free while the magazines serve, allocates nothing and calls nothing.
 */
public final class LocalBlockPool extends LocalBlockPoolFields {

    private static final int PAD = 32; /* ints: a line pair on either side */
    private static final int OUT_OF_REACH = Integer.MAX_VALUE;
    private static final VarHandle TOP;
    private static final VarHandle LEAST;
    private static final VarHandle LIMIT;
    private static final VarHandle REFILLED;
    private static final VarHandle SPILLED;
    private static final VarHandle LOCK;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            TOP = lookup.findVarHandle(LocalBlockPoolFields.class, "top", int.class);
            LEAST = lookup.findVarHandle(LocalBlockPoolFields.class, "least", int.class);
            LIMIT = lookup.findVarHandle(LocalBlockPoolFields.class, "limit", int.class);
            REFILLED = lookup.findVarHandle(LocalBlockPoolFields.class, "refilled", long.class);
            SPILLED = lookup.findVarHandle(LocalBlockPoolFields.class, "spilled", long.class);
            LOCK = lookup.findVarHandle(LocalBlockPoolFields.class, "lock", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final @Nullable Thread owner;
    private final BlockPool pool;
    private final BlockDirectory directory;
    private final BlockStore.Exchange exchange;
    private final int[] numbers;
    private final int full;
    private final int mark;
    private final int magazineBlocks;
    /** The table of blocks as this thread last saw it; longer ones replace it. */
    private @Nullable Block[] blocks;
    @SuppressWarnings("unused")
    private long q00, q01, q02, q03, q04, q05, q06, q07, q08, q09, q10, q11, q12, q13, q14, q15;

    /** With an owner: a thread's. Without: a stripe that virtual threads share, one at a time. */
    LocalBlockPool(BlockPool pool, BlockDirectory directory, BlockStore store, @Nullable Thread owner) {
        this.pool = pool;
        this.directory = directory;
        this.blocks = directory.table();
        this.owner = owner;
        this.mark = pool.mark();
        this.magazineBlocks = store.magazineBlocks();
        this.numbers = new int[PAD + 2 * magazineBlocks + PAD];
        this.full = PAD + 2 * magazineBlocks;
        this.top = PAD;
        this.least = OUT_OF_REACH; /* the first get and put look at the pool's control word */
        this.exchange = store.open();
    }

    /** {@return the pool behind it} */
    public BlockPool pool() {
        return pool;
    }

    /**
     * Takes one block.
     *
     * @return the block, never null
     * @throws PoolExhaustedException if the pool is at its limit, or cannot grow
     * @throws PoolClosedException if the pool is closed
     * @throws IllegalStateException if another thread than the owner calls
     * @see BlockPool#get()
     */
    public Block get() {
        int floor = (int) LEAST.getOpaque(this);
        checkOwner();
        Block block = poll(floor);
        return block != null ? block : pool.failed(lastCode);
    }

    /**
     * Takes one block if there is one.
     *
     * @return the block, or null where {@link #get()} would throw {@link PoolExhaustedException}
     */
    public @Nullable Block tryGet() {
        checkOwner();
        Block block = poll();
        return block != null ? block : pool.none(lastCode);
    }

    /**
     * Gives a block back.
     *
     * @param block a block of this pool, taken by any thread
     * @throws DoublePutException if it was given back already
     * @throws ForeignEntryException if it belongs to another pool
     * @see BlockPool#put(Block)
     */
    public void put(Block block) {
        checkOwner();
        offer(block);
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
        checkOwner();
        pollAll(into, from, count);
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
        checkOwner();
        offerAll(blocks, from, count);
    }

    private void checkOwner() {
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException("this LocalBlockPool of pool \"" + pool.name() + "\" belongs to thread \""
                + (owner == null ? "none" : owner.getName()) + "\" and was used by \"" + Thread.currentThread().getName()
                + "\"; each thread calls BlockPool.local() for its own");
        }
    }

    /** Takes a block, or gives null with the reason in lastCode. The caller is the owner or holds the stripe. */
    @Nullable Block poll() {
        return poll((int) LEAST.getOpaque(this));
    }

    /** The same for a caller that read something opaquely just before, so that this read is not an old one. */
    @Nullable Block pollAfterOpaque() {
        return poll(least);
    }

    /** Every read of {@code least} stands in a method of this class: a closer waits until no thread is in one. */
    private @Nullable Block poll(int floor) {
        int newTop = top - 1;
        if (newTop < floor) {
            return pollSlowly();
        }
        int number = numbers[newTop];
        @Nullable Block[] table = blocks;
        Block block;
        if (number >= table.length || (block = table[number]) == null || block.state != Block.FREE) {
            return pollUnusual(newTop);
        }
        top = newTop;
        block.state = mark;
        gets++;
        return block;
    }

    /** Empty, or alarmed. */
    private @Nullable Block pollSlowly() {
        if (!calm() && pool.isClosed()) {
            lastCode = StoreCode.CLOSED.value();
            return null;
        }
        if (top == PAD && !refill()) {
            return null;
        }
        return poll(PAD);
    }

    /** A block that was never taken, that this thread's table does not show yet, or that is in two places. */
    private @Nullable Block pollUnusual(int newTop) {
        Block block = directory.block(numbers[newTop]);
        blocks = directory.table();
        top = newTop;
        if (block.state != Block.FREE) { /* two threads put it at the same moment, and one of its places was used: forget the other */
            pool.duplicates().increment();
            REFILLED.setOpaque(this, refilled - 1);
            return poll();
        }
        block.state = mark;
        gets++;
        return block;
    }

    /** Puts a block. The caller is the owner or holds the stripe. */
    void offer(Block block) {
        if (block == null || block.state != mark) {
            throw pool.refused(block);
        }
        int oldTop = top;
        if (oldTop >= limit) {
            offerSlowly(block);
            return;
        }
        block.state = Block.FREE;
        int number = block.number;
        if (numbers[oldTop] != number) { /* the usual block of a loop lies there already: no store to wait for */
            numbers[oldTop] = number;
        }
        top = oldTop + 1;
    }

    /** Full, or alarmed. */
    private void offerSlowly(Block block) {
        if (top == full) {
            spill();
        }
        block.state = Block.FREE;
        numbers[top] = block.number;
        TOP.setOpaque(this, top + 1);
        if (!calm()) {
            pool.fed(this);
        }
    }

    void pollAll(Block[] into, int from, int count) {
        Objects.checkFromIndexSize(from, count, into.length);
        for (int i = 0; i < count; i++) {
            Block block = poll();
            if (block == null) {
                int code = lastCode;
                while (--i >= 0) {
                    offer(into[from + i]);
                    into[from + i] = null; /* it is not the caller's any more */
                }
                pool.failed(code);
            }
            into[from + i] = block;
        }
    }

    void offerAll(Block[] blocks, int from, int count) {
        Objects.checkFromIndexSize(from, count, blocks.length);
        for (int i = from; i < from + count; i++) {
            offer(blocks[i]);
        }
    }

    /** Makes the next get and put look at the pool's control word. Any thread. */
    void alarm() {
        LEAST.setVolatile(this, OUT_OF_REACH);
        LIMIT.setVolatile(this, 0);
    }

    /** Ends an alarm if the pool's control word is clear; tells whether it is. */
    private boolean calm() {
        if (pool.isControlled()) {
            return false;
        }
        LEAST.setVolatile(this, PAD);
        LIMIT.setVolatile(this, full);
        if (pool.isControlled()) { /* raised meanwhile, and its alarm may have been overwritten just now */
            alarm();
            return false;
        }
        return true;
    }

    /** Fills from the depot; false: nothing came, and lastCode says why. */
    private boolean refill() {
        int code = ask();
        if (code < 0) {
            code = pool.retry(this, code);
        }
        if (code < 0) {
            lastCode = code;
            return false;
        }
        VarHandle.acquireFence(); /* what the blocks' last owners wrote; pairs with the fence in give */
        directory.prepare(numbers, PAD, code);
        blocks = directory.table();
        REFILLED.setOpaque(this, refilled + code); /* before top: whoever sums never counts too few, see outside */
        TOP.setOpaque(this, PAD + code);
        return true;
    }

    /** Asks the depot once. */
    int ask() {
        return exchange.get(numbers, PAD, 2 * magazineBlocks);
    }

    /** Gives the older half to the depot. */
    private void spill() {
        int code = give(PAD, magazineBlocks);
        if (code < 0) {
            throw pool.putFailed(code);
        }
        System.arraycopy(numbers, PAD + magazineBlocks, numbers, PAD, magazineBlocks);
        TOP.setOpaque(this, PAD + magazineBlocks);
        SPILLED.setOpaque(this, spilled + magazineBlocks); /* after top, see outside */
    }

    private int give(int from, int count) {
        VarHandle.releaseFence(); /* what was written to the blocks; pairs with the fence in refill */
        return exchange.put(numbers, from, count);
    }

    /** Gives everything to the depot. What the depot cannot take stays here. The owner, or whoever took its place. */
    void flush() {
        while (top > PAD) {
            int count = Math.min(magazineBlocks, top - PAD);
            if (give(top - count, count) < 0) {
                return;
            }
            TOP.setOpaque(this, top - count);
            SPILLED.setOpaque(this, spilled + count);
        }
    }

    /** The owner is dead and its blocks are flushed. */
    void end() {
        exchange.close();
    }

    /**
     * Blocks taken from the depot through here and not in the magazines: what users hold, as far as it passed here.
     * Never less than that at the moment top is read, whatever the owner does meanwhile: spilled first, refilled last.
     */
    long outside() {
        long gone = (long) SPILLED.getAcquire(this);
        int kept = (int) TOP.getAcquire(this) - PAD;
        long come = (long) REFILLED.getAcquire(this);
        return come - gone - kept;
    }

    /** Blocks in the magazines, about. */
    int held() {
        return (int) TOP.getOpaque(this) - PAD;
    }

    boolean tryLock() {
        return lock == 0 && LOCK.compareAndSet(this, 0, 1);
    }

    boolean isLocked() {
        return (int) LOCK.getAcquire(this) != 0; /* pairs with unlock: what the holder did is visible */
    }

    void unlock() {
        LOCK.setRelease(this, 0); /* pairs with tryLock */
    }

    /** {@return true when a code means that asking again soon may help} */
    static boolean isBusy(int code) {
        return code == StoreCode.BUSY.value();
    }
}
