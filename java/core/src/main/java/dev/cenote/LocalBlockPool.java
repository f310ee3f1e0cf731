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

    static final int CLOSED = 1;
    static final int HUNGRY = 2;

    private static final int PAD = 32; /* ints: a line pair on either side */
    private static final VarHandle TOP;
    private static final VarHandle REFILLED;
    private static final VarHandle SPILLED;
    private static final VarHandle LOCK;
    private static final VarHandle CONTROL;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            TOP = lookup.findVarHandle(LocalBlockPoolFields.class, "top", int.class);
            REFILLED = lookup.findVarHandle(LocalBlockPoolFields.class, "refilled", long.class);
            SPILLED = lookup.findVarHandle(LocalBlockPoolFields.class, "spilled", long.class);
            LOCK = lookup.findVarHandle(LocalBlockPoolFields.class, "lock", int.class);
            CONTROL = lookup.findVarHandle(BlockPool.class, "control", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final @Nullable Thread owner;
    private final BlockPool pool;
    private final Block[][] segments;
    private final int[] numbers;
    private final int limit;
    private final int magazineBlocks;
    private final BlockDirectory directory;
    private final BlockStore.Exchange exchange;
    @SuppressWarnings("unused")
    private long q00, q01, q02, q03, q04, q05, q06, q07, q08, q09, q10, q11, q12, q13, q14, q15;

    /** With an owner: a thread's. Without: a stripe that virtual threads share, one at a time. */
    LocalBlockPool(BlockPool pool, BlockDirectory directory, BlockStore store, @Nullable Thread owner) {
        this.pool = pool;
        this.directory = directory;
        this.segments = directory.segments;
        this.owner = owner;
        this.magazineBlocks = store.magazineBlocks();
        this.numbers = new int[PAD + 2 * magazineBlocks + PAD];
        this.limit = PAD + 2 * magazineBlocks;
        this.top = PAD;
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
        checkOwner();
        Block block = poll();
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
        /* Opaque: read anew every time. Before the block is taken: a closer waits until no thread is in this method. */
        if ((int) CONTROL.getOpaque(pool) != 0 && pool.isClosed()) {
            lastCode = StoreCode.CLOSED.value();
            return null;
        }
        int newTop = top - 1;
        if (newTop < PAD) {
            newTop = refill() - 1;
            if (newTop < PAD) {
                return null;
            }
        }
        int number = numbers[newTop];
        Block block = segments[number >>> BlockDirectory.SEGMENT_SHIFT][number & BlockDirectory.SEGMENT_MASK];
        if (block == null) {
            block = directory.make(number);
        } else if (block.state != Block.FREE) {
            return dropDuplicate(newTop);
        }
        top = newTop;
        block.state = Block.TAKEN;
        gets++;
        return block;
    }

    /** Puts a block. The caller is the owner or holds the stripe. */
    void offer(Block block) {
        if (block == null || block.pool != pool) {
            throw pool.foreign(block);
        }
        if (block.state != Block.TAKEN) {
            throw pool.doublePut(block);
        }
        int oldTop = top;
        if (oldTop == limit) {
            spill();
            oldTop = top;
        }
        block.state = Block.FREE;
        int number = block.number;
        if (numbers[oldTop] != number) { /* the usual block of a loop lies there already: no store to wait for */
            numbers[oldTop] = number;
        }
        top = oldTop + 1;
        if (pool.control != 0) { /* plain: seen late at worst, and upkeep and waiters look again */
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

    /** Two threads put this block at the same moment, and one of its two places was used already: forget the other. */
    private @Nullable Block dropDuplicate(int index) {
        top = index;
        pool.duplicates.increment();
        return poll();
    }

    /** Fills from the depot; gives the new top, or PAD with the reason in lastCode. */
    private int refill() {
        int code = exchange.get(numbers, PAD, magazineBlocks);
        if (code < 0) {
            code = pool.retry(this, code);
            if (code < 0) {
                lastCode = code;
                return PAD;
            }
        }
        return filled(code);
    }

    /** Asks the depot once. */
    int ask() {
        return exchange.get(numbers, PAD, magazineBlocks);
    }

    private int filled(int count) {
        VarHandle.acquireFence(); /* what the blocks' last owners wrote; pairs with the fence in spill */
        directory.prepare(numbers, PAD, count);
        REFILLED.setOpaque(this, refilled + count); /* before top: whoever sums never counts too few (BlockPool.outstanding) */
        TOP.setOpaque(this, PAD + count);
        return PAD + count;
    }

    /** Gives the older half to the depot. */
    private void spill() {
        int code = give(PAD, magazineBlocks);
        if (code < 0) {
            throw pool.putFailed(code);
        }
        System.arraycopy(numbers, PAD + magazineBlocks, numbers, PAD, magazineBlocks);
        TOP.setOpaque(this, PAD + magazineBlocks);
        SPILLED.setOpaque(this, spilled + magazineBlocks); /* after top, see filled */
    }

    private int give(int from, int count) {
        VarHandle.releaseFence(); /* what was written to the blocks; pairs with the fence in filled */
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
