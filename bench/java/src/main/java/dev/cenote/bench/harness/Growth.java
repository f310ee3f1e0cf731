package dev.cenote.bench.harness;

import dev.cenote.Block;
import dev.cenote.BlockPool;
import dev.cenote.BlockPoolStats;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A pool that has to grow while it is used: {@value #THREADS} threads take blocks, write them and keep them, until
 * {@value #MEBIBYTES} MiB are out; then the pool is closed and the next round begins with a new one. Once at a pace of
 * {@value #PACED_MEBIBYTES} MiB a second together, which is what is judged, and once as fast as the threads can, named
 * "flat-out". The figures are what the pool says of itself.
 *
 * <p>Arguments: block bytes, rounds.
 */
public final class Growth {

    private static final int THREADS = 2;
    private static final int MEBIBYTES = 768;
    private static final int PACED_MEBIBYTES = 1024;
    private static final int BURST = 64;

    private Growth() {
    }

    /** Runs it. */
    public static void main(String[] args) throws InterruptedException {
        int bytes = Integer.parseInt(args[0]);
        int rounds = Integer.parseInt(args[1]);
        run(bytes, 1, PACED_MEBIBYTES, "warm-up-");   // teaches the JIT; not judged
        run(bytes, rounds, PACED_MEBIBYTES, "");
        run(bytes, rounds, Integer.MAX_VALUE, "flat-out-");
    }

    private static void run(int bytes, int rounds, int mebibytesPerSecond, String prefix) throws InterruptedException {
        Sum sum = new Sum();
        for (int round = 0; round < rounds; round++) {
            sum.add(grow(bytes, mebibytesPerSecond));
        }
        if (!prefix.startsWith("warm-up")) {
            sum.tell(prefix);
        }
    }

    private static BlockPoolStats grow(int bytes, int mebibytesPerSecond) throws InterruptedException {
        int blocks = (int) (((long) MEBIBYTES << 20) / bytes / THREADS);
        double nanosPerBurst = 1e9 * THREADS * BURST * bytes / ((double) mebibytesPerSecond * (1 << 20));
        try (BlockPool pool = BlockPool.builder().name("growth").blockBytes(bytes).maximumBytes(1L << 30).build()) {
            CountDownLatch taken = new CountDownLatch(THREADS);
            CountDownLatch over = new CountDownLatch(1);
            Thread[] takers = new Thread[THREADS];
            for (int i = 0; i < THREADS; i++) {
                takers[i] = new Thread(() -> take(pool, blocks, nanosPerBurst, taken, over), "taker-" + i);
                takers[i].start();
            }
            while (!taken.await(50, TimeUnit.MILLISECONDS)) {
                for (Thread taker : takers) {
                    if (!taker.isAlive() && taken.getCount() > 0) {
                        throw new IllegalStateException(taker.getName() + " died before it had its blocks");
                    }
                }
            }
            BlockPoolStats stats = pool.stats();
            over.countDown();
            for (Thread taker : takers) {
                taker.join();
            }
            return stats;
        }
    }

    private static void take(BlockPool pool, int count, double nanosPerBurst, CountDownLatch taken, CountDownLatch over) {
        Block[] blocks = new Block[count];
        int last = pool.blockBytes() - 1;
        long begun = System.nanoTime();
        for (int i = 0; i < count; i++) {
            if (i % BURST == 0) {
                waitUntil(begun + (long) (i / BURST * nanosPerBurst));
            }
            Block block = pool.get();
            block.putByte(0, (byte) 1);
            block.putByte(last, (byte) 1);
            blocks[i] = block;
        }
        taken.countDown();
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Block block : blocks) {
            pool.put(block);
        }
    }

    private static void waitUntil(long nanos) {
        for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    /** The rounds together. */
    private static final class Sum {
        private long gets;
        private long growths;
        private long withSpare;
        private long failed;
        private long waits;
        private long nanos;
        private double p99;
        private double longest;

        void add(BlockPoolStats stats) {
            gets += stats.gets();
            growths += stats.growths();
            withSpare += stats.growthsWithSpare();
            failed += stats.growthsFailed();
            waits += stats.growthWaits();
            nanos += stats.growthNanos();
            p99 = Math.max(p99, stats.growthLatency().percentileNanos(0.99));
            longest = Math.max(longest, stats.growthNanosMax());
        }

        void tell(String prefix) {
            Outcome.tell(prefix + "growths", growths);
            Outcome.tell(prefix + "with-spare-share", (double) withSpare / growths);
            Outcome.tell(prefix + "failed-share", (double) failed / (growths + failed));
            Outcome.tell(prefix + "mean-us", nanos / 1e3 / growths);
            Outcome.tell(prefix + "p99-us", p99 / 1e3);
            Outcome.tell(prefix + "max-us", longest / 1e3);
            Outcome.tell(prefix + "blocked-share", (double) waits / gets);
        }
    }
}
