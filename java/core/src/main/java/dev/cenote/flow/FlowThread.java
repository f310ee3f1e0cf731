package dev.cenote.flow;

import dev.cenote.internal.Roaming;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one daemon thread of a class loader that drives all its flow schedulers. It begins with the first running scheduler that has a
 * pool and ends with the last, so it does not keep the class loader alive.
 */
final class FlowThread implements Runnable {

    private static final System.Logger LOG = System.getLogger(FlowThread.class.getName());
    private static final Object LOCK = new Object();
    /** Replaced as a whole, under the lock. */
    private static volatile FlowScheduler[] schedulers = {};
    private static @Nullable Thread thread;


    private FlowThread() {
    }

    /** Drives a scheduler until it says that it has nothing to do. Does nothing if that is so already. */
    static void drive(FlowScheduler scheduler) {
        synchronized (LOCK) {
            FlowScheduler[] seen = schedulers;
            if (!Arrays.asList(seen).contains(scheduler)) {
                FlowScheduler[] more = Arrays.copyOf(seen, seen.length + 1);
                more[seen.length] = scheduler;
                scheduler.begin(System.nanoTime());
                schedulers = more;
            }
            if (thread == null) {
                Thread started = new Thread(null, new FlowThread(), "cenote-flow", 0, false);
                started.setDaemon(true);
                started.setContextClassLoader(null);
                started.start();
                thread = started;
            }
            LockSupport.unpark(thread);
        }
    }

    /** The thread, while there is one. */
    static @Nullable Thread thread() {
        synchronized (LOCK) {
            return thread;
        }
    }

    /**
     * This loop is run by the interpreter for minutes in a program's life, twice a second with cold caches: so it is short, takes no
     * lock unless a scheduler ends, and waits by parking, which costs less than a monitor's wait.
     */
    @Override
    public void run() {
        Roaming.roam();
        while (true) {
            long now = System.nanoTime();
            long wait = Long.MAX_VALUE;
            for (FlowScheduler scheduler : schedulers) {
                long left = scheduler.dueNanos() - now;
                if (!scheduler.hasWork()) {
                    if (end(scheduler)) {
                        return;
                    }
                } else if (left <= 0) {
                    scheduler.begin(now);
                    step(scheduler);
                    wait = 0;
                } else if (left < wait) {
                    wait = left;
                }
            }
            if (wait > 0) {
                LockSupport.parkNanos(LOCK, wait); /* or until another scheduler comes; to wake too early is no harm */
            }
        }
    }

    private static void step(FlowScheduler scheduler) {
        try {
            scheduler.stepDue();
        } catch (RuntimeException | Error e) { /* of ours: a pool's or a listener's is caught within */
            LOG.log(System.Logger.Level.ERROR, "a step of " + scheduler + " failed; it is tried again", e);
        }
    }

    /** Drives a scheduler no longer, unless it has work again; true: none is left, and the thread is to end. */
    private static boolean end(FlowScheduler scheduler) {
        synchronized (LOCK) {
            if (!scheduler.hasWork()) {
                scheduler.rest();
                schedulers = Arrays.stream(schedulers).filter(each -> each != scheduler).toArray(FlowScheduler[]::new);
            }
            if (schedulers.length == 0) {
                thread = null;
                return true;
            }
            return false;
        }
    }
}
