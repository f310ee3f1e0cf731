package dev.cenote;

import dev.cenote.internal.BlockStore;
import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Gives a pool's memory back once: when the closed pool's last block is back, or when nobody can reach the pool any more.
 * <p>A pool that was forgotten is found by the garbage collector. Its blocks refer to it, so none of them can be in use;
 * views of them that somebody kept do not fault, since addresses stay mapped.
 */
final class PoolRelease implements Runnable {

    private static final System.Logger LOG = System.getLogger(BlockPool.class.getName());
    private static final Cleaner CLEANER = Cleaner.create();

    private final String name;
    private final BlockStore store;
    private final AtomicBoolean done = new AtomicBoolean();

    private PoolRelease(String name, BlockStore store) {
        this.name = name;
        this.store = store;
    }

    /** Must not refer to the pool, or it would never be forgotten. */
    static PoolRelease watch(BlockPool pool, BlockStore store) {
        PoolRelease release = new PoolRelease(pool.name(), store);
        CLEANER.register(pool, release);
        return release;
    }

    /** The pool was closed and its last block is back. */
    void now() {
        if (done.compareAndSet(false, true)) {
            store.destroy();
        }
    }

    /** The pool cannot be reached any more. */
    @Override
    public void run() {
        if (done.compareAndSet(false, true)) {
            LOG.log(System.Logger.Level.WARNING, "pool \"{0}\" was forgotten without close() or with blocks out; its memory"
                + " goes back now. Close pools when they are done with.", name);
            store.close();
            store.destroy();
        }
    }
}
