package dev.cenote;

import dev.cenote.internal.BlockStore;
import dev.cenote.internal.StoreCode;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A pool as one thread sees it: the thread's own magazines of free blocks. The fastest way in.
 * <p>Only the thread that got it from {@link BlockPool#local()} may use it; others get an exception. Blocks taken here
 * may be put by any thread through the pool or through that thread's own {@code LocalBlockPool}, and the reverse.
 * <p>Two magazines, loaded and previous, lie in one array: when it is empty one magazine comes from the depot, when it is
 * full the older one goes there, so a loop on the edge does not go to the depot every time (Bonwick and Adams, 2001). A
 * thread that swings between full and empty gets room for more, up to {@value LocalMagazines#MAGAZINES_MAX} magazines or
 * 1 MiB, until blocks run short.
 * Taking and putting is wait-free while the magazines serve, allocates nothing and calls nothing.
 */
public final class LocalBlockPool extends LocalMagazines {

    private static final int NEAR_EVERY = 63; /* a reference stored into an old object is dear, so seldom */

    private int interval = 1;
    private long sampledNanos;
    @SuppressWarnings("unused")
    private long q00, q01, q02, q03, q04, q05, q06, q07, q08, q09, q10, q11, q12, q13, q14, q15;

    /** With an owner: a thread's. Without: a stripe that virtual threads share, one at a time. */
    LocalBlockPool(BlockPool pool, BlockDirectory directory, BlockStore store, @Nullable Thread owner) {
        super(pool, directory, store, owner);
        PoolWatch watch = pool.watch();
        this.sampleAt = watch == null ? PoolWatch.NEVER : watch.firstSample();
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
        int free = (int) NEAR_FREE.getOpaque(this);
        checkOwner();
        Block block = poll(free);
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
        return poll((int) NEAR_FREE.getOpaque(this));
    }

    /** The same for a caller that read something opaquely just before, so that this read is not an old one. */
    @Nullable Block pollAfterOpaque() {
        return poll(nearFree);
    }

    /** Every read of what an alarm writes stands in a method of this class or its parent: a closer waits until no thread is in one. */
    private @Nullable Block poll(int free) {
        Block block = near;
        if (block == null || block.state != free) {
            return pollMagazines(least);
        }
        block.state = mark;
        return gets++ < sampleAt ? block : watched(block);
    }

    private @Nullable Block pollMagazines(int floor) {
        int newTop = top - 1;
        if (newTop < floor) {
            return pollSlowly();
        }
        Block block = shown(numbers[newTop]);
        if (block == null || block.state != Block.FREE) {
            return pollUnusual(newTop);
        }
        top = newTop;
        block.state = mark;
        return gets++ < sampleAt ? block : watched(block);
    }

    /** The block with a number, if this thread's table shows it. */
    private @Nullable Block shown(int number) {
        @Nullable Block[] table = blocks;
        return number < table.length ? table[number] : null;
    }

    /** This one is followed to its put. */
    private Block watched(Block block) {
        PoolWatch watch = pool.watch();
        if (watch == null) {
            throw new AssertionError("nothing is sampled without a watch");
        }
        long now = System.nanoTime();
        interval = watch.interval(interval, now - sampledNanos);
        sampledNanos = now;
        sampleAt = interval < 0 ? sampleAt : gets + interval;
        return watch.taken(block);
    }

    /** Empty, or alarmed. */
    private @Nullable Block pollSlowly() {
        awaitRelease();
        if (!calm() && pool.isClosed()) {
            lastCode = StoreCode.CLOSED.value();
            return null;
        }
        if (isNearHere()) {
            return poll(home);
        }
        if (top == PAD && !refill()) {
            return null;
        }
        return pollMagazines(PAD);
    }

    /** A block that this thread's table does not show yet, that its chunk's retirement forgot, or that is in two places. */
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
        return gets++ < sampleAt ? block : watched(block);
    }

    /** The block at an address if this thread took it last: what a loop puts, found without a search. */
    @Nullable Block takenLast(long address) {
        Block last = near;
        if (last != null && last.hasAddress(address)) {
            return last;
        }
        last = shown(numbers[top]); /* there is always room behind the magazines */
        return last != null && last.hasAddress(address) ? last : null;
    }

    /** Puts a block. The caller is the owner or holds the stripe. */
    void offer(Block block) {
        int free = (int) NEAR_FREE.getOpaque(this); /* for the compiler: what an alarm writes is read anew in every turn of a loop */
        if (block == near && block != null && block.state == mark && free != ALARMED) {
            block.state = free;
        } else {
            offerToMagazines(block);
        }
    }

    private void offerToMagazines(Block block) {
        if (block == null || block.state != mark) {
            Block free = pool.turnAway(block);
            if (free != null) {
                offer(free);
            }
            return;
        }
        int oldTop = top;
        if (oldTop >= limit) {
            offerSlowly(block);
            return;
        }
        int number = block.number;
        if (numbers[oldTop] != number) {
            numbers[oldTop] = number;
        } else if ((++returned & NEAR_EVERY) == 0 && becameNear(block)) {
            return;
        }
        block.state = Block.FREE;
        top = oldTop + 1;
    }

    /** A block that came back to its place becomes the near one, now and then, where there is none. */
    private boolean becameNear(Block block) {
        int free = nearFree;
        if (free == ALARMED || isNearHere()) {
            return false;
        }
        near = block; /* one that is out as yet will come back to the magazines */
        block.state = free;
        return true;
    }

    /** Full, or alarmed. */
    private void offerSlowly(Block block) {
        awaitRelease();
        stow(block);
        if (!calm()) {
            pool.fed(this);
        }
    }

    void pollAll(Block[] into, int from, int count) {
        Objects.checkFromIndexSize(from, count, into.length);
        int done = take(into, from, count);
        while (done < count) {
            Block block = poll(); /* refills, or sees to what is unusual */
            if (block == null) {
                int code = lastCode;
                while (--done >= 0) {
                    offer(into[from + done]);
                    into[from + done] = null; /* it is not the caller's any more */
                }
                pool.failed(code);
            }
            into[from + done++] = block;
            done += take(into, from + done, count - done);
        }
    }

    /** Takes what the magazines give at once; tells how many, at most {@code want}. */
    private int take(Block[] into, int from, int want) {
        int newTop = top;
        long unwatched = Math.max(0, sampleAt - gets);
        int end = Math.max((int) LEAST.getOpaque(this), newTop - (int) Math.min(want, unwatched));
        int[] newest = numbers;
        @Nullable Block[] table = blocks;
        int taken = 0;
        while (newTop > end) {
            int number = newest[newTop - 1];
            Block block = number < table.length ? table[number] : null;
            if (block == null || block.state != Block.FREE) {
                break;
            }
            newTop--;
            block.state = mark;
            into[from + taken++] = block;
        }
        top = newTop;
        gets += taken;
        return taken;
    }

    void offerAll(Block[] given, int from, int count) {
        Objects.checkFromIndexSize(from, count, given.length);
        int done = keep(given, from, count);
        while (done < count) {
            offer(given[from + done++]); /* spills, or refuses */
            done += keep(given, from + done, count - done);
        }
    }

    /** Keeps what the magazines have room for; tells how many, at most {@code want}. */
    private int keep(Block[] given, int from, int want) {
        int oldTop = top;
        int end = Math.min((int) LIMIT.getOpaque(this), oldTop + want);
        int[] newest = numbers;
        int kept = 0;
        while (oldTop < end) {
            Block block = given[from + kept];
            if (block == null || block.state != mark) {
                break;
            }
            block.state = Block.FREE;
            newest[oldTop++] = block.number;
            kept++;
        }
        top = oldTop;
        return kept;
    }
}
