package dev.cenote;

import dev.cenote.internal.Backoff;
import dev.cenote.internal.BlockStore;
import dev.cenote.internal.StoreCode;
import dev.cenote.internal.StoreCounter;

/**
 * Finds free blocks where no thread's get looks: in magazines of threads that died, in idle stripes, in quarantine; and, when
 * there are none, in the magazines of live threads.
 * <p>Any thread.
 */
final class PoolCollector {

    private static final long BUSY_NANOS_MAX = 1_000_000_000L;
    private static final int SHARE_TRIES = 200; /* others get what one has found, or work where it looks: seldom twice */

    private final BlockPool pool;
    private final BlockStore store;
    private final PoolAccounts accounts;
    private final Stripes stripes;

    PoolCollector(BlockPool pool, BlockStore store, PoolAccounts accounts, Stripes stripes) {
        this.pool = pool;
        this.store = store;
        this.accounts = accounts;
        this.stripes = stripes;
    }

    /** The depot gave nothing: looks everywhere else, and says so to those who put. Gives what the depot said last. */
    int retry(LocalMagazines local, int code) {
        int last = askWhileBusy(local, code);
        if (last > 0 || isBusy(last)) {
            return last;
        }
        if (pool.isClosed()) {
            return StoreCode.CLOSED.value();
        }
        collect();
        local.wantOne();
        int found = askWhileBusy(local, local.ask());
        for (int tries = 0; isShort(found) && tries < SHARE_TRIES; tries++) {
            pool.raise(BlockPool.HUNGRY); /* before the look at others' magazines: what is put since then goes to the depot */
            PoolAccounts.Unused unused = accounts.takeUnused();
            found = askWhileBusy(local, local.ask());
            if (!isShort(found)) {
                break;
            }
            if (unused == PoolAccounts.Unused.NONE) {
                if (!isAnyFree()) {
                    break;
                }
                collect();
            }
            Backoff.pause(tries);
        }
        return found;
    }

    /** Also those on their way between the depot and a thread, which lie nowhere. */
    private boolean isAnyFree() {
        return StoreCounter.BLOCKS_CARVED.of(store.counters()) > accounts.sums().outside();
    }

    private static boolean isShort(int code) {
        return code < 0 && !isBusy(code) && code != StoreCode.CLOSED.value();
    }

    /** Asks until another's growth or trim is over, a second at most. */
    private static int askWhileBusy(LocalMagazines local, int code) {
        int last = code;
        long began = isBusy(last) ? System.nanoTime() : 0;
        for (int tries = 0; isBusy(last) && System.nanoTime() - began < BUSY_NANOS_MAX; tries++) {
            Backoff.pause(tries);
            last = local.ask();
        }
        return last;
    }

    /** A code that means that asking again soon may help. */
    private static boolean isBusy(int code) {
        return code == StoreCode.BUSY.value();
    }

    /** Brings the blocks of dead threads, of idle stripes and of the quarantine to the depot. */
    void collect() {
        if (!pool.isReleased()) {
            emptyQuarantine();
            accounts.sweep();
            stripes.flush();
        }
    }

    /** Lets go of the quarantine, unless all stripes are held at this moment. */
    void emptyQuarantine() {
        PoolWatch watch = pool.watch();
        if (watch == null) {
            return;
        }
        LocalBlockPool stripe = stripes.tryLock(); /* the caller may hold one, so it must not wait for another */
        if (stripe == null) {
            return;
        }
        try {
            for (Block block = watch.release(); block != null; block = watch.release()) {
                stripe.stow(block);
            }
            stripe.flush();
        } finally {
            stripe.unlock();
        }
    }
}
