package dev.cenote;

import dev.cenote.internal.Pulse;
import dev.cenote.internal.Roaming;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One daemon thread for all pools of a class loader: finds dead threads' magazines, releases closed pools, and lets
 * stores and other tasks do what is due. It ends when none is left, so it does not keep the class loader alive.
 */
final class Upkeep implements Runnable {

    private static final System.Logger LOG = System.getLogger(Upkeep.class.getName());
    private static final long PERIOD_MILLIS = 100;
    private static final int ROUNDS_PER_RECORD = 10;
    private static final int ROUNDS_AT_REST = 300; /* half a minute: time for a collector to find a pool that was forgotten */
    private static final List<Member> POOLS = new ArrayList<>();
    private static final List<Task> TASKS = new ArrayList<>();
    private static @Nullable Thread thread;

    private int rounds;
    private boolean askedToRoam;

    /** Something else that is due every 100 ms or so, for as long as it has joined. */
    interface Task {
        void upkeep(long nowNanos);
    }

    private Upkeep() {
    }

    /** A pool, held weakly, with what is remembered about it from record to record. */
    private static final class Member extends WeakReference<BlockPool> {
        private final PoolRecorder recorder = new PoolRecorder();
        private final Pulse pulse;

        Member(BlockPool pool) {
            super(pool);
            this.pulse = pool.pulse();
        }

        /** The pool, if it is there and to be looked at; see {@link Pulse} for why it is asked for so seldom. */
        @Nullable BlockPool due(boolean seldom, boolean records) {
            return pulse.isDue(seldom) || records && recorder.isBehind() ? get() : null;
        }
    }

    static void join(BlockPool pool) {
        synchronized (POOLS) {
            POOLS.add(new Member(pool));
            start();
        }
    }

    static void join(Task task) {
        synchronized (POOLS) {
            TASKS.add(task);
            start();
        }
    }

    static void leave(Task task) {
        synchronized (POOLS) {
            TASKS.remove(task);
        }
    }

    /** Under the lock. */
    private static void start() {
        if (thread == null) {
            Thread started = new Thread(null, new Upkeep(), "cenote-upkeep", 0, false);
            started.setDaemon(true);
            started.setContextClassLoader(null);
            started.start();
            thread = started;
        }
    }

    static void leave(BlockPool pool) {
        synchronized (POOLS) {
            POOLS.removeIf(reference -> reference.refersTo(pool) || reference.refersTo(null));
        }
    }

    /** What is left to look after. */
    private record Due(List<Member> members, List<Task> tasks) {
        boolean isNothing() {
            return members.isEmpty() && tasks.isEmpty();
        }
    }

    /** The pools and tasks that are left; none: the thread is to end. */
    private static Due due() {
        synchronized (POOLS) {
            POOLS.removeIf(reference -> reference.refersTo(null));
            Due due = new Due(new ArrayList<>(POOLS), new ArrayList<>(TASKS));
            if (due.isNothing()) {
                thread = null;
            }
            return due;
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

    /** One turn over all, in a method of its own so that no local variable keeps a pool alive while it sleeps. */
    private boolean round() {
        askedToRoam = askedToRoam || Roaming.roam(); /* not before the first native pool */
        Due due = due();
        due.tasks.forEach(Upkeep::upkeep);
        boolean records = rounds % ROUNDS_PER_RECORD == 0;
        boolean seldom = rounds++ % ROUNDS_AT_REST == 0;
        for (Member member : due.members) {
            BlockPool pool = member.due(seldom, records);
            if (pool != null) {
                upkeep(pool, member, records);
            } else if (records) {
                member.recorder.repeat();
            }
        }
        return !due.isNothing();
    }

    private static void upkeep(Task task) {
        try {
            task.upkeep(System.nanoTime());
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, () -> "upkeep of " + task + " failed; it is tried again", e);
        }
    }

    private static void upkeep(BlockPool pool, Member member, boolean records) {
        try {
            member.pulse.looked(pool.upkeep(System.nanoTime()));
            if (records) {
                member.recorder.record(pool);
            }
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, () -> "upkeep of " + pool + " failed; it is tried again", e);
        }
    }
}
