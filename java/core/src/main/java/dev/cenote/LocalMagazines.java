package dev.cenote;

import dev.cenote.internal.BlockStore;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The magazines behind a {@link LocalBlockPool}: how they come from the depot and go there, by the owner's slow paths and by others
 * who take what it left unused.
 * <p>An alarm is how others get in: it closes the owner's fast paths, which read {@code nearFree}, {@code least} and {@code limit}.
 * Every read of what an alarm writes stands in a method of this class or of {@link LocalBlockPool}: who has raised it waits
 * until no thread is in one, see {@link PoolLifetime}.
 */
abstract class LocalMagazines extends LocalBlockPoolGap {

    static final int PAD = 32; /* ints: a line pair on either side */
    private static final int OUT_OF_REACH = Integer.MAX_VALUE;
    private static final int MAGAZINES_MIN = 2;
    static final int MAGAZINES_MAX = 8;
    private static final int FIRST_PART = 8; /* of a magazine: what a new thread's first refill asks for */
    private static final long BYTES_MAX = 1L << 20; /* what a thread may keep beyond MAGAZINES_MIN */
    private static final int SHARE_MIN = 16; /* nor more than the pool's blocks by this */
    private static final int SWINGS = 2;
    /** What nearFree holds during an alarm: the state of no block, see {@link BlockMarks}. */
    static final int ALARMED = 1;

    final @Nullable Thread owner;
    final BlockPool pool;
    final BlockDirectory directory;
    private final BlockStore.Exchange exchange;
    /** The state of a block that is out, and of the near one while it is here and free. */
    final int mark;
    final int home;
    private final int magazineBlocks;
    private final int fullMax;
    /** Blocks that the next refill asks for: doubles up to two magazines, so that a thread that needs few keeps few. */
    private int wanted;
    /** The magazines, from PAD on; replaced by a longer one when there is room for more. */
    int[] numbers;
    /** The table of blocks as this thread last saw it. A get that does not find its number there asks for the newest one. */
    @Nullable Block[] blocks;
    private int full;
    /**
     * A place beside the magazines for the one block that a loop takes and puts. The block's own state tells whether it is here:
     * {@code home} then, which only this object writes; so taking and putting it changes no index, and another thread that
     * puts it into its own magazines need not know.
     */
    @Nullable Block near;
    private int swings;
    private boolean refilledSinceSpill;
    /** Activity as PoolAccounts saw it last, and since when. */
    private long activitySeen;
    private long idleSince;

    LocalMagazines(BlockPool pool, BlockDirectory directory, BlockStore store, @Nullable Thread owner) {
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

    boolean isNearHere() {
        Block block = near;
        return block != null && block.state == home;
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

    /** Makes the next get and put look at the pool's control word. Any thread. */
    void alarm() {
        NEAR_FREE.setVolatile(this, ALARMED);
        LEAST.setVolatile(this, OUT_OF_REACH);
        LIMIT.setVolatile(this, 0);
    }

    /** Ends an alarm if the pool's control word is clear; tells whether it is. */
    boolean calm() {
        pool.pulse().beat();
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
    boolean refill() {
        pool.pulse().beat();
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
        pool.pulse().beat();
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
        if (!worked(nowNanos) && isIdle(nowNanos, idleNanos) && held() > 0) {
            if (owner == Thread.currentThread()) {
                flush(); /* the upkeep thread gives things back, too, and would find itself at work here */
            } else if (owner != null) {
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

    /** Whether anything happened since the last look. */
    private boolean worked(long nowNanos) {
        long activity = activity();
        if (activity == activitySeen) {
            return false;
        }
        activitySeen = activity;
        idleSince = nowNanos;
        return true;
    }

    boolean isIdle(long nowNanos, long idleNanos) {
        return nowNanos - idleSince >= idleNanos;
    }

    /** The same, looked at anew. */
    boolean isStill(long nowNanos, long idleNanos) {
        return !worked(nowNanos) && isIdle(nowNanos, idleNanos);
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
