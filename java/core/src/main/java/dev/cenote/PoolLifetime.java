package dev.cenote;

import dev.cenote.internal.BlockStore;
import dev.cenote.internal.StackLook;
import org.jspecify.annotations.Nullable;

/**
 * From close to release: closed pools refuse gets; when the last block is back, the memory goes.
 * <p>A get reads the control word before it takes a block, with no fence behind it, since a fence would cost more than the
 * rest. So the closer makes sure by other means that no get that read "open" is still on its way: it {@linkplain StackLook looks}
 * whether a thread is in one of {@link LocalBlockPool}'s methods. A thread inside them, and a stripe that is held, is looked at
 * again later.
 */
final class PoolLifetime {

    static final StackLook LOOK = StackLook.into(LocalBlockPool.class, LocalMagazines.class);

    private static final int SEAL_TRIES = 10; /* at once; afterwards upkeep goes on trying */
    private static final System.Logger LOG = System.getLogger(BlockPool.class.getName());

    private final BlockPool pool;
    private final BlockStore store;
    private final PoolAccounts accounts;
    private final PoolRelease release;
    private boolean sealed;
    private volatile boolean released;
    private @Nullable BlockPoolStats last;

    PoolLifetime(BlockPool pool, BlockStore store, PoolAccounts accounts) {
        this.pool = pool;
        this.store = store;
        this.accounts = accounts;
        this.release = PoolRelease.watch(pool, store);
    }

    boolean isReleased() {
        return released;
    }

    /** The pool's control word says CLOSED since this moment; called once. */
    void close() {
        store.close();
        for (int i = 0; i < SEAL_TRIES && !seal(); i++) {
            Thread.onSpinWait();
        }
        pool.collector().emptyQuarantine();
        long outside = accounts.sums().outside();
        if (outside > 0) {
            LOG.log(System.Logger.Level.WARNING, "pool \"{0}\" was closed with {1} blocks in use; its memory stays until they"
                + " are put", pool.name(), outside);
            PoolWatch watch = pool.watch();
            if (watch != null) {
                watch.reportLeaks(outside);
            }
        }
        settle();
    }

    /** Finds out that no get that began before the close is on its way any more. */
    private synchronized boolean seal() {
        sealed = sealed || (!LOOK.findsAnybody() && accounts.areStripesFree());
        return sealed;
    }

    /**
     * Releases the memory if the pool is closed and every block is back. Any thread, any number of times.
     *
     * @return false: a get that began before the close may still be on its way
     */
    synchronized boolean settle() {
        if (released || !seal()) {
            return released;
        }
        pool.collector().emptyQuarantine(); /* a put may have been on its way there */
        if (accounts.sums().outside() <= 0) {
            last = measure();
            released = true;
            release.now();
            Upkeep.leave(pool);
        }
        return true;
    }

    /** The numbers of this moment; of a released pool, the last ones. */
    synchronized BlockPoolStats stats() {
        BlockPoolStats kept = last;
        return kept != null ? kept : measure();
    }

    private BlockPoolStats measure() {
        PoolAccounts.Sums sums = accounts.sums();
        PoolWatch watch = pool.watch();
        if (watch != null) { /* in quarantine: back, and with nobody */
            sums = new PoolAccounts.Sums(sums.gets(), sums.outside() - watch.quarantined(), sums.held());
        }
        long[] counters = store.counters();
        long[] latencies = store.growthLatencies();
        long[] floors = new long[latencies.length];
        for (int i = 0; i < floors.length; i++) {
            floors[i] = store.latencyFloor(i);
        }
        return BlockPoolStats.of(pool, store.stride(), sums, counters, new GrowthLatency(floors, latencies));
    }
}
