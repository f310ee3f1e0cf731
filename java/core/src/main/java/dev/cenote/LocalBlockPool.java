package dev.cenote;

import dev.cenote.internal.BlockStore;
import dev.cenote.internal.StoreCode;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A pool as one thread sees it: the thread's own magazines of free blocks. The fastest way in.
 * <p>Only the thread that got it from {@link BlockPool#local()} may use it; others get an exception. Blocks taken here
 * may be put by any thread through the pool or through that thread's own {@code LocalBlockPool}, and the reverse.
 * <p>Two magazines, loaded and previous, lie in one array: when it is empty one magazine comes from the depot, when it is
 * full the older one goes there, so a loop on the edge does not go to the depot every time (Bonwick and Adams, 2001). A
 * thread that swings between full and empty gets room for more, up to {@value #MAGAZINES_MAX} magazines or 1 MiB, until
 * blocks run short.
 * Taking and putting is wait-free while the magazines serve, allocates nothing and calls nothing.
 */
public final class LocalBlockPool extends LocalBlockPoolFields {

    private static final int PAD = 32; /* ints: a line pair on either side */
    private static final int OUT_OF_REACH = Integer.MAX_VALUE;
    private static final int MAGAZINES_MIN = 2;
    private static final int MAGAZINES_MAX = 8;
    private static final int FIRST_PART = 8; /* of a magazine: what a new thread's first refill asks for */
    private static final long BYTES_MAX = 1L << 20; /* what a thread may keep beyond MAGAZINES_MIN */
    private static final int SHARE_MIN = 16; /* nor more than the pool's blocks by this */
    private static final int SWINGS = 2;
    private static final int NEAR_EVERY = 63; /* a reference stored into an old object is dear, so seldom */
    /** What nearFree holds during an alarm: the state of no block, see {@link BlockMarks}. */
    static final int ALARMED = 1;
    final @Nullable Thread owner;
    private final BlockPool pool;
    private final BlockDirectory directory;
    private final BlockStore.Exchange exchange;
    private final int mark;
    private final int home;
    private final int magazineBlocks;
    private final int fullMax;
    /** Blocks that the next refill asks for: doubles up to two magazines, so that a thread that needs few keeps few. */
    private int wanted;
    /** The magazines, from PAD on; replaced by a longer one when there is room for more. */
    private int[] numbers;
    /** The table of blocks as this thread last saw it. A get that does not find its number there asks for the newest one. */
    private @Nullable Block[] blocks;
    private int full;
    /**
     * A place beside the magazines for the one block that a loop takes and puts. The block's own state tells whether it is here:
     * {@code home} then, which only this object writes; so taking and putting it changes no index, and another thread that
     * puts it into its own magazines need not know.
     */
    private @Nullable Block near;
    private int returned;
    private int swings;
    private boolean refilledSinceSpill;
    private int interval = 1;
    private long sampledNanos;
    /** Activity as PoolAccounts saw it last, and since when. */
    private long activitySeen;
    private long idleSince;
    @SuppressWarnings("unused")
    private long q00, q01, q02, q03, q04, q05, q06, q07, q08, q09, q10, q11, q12, q13, q14, q15;

    /** With an owner: a thread's. Without: a stripe that virtual threads share, one at a time. */
    LocalBlockPool(BlockPool pool, BlockDirectory directory, BlockStore store, @Nullable Thread owner) {
        this.pool = pool;
        this.directory = directory;
        this.blocks = directory.table();
        this.owner = owner;
        this.mark = pool.marks().mark();
        this.home = pool.marks().nextHome();
        this.nearFree = ALARMED; /* as least */
        this.magazineBlocks = store.magazineBlocks();
        this.wanted = firstWanted();
        this.fullMax = PAD + magazinesMax(store) * magazineBlocks;
        this.full = PAD + MAGAZINES_MIN * magazineBlocks;
        this.numbers = new int[full + PAD];
        this.top = PAD;
        this.least = OUT_OF_REACH; /* the first get and put look at the pool's control word */
        PoolWatch watch = pool.watch();
        this.sampleAt = watch == null ? PoolWatch.NEVER : watch.firstSample();
        this.exchange = store.open();
    }

    private static int magazinesMax(BlockStore store) {
        long byBytes = BYTES_MAX / ((long) store.stride() * store.magazineBlocks());
        long byShare = store.blocksMax() / SHARE_MIN / store.magazineBlocks();
        return (int) Math.max(MAGAZINES_MIN, Math.min(MAGAZINES_MAX, Math.min(byBytes, byShare)));
    }

    private int firstWanted() {
        return Math.max(1, magazineBlocks / FIRST_PART);
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

    /** Every read of what an alarm writes stands in a method of this class: a closer waits until no thread is in one. */
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

    private boolean isNearHere() {
        Block block = near;
        return block != null && block.state == home;
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

    /** Puts a block and tells nobody who may wait for one. The caller is the owner or holds the stripe. */
    void stow(Block block) {
        if (top == full) {
            makeRoom();
        }
        stack(block);
    }

    private void stack(Block block) {
        block.state = Block.FREE; /* before top: whoever sums never counts it twice, see outside */
        numbers[top] = block.number;
        TOP.setRelease(this, top + 1);
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

    /** Makes the next get and put look at the pool's control word. Any thread. */
    void alarm() {
        NEAR_FREE.setVolatile(this, ALARMED);
        LEAST.setVolatile(this, OUT_OF_REACH);
        LIMIT.setVolatile(this, 0);
    }

    /** Ends an alarm if the pool's control word is clear; tells whether it is. */
    private boolean calm() {
        if (pool.isControlled()) {
            return false;
        }
        NEAR_FREE.setVolatile(this, home);
        LEAST.setVolatile(this, PAD);
        LIMIT.setVolatile(this, full);
        if (pool.isControlled() || (boolean) SEIZED.getVolatile(this)) { /* since then, and its alarm may be overwritten just now */
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
        wanted = Math.min(2 * wanted, MAGAZINES_MIN * magazineBlocks);
        VarHandle.acquireFence(); /* what the blocks' last owners wrote; pairs with the fence in give */
        near = null; /* it is elsewhere, and its chunk may be retired */
        directory.prepare(numbers, PAD, code);
        directory.fetch(numbers, PAD, code);
        blocks = directory.table();
        refilledSinceSpill = true;
        REFILLED.setOpaque(this, refilled + code); /* before top: whoever sums never counts too few, see outside */
        TOP.setRelease(this, PAD + code);
        return true;
    }

    /** Asks the depot once. */
    int ask() {
        return exchange.get(numbers, PAD, wanted);
    }

    /** Blocks are short: the next refill asks for one. */
    void wantOne() {
        wanted = 1;
    }

    /** The magazines are full: enlarges them for a thread that empties them again and again, else spills the oldest. */
    private void makeRoom() {
        boolean swung = refilledSinceSpill;
        refilledSinceSpill = false;
        if (swung && full < fullMax && ++swings >= SWINGS && !pool.isControlled()) {
            swings = 0;
            full += magazineBlocks;
            numbers = Arrays.copyOf(numbers, full + PAD);
            LIMIT.setVolatile(this, full);
            if (pool.isControlled()) { /* as in calm */
                alarm();
            }
            return;
        }
        spill();
    }

    /** Gives the oldest magazine to the depot. */
    private void spill() {
        int code = give(PAD, magazineBlocks);
        if (code < 0) {
            throw PoolTexts.putFailed(pool, code);
        }
        int kept = full - PAD - magazineBlocks;
        System.arraycopy(numbers, PAD + magazineBlocks, numbers, PAD, kept);
        TOP.setRelease(this, PAD + kept);
        SPILLED.setRelease(this, spilled + magazineBlocks); /* after top, see outside */
    }

    private int give(int from, int count) {
        VarHandle.releaseFence(); /* what was written to the blocks; pairs with the fence in refill */
        return exchange.put(numbers, from, count);
    }

    /**
     * Gives everything to the depot, and the room for more than two magazines up. What the depot cannot take stays here.
     * The owner, or whoever took its place.
     */
    void flush() {
        awaitRelease();
        empty();
    }

    private void empty() {
        if (!drain()) {
            return;
        }
        settleNear();
        if (!drain()) {
            return;
        }
        full = PAD + MAGAZINES_MIN * magazineBlocks;
        wanted = firstWanted();
        swings = 0;
        if (limit > full) { /* an alarm, which lowers it further, stays */
            LIMIT.compareAndSet(this, limit, full);
        }
    }

    /** Gives the magazines to the depot; false: it cannot take all of it. */
    private boolean drain() {
        while (top > PAD) {
            int count = Math.min(magazineBlocks, top - PAD);
            if (give(top - count, count) < 0) {
                return false;
            }
            TOP.setRelease(this, top - count);
            SPILLED.setRelease(this, spilled + count); /* after top, see outside */
        }
        return true;
    }

    /** Moves the near block into the empty magazines. */
    private void settleNear() {
        Block block = near;
        if (block != null && block.state == home) {
            stack(block);
        }
        near = null;
    }

    /**
     * Gives to the depot what an owner has left here that did nothing for so long, while it does nothing; tells whether it did.
     * <p>As in closing, the owner pays nothing: from the alarm on it takes its slow paths, which wait; and one look at its stack,
     * a handshake, tells that it was in none of these methods, so what it did before is visible and what it does next sees the
     * alarm. If it is in one, it is not idle.
     *
     * @param nowNanos by {@link System#nanoTime()}
     * @param idleNanos how long it must have done nothing
     */
    boolean takeIdle(long nowNanos, long idleNanos) {
        long activity = activity();
        if (activity != activitySeen) {
            activitySeen = activity;
            idleSince = nowNanos;
        } else if (isIdle(nowNanos, idleNanos) && held() > 0) {
            if (owner != null) {
                seize(owner);
            } else if (tryLock()) {
                try {
                    empty();
                } finally {
                    unlock();
                }
            }
            if (held() == 0) {
                activitySeen = activity(); /* what was done just now is not its owner's doing */
                return true;
            }
        }
        return false;
    }

    /**
     * Gives to the depot what the owner has here and does not use at this moment, for others who find no block; tells whether
     * something came. As in {@link #takeIdle}; it costs a look at one stack, and the owner its next refill.
     */
    boolean takeUnused() {
        if (owner != null) {
            seize(owner);
        }
        return held() == 0;
    }

    boolean isIdle(long nowNanos, long idleNanos) {
        return nowNanos - idleSince >= idleNanos;
    }

    private void seize(Thread idler) {
        SEIZED.setVolatile(this, true);
        alarm();
        try {
            if (!PoolLifetime.LOOK.finds(idler)) {
                empty();
            }
        } finally {
            SEIZED.setVolatile(this, false);
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
        kept += isNearHere() ? 1 : 0; /* after top: a near block that moves to the magazines is not counted twice */
        long come = (long) REFILLED.getAcquire(this);
        return come - gone - kept;
    }

    /** Free blocks here, about. */
    int held() {
        return (int) TOP.getOpaque(this) - PAD + (isNearHere() ? 1 : 0);
    }
}
