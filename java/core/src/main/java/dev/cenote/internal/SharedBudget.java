package dev.cenote.internal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One bound of memory for many stores, held chunk by chunk; and for large pieces, which are charged one by one.
 * <p>What is charged never falls below what is in service: a growth is charged before it is admitted, and what stores gave
 * back in the meantime is found out when the bound is reached. One thread at a time grows or counts; others are told BUSY
 * and come back, since a thread that holds a stripe of a pool must not block.
 */
public final class SharedBudget {

    private static final long COUNT_NANOS = 50_000_000;
    private static final int REST = 4; /* times as long as a search in vain took: nobody looks again */
    private static final int SOME = 8; /* an eighth of a chunk came back since the last look: worth another one */
    private static final int ANY = Integer.MAX_VALUE;

    /** Brings free blocks to the depots, so that their chunks can go. Neither of the two may block or grow. */
    public interface Reclaim {

        /** What nobody has: at little cost. */
        void idle();

        /**
         * What live threads have and do not use: when that was not enough, and for a while not again if this was not either.
         *
         * @param asking the store that is to grow: the calling thread is in the middle of a get from it; null: none
         * @return false: there was a place where nobody could look on behalf of that store
         */
        boolean unused(@Nullable BlockStore asking);
    }

    private final long maximumBytes;
    private final Reclaim reclaim;
    private final List<BudgetedStore> stores = new CopyOnWriteArrayList<>();
    private final AtomicBoolean turn = new AtomicBoolean();
    /* guarded by turn */
    private long charged;
    private long counted = System.nanoTime();
    private long vainUntil = System.nanoTime();
    /** A store on behalf of which one cannot look everywhere, and until when nobody looks on its behalf. */
    private @Nullable BlockStore partial;
    private long partVainUntil;
    private volatile long largeBytes;

    /**
     * A budget nobody has charged yet.
     *
     * @param maximumBytes its bound
     * @param reclaim what to do when the bound is reached
     */
    public SharedBudget(long maximumBytes, Reclaim reclaim) {
        this.maximumBytes = maximumBytes;
        this.reclaim = reclaim;
    }

    /** {@return false: another thread grows at this moment} */
    boolean tryEnter() {
        return !turn.get() && turn.compareAndSet(false, true); /* acquires what the last holder charged */
    }

    void leave() {
        turn.set(false);
    }

    void join(BudgetedStore store) {
        stores.add(store);
    }

    /** The store's memory goes. */
    void quit(BudgetedStore store) {
        stores.remove(store);
    }

    /** Charges bytes if they fit; false: not even after idle memory went back. Only between enter and leave. */
    boolean charge(long bytes, @Nullable BudgetedStore asking) {
        if (fits(bytes)) {
            return true;
        }
        long now = System.nanoTime();
        if (now - counted > COUNT_NANOS) { /* what stores gave back by themselves */
            counted = now;
            for (BudgetedStore store : stores) {
                charged += store.measure();
            }
        }
        if (fits(bytes)) {
            return true;
        }
        reclaim.idle();
        shrink(SOME);
        if (fits(bytes)) {
            return true;
        }
        long began = System.nanoTime();
        if (rests(began, asking)) {
            return false; /* a program that lives at its bound would do nothing else */
        }
        boolean everywhere = reclaim.unused(asking);
        shrink(ANY);
        boolean fits = fits(bytes);
        if (!fits) {
            long ended = System.nanoTime();
            rest(ended + REST * (ended - began), everywhere ? null : asking);
        }
        return fits;
    }

    private boolean rests(long now, @Nullable BudgetedStore asking) {
        return now - vainUntil < 0 || asking != null && asking == partial && now - partVainUntil < 0;
    }

    /** After a search in vain: on behalf of one store only, if others may find more. */
    private void rest(long until, @Nullable BudgetedStore only) {
        if (only == null) {
            vainUntil = until;
        } else {
            partial = only;
            partVainUntil = until;
        }
    }

    private void shrink(int part) {
        for (BudgetedStore store : stores) {
            charged += store.shrink(part);
        }
    }

    private boolean fits(long bytes) {
        if (bytes > maximumBytes - charged) {
            return false;
        }
        charged += bytes;
        return true;
    }

    /** Corrects a charge by what came out. Only between enter and leave. */
    void correct(long by) {
        charged += by;
    }

    /**
     * Charges a large piece.
     *
     * @param bytes its size
     * @return 0, BUSY, or EXHAUSTED
     */
    public int chargeLarge(long bytes) {
        if (!tryEnter()) {
            return StoreCode.BUSY.value();
        }
        try {
            if (!charge(bytes, null)) {
                return StoreCode.EXHAUSTED.value();
            }
            largeBytes += bytes;
            return 0;
        } finally {
            leave();
        }
    }

    /**
     * Gives the charge of a large piece back. Any thread; waits for the moment that another one takes to grow.
     *
     * @param bytes its size
     */
    public void refundLarge(long bytes) {
        for (int tries = 0; !tryEnter(); tries++) {
            Backoff.pause(tries);
        }
        try {
            largeBytes -= bytes;
            charged -= bytes;
        } finally {
            leave();
        }
    }

    /** {@return bytes of large pieces} */
    public long largeBytes() {
        return largeBytes;
    }

    /** {@return what is in service now, chunks and large pieces} */
    public long committedBytes() {
        long bytes = largeBytes;
        for (BudgetedStore store : stores) {
            bytes += store.committedBytes();
        }
        return bytes;
    }
}
