package dev.cenote;

import dev.cenote.internal.BlockStore;
import org.jspecify.annotations.Nullable;

/**
 * From close to release: closed pools refuse gets; when the last block is back, the memory goes.
 * <p>A get takes its block first and looks at the control word afterwards, so after {@code control} says CLOSED a get
 * under way either sees that and undoes itself, or its block is visible in its magazine's sums. Both orders hold without a
 * fence in the get because the closer stops every thread at a safepoint in between (a handshake of all threads, here by
 * {@link Thread#getAllStackTraces()}): the idea of an asymmetric fence, as with membarrier(2).
 */
final class PoolLifetime {

    private static final System.Logger LOG = System.getLogger(BlockPool.class.getName());

    private final BlockPool pool;
    private final BlockStore store;
    private final PoolAccounts accounts;
    private boolean sealed;
    private volatile boolean released;
    private @Nullable BlockPoolStats last;

    PoolLifetime(BlockPool pool, BlockStore store, PoolAccounts accounts) {
        this.pool = pool;
        this.store = store;
        this.accounts = accounts;
    }

    boolean isReleased() {
        return released;
    }

    /** The pool's control word says CLOSED since this moment; called once. */
    void close() {
        store.close();
        Thread.getAllStackTraces(); /* every thread passes a safepoint: see above */
        synchronized (this) {
            sealed = true;
        }
        long outside = accounts.sums().outside();
        if (outside > 0) {
            LOG.log(System.Logger.Level.WARNING, "{0} closed with {1} blocks in use; its memory stays until they are put",
                pool, outside);
        }
        settle();
    }

    /** Releases the memory if the pool is closed and every block is back. Any thread, any number of times. */
    synchronized void settle() {
        if (!sealed || released || accounts.sums().outside() > 0) {
            return;
        }
        last = measure();
        released = true;
        store.destroy();
        Upkeep.leave(pool);
    }

    /** The numbers of this moment; of a released pool, the last ones. */
    synchronized BlockPoolStats stats() {
        BlockPoolStats kept = last;
        return kept != null ? kept : measure();
    }

    private BlockPoolStats measure() {
        PoolAccounts.Sums sums = accounts.sums();
        long[] counters = store.counters();
        long[] latencies = store.growthLatencies();
        long[] floors = new long[latencies.length];
        for (int i = 0; i < floors.length; i++) {
            floors[i] = store.latencyFloor(i);
        }
        return BlockPoolStats.of(pool, store.stride(), sums, counters, new GrowthLatency(floors, latencies));
    }
}
