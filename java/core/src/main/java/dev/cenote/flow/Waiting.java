package dev.cenote.flow;

import dev.cenote.PoolExhaustedException;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Threads that wait for an object of a pool at its limit. They park; every put that finds the pool hungry wakes them.
 */
final class Waiting {

    /** A put reads the control word late sometimes; so a waiter looks again after this time. */
    private static final long LOOK_NANOS = 1_000_000L;
    private static final long FOREVER_NANOS = Long.MAX_VALUE / 2;

    private final ConcurrentLinkedQueue<Thread> threads = new ConcurrentLinkedQueue<>();

    boolean areThere() {
        return !threads.isEmpty();
    }

    void wake() {
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
        }
    }

    /** Waits for an object; the caller found none. */
    <T> T await(GenerationalPool<T> pool, Duration wait) {
        long nanos = nanosOf(wait);
        long began = System.nanoTime();
        Thread thread = Thread.currentThread();
        threads.add(thread);
        try {
            while (true) {
                @Nullable T object = pool.tryGet();
                if (object != null) {
                    return object;
                }
                long left = nanos - (System.nanoTime() - began);
                if (left <= 0 || thread.isInterrupted()) {
                    throw new PoolExhaustedException(pool.exhaustedText() + " after waiting " + wait
                        + (left > 0 ? ", until the thread was interrupted" : ""));
                }
                LockSupport.parkNanos(this, Math.min(left, LOOK_NANOS));
            }
        } finally {
            threads.remove(thread);
        }
    }

    private static long nanosOf(Duration wait) {
        try {
            return Math.max(0, Math.min(wait.toNanos(), FOREVER_NANOS));
        } catch (ArithmeticException e) {
            return wait.isNegative() ? 0 : FOREVER_NANOS;
        }
    }
}
