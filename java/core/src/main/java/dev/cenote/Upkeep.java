package dev.cenote;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One daemon thread for all pools of a class loader: finds dead threads' magazines, releases closed pools, and lets
 * stores do what is due. It ends when no pool is left, so it does not keep the class loader alive.
 */
final class Upkeep implements Runnable {

    private static final System.Logger LOG = System.getLogger(Upkeep.class.getName());
    private static final long PERIOD_MILLIS = 100;
    private static final List<WeakReference<BlockPool>> POOLS = new ArrayList<>();
    private static @Nullable Thread thread;

    private Upkeep() {
    }

    static void join(BlockPool pool) {
        synchronized (POOLS) {
            POOLS.add(new WeakReference<>(pool));
            if (thread == null) {
                Thread started = new Thread(null, new Upkeep(), "cenote-upkeep", 0, false);
                started.setDaemon(true);
                started.setContextClassLoader(null);
                started.start();
                thread = started;
            }
        }
    }

    static void leave(BlockPool pool) {
        synchronized (POOLS) {
            POOLS.removeIf(reference -> reference.get() == pool || reference.refersTo(null));
        }
    }

    /** The pools that are left; none: the thread is to end. */
    private static List<BlockPool> pools() {
        synchronized (POOLS) {
            List<BlockPool> alive = new ArrayList<>();
            POOLS.removeIf(reference -> reference.refersTo(null));
            for (WeakReference<BlockPool> reference : POOLS) {
                BlockPool pool = reference.get();
                if (pool != null) {
                    alive.add(pool);
                }
            }
            if (alive.isEmpty()) {
                thread = null;
            }
            return alive;
        }
    }

    @Override
    public void run() {
        while (round()) {
            try {
                Thread.sleep(PERIOD_MILLIS);
            } catch (InterruptedException e) {
                /* nobody of ours interrupts it; what is left to do matters more */
            }
        }
    }

    /** One turn over all pools, in a method of its own so that no local variable keeps a pool alive while it sleeps. */
    private static boolean round() {
        List<BlockPool> pools = pools();
        for (BlockPool pool : pools) {
            try {
                pool.upkeep(System.nanoTime());
            } catch (RuntimeException | Error e) {
                LOG.log(System.Logger.Level.ERROR, () -> "upkeep of " + pool + " failed; it is tried again", e);
            }
        }
        return !pools.isEmpty();
    }
}
