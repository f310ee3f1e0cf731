package dev.cenote.flow;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The one daemon thread of a class loader that drives all its flow schedulers. It begins with the first running scheduler that has a
 * pool and ends with the last, so it does not keep the class loader alive.
 */
final class FlowThread implements Runnable {

    private static final System.Logger LOG = System.getLogger(FlowThread.class.getName());
    private static final Object LOCK = new Object();
    private static final List<FlowScheduler> SCHEDULERS = new ArrayList<>();
    private static @Nullable Thread thread;

    private FlowThread() {
    }

    /** Drives a scheduler until it says that it has nothing to do. Does nothing if that is so already. */
    static void drive(FlowScheduler scheduler) {
        synchronized (LOCK) {
            if (!SCHEDULERS.contains(scheduler)) {
                SCHEDULERS.add(scheduler);
                scheduler.begin(System.nanoTime());
            }
            if (thread == null) {
                Thread started = new Thread(null, new FlowThread(), "cenote-flow", 0, false);
                started.setDaemon(true);
                started.setContextClassLoader(null);
                started.start();
                thread = started;
            }
            LOCK.notifyAll();
        }
    }

    /** The thread, while there is one. */
    static @Nullable Thread thread() {
        synchronized (LOCK) {
            return thread;
        }
    }

    @Override
    public void run() {
        List<FlowScheduler> due = new ArrayList<>();
        while (await(due)) {
            for (FlowScheduler scheduler : due) {
                try {
                    scheduler.step();
                } catch (RuntimeException | Error e) { /* of ours: a pool's or a listener's is caught within */
                    LOG.log(System.Logger.Level.ERROR, "a step of " + scheduler + " failed; it is tried again", e);
                }
            }
        }
    }

    /** Waits until schedulers are due; false: none is left, and the thread is to end. */
    private static boolean await(List<FlowScheduler> due) {
        due.clear();
        synchronized (LOCK) {
            while (true) {
                SCHEDULERS.removeIf(FlowThread::isOver);
                if (SCHEDULERS.isEmpty()) {
                    thread = null;
                    return false;
                }
                long now = System.nanoTime();
                long wait = Long.MAX_VALUE;
                for (FlowScheduler scheduler : SCHEDULERS) {
                    long left = scheduler.dueNanos() - now;
                    if (left <= 0) {
                        due.add(scheduler);
                        scheduler.begin(now);
                    }
                    wait = Math.min(wait, left);
                }
                if (!due.isEmpty()) {
                    return true;
                }
                try {
                    LOCK.wait(wait / 1_000_000, (int) (wait % 1_000_000));
                } catch (InterruptedException e) {
                    /* nobody of ours interrupts it; what is left to do matters more */
                }
            }
        }
    }

    private static boolean isOver(FlowScheduler scheduler) {
        if (scheduler.hasWork()) {
            return false;
        }
        scheduler.rest();
        return true;
    }
}
