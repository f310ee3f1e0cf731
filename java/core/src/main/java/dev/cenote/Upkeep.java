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
    private static final int ROUNDS_PER_RECORD = 10;
    private static final List<Member> POOLS = new ArrayList<>();
    private static @Nullable Thread thread;

    private int rounds;

    private Upkeep() {
    }

    /** A pool, held weakly, with what is remembered about it from record to record. */
    private static final class Member extends WeakReference<BlockPool> {
        private final PoolRecorder recorder = new PoolRecorder();

        Member(BlockPool pool) {
            super(pool);
        }
    }

    static void join(BlockPool pool) {
        synchronized (POOLS) {
            POOLS.add(new Member(pool));
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
    private static List<Member> members() {
        synchronized (POOLS) {
            POOLS.removeIf(reference -> reference.refersTo(null));
            if (POOLS.isEmpty()) {
                thread = null;
            }
            return new ArrayList<>(POOLS);
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
    private boolean round() {
        List<Member> members = members();
        boolean records = rounds++ % ROUNDS_PER_RECORD == 0;
        for (Member member : members) {
            BlockPool pool = member.get();
            if (pool != null) {
                upkeep(pool, records ? member.recorder : null);
            }
        }
        return !members.isEmpty();
    }

    private static void upkeep(BlockPool pool, @Nullable PoolRecorder recorder) {
        try {
            pool.upkeep(System.nanoTime());
            if (recorder != null) {
                recorder.record(pool);
            }
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, () -> "upkeep of " + pool + " failed; it is tried again", e);
        }
    }
}
