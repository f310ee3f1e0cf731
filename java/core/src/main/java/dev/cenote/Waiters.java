package dev.cenote;

import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Threads that wait for a block to come back. They park; every put that finds the pool hungry wakes them.
 */
final class Waiters {

    /** A put reads the pool's control word plainly and may see it late; so a waiter looks again after this time. */
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

    /** Waits for a block; the caller found none. */
    Block await(BlockPool pool, Duration wait) {
        long nanos = nanosOf(wait);
        long began = System.nanoTime();
        Thread thread = Thread.currentThread();
        threads.add(thread);
        try {
            while (true) {
                Block block = take(pool);
                if (block != null) {
                    return block;
                }
                long left = nanos - (System.nanoTime() - began);
                if (left <= 0 || thread.isInterrupted()) {
                    throw new PoolExhaustedException("pool \"" + pool.name() + "\" had no block of " + pool.blockBytes()
                        + " bytes for " + wait + (left > 0 ? ", then the thread was interrupted" : "")
                        + "; " + pool.stats().blocksInUse() + " are in use. Put blocks back or raise maximumBytes");
                }
                LockSupport.parkNanos(this, Math.min(left, LOOK_NANOS));
            }
        } finally {
            threads.remove(thread);
        }
    }

    private static @Nullable Block take(BlockPool pool) {
        pool.raise(BlockPool.HUNGRY);
        return pool.tryGet();
    }

    private static long nanosOf(Duration wait) {
        try {
            return Math.max(0, Math.min(wait.toNanos(), FOREVER_NANOS));
        } catch (ArithmeticException e) {
            return wait.isNegative() ? 0 : FOREVER_NANOS;
        }
    }
}
