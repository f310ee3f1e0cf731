package dev.cenote.bench.sizes;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.lwjgl.system.MemoryUtil;

/**
 * One of the classical workloads, run by {@link #threads} threads until the time is over. An operation is an allocation
 * with the free that belongs to it; every block's first word is written.
 */
abstract class Workload {

    static final int THREADS = 2;

    private static final Map<String, Class<? extends Workload>> ALL = Map.of("larson", Larson.class, "xmalloc", Xmalloc.class,
        "mstress", Mstress.class, "sh6", Sh6.class, "sh8", Sh8.class, "alloc-test", AllocTest.class, "cache-scratch",
        CacheScratch.class, "cache-thrash", CacheThrash.class);

    private static final ThreadMXBean THREAD_TIMES = ManagementFactory.getThreadMXBean();

    final SizesPeer peer;
    private final LongAdder cpuNanos = new LongAdder();
    volatile boolean over;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private long operationsDone;
    private final long[] operations = new long[16 * (THREADS + 1)];

    Workload(SizesPeer peer) {
        this.peer = peer;
    }

    static Workload named(String name, SizesPeer peer) {
        Class<? extends Workload> type = ALL.get(name);
        if (type == null) {
            throw new IllegalArgumentException("no workload is called " + name);
        }
        try {
            return type.getDeclaredConstructor(SizesPeer.class).newInstance(peer);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What one of the threads does until the time is over, holding blocks from call to call. */
    abstract void run(int index) throws InterruptedException;

    /** Before the threads start. */
    void prepare() {
    }

    /** After the threads have ended: blocks that are held, by whom. */
    abstract void holdings(Holdings into);

    /** Gives everything back. */
    abstract void end();

    /** Runs it; gives nanoseconds of a thread for an operation. */
    double measure(long millis) throws InterruptedException {
        over = false;
        cpuNanos.reset();
        java.util.Arrays.fill(operations, 0);
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            int index = i;
            threads.add(begin(() -> {
                start.await();
                run(index);
            }));
        }
        long began = System.nanoTime();
        start.countDown();
        long left = millis;
        while (left > 0 && failure.get() == null) {
            Thread.sleep(Math.min(left, 20));
            left = millis - (System.nanoTime() - began) / 1_000_000;
        }
        over = true;
        for (Thread thread : threads) {
            thread.join();
        }
        long nanos = System.nanoTime() - began;
        if (failure.get() != null) {
            throw new IllegalStateException(failure.get());
        }
        long sum = 0;
        for (long each : operations) {
            sum += each;
        }
        operationsDone = sum;
        return (double) nanos * THREADS / sum;
    }

    /** Of the last measurement: processor time of all threads for an operation; says something on a busy machine too. */
    double cpuNanos() {
        return (double) cpuNanos.sum() / operationsDone;
    }

    interface Body {
        void run() throws InterruptedException;
    }

    /** A thread whose failure ends the run. */
    final Thread begin(Body body) {
        Thread thread = new Thread(() -> {
            try {
                body.run();
            } catch (Throwable e) {
                failure.compareAndSet(null, e);
                over = true;
            } finally {
                cpuNanos.add(THREAD_TIMES.getCurrentThreadCpuTime());
            }
        });
        thread.start();
        return thread;
    }

    boolean hasFailed() {
        return failure.get() != null;
    }

    final void did(int index, long count) {
        operations[16 * index] += count;
    }

    final long take(int bytes) {
        long address = peer.allocate(bytes);
        if (bytes >= Long.BYTES) {
            MemoryUtil.memPutLong(address, bytes);
        } else {
            MemoryUtil.memPutByte(address, (byte) bytes);
        }
        return address;
    }

    final void give(long address, int bytes) {
        if (bytes >= Long.BYTES && MemoryUtil.memGetLong(address) != bytes && peer.isAllocator()) {
            throw new IllegalStateException("OVERLAP: a block of " + bytes + " bytes was written by another");
        }
        peer.free(address, bytes);
    }

    /** Xorshift: the same cheap generator for every allocator. */
    static final class Dice {
        private long state;

        Dice(long seed) {
            state = seed * 0x9E3779B97F4A7C15L + 1;
        }

        int next() {
            state ^= state << 13;
            state ^= state >>> 7;
            state ^= state << 17;
            return (int) (state >>> 32);
        }

        int below(int bound) {
            return (int) ((next() & 0xFFFFFFFFL) * bound >>> 32);
        }
    }

    /** Which cache lines blocks lie on, and who holds them. */
    static final class Holdings {
        private static final int LINE_LOG = 6;
        private final Map<Long, Integer> holder = new HashMap<>();
        private final List<long[]> blocks = new ArrayList<>();

        void add(int thread, long address, int bytes) {
            blocks.add(new long[] {address, bytes, thread});
            for (long line = address >>> LINE_LOG; line <= address + bytes - 1 >>> LINE_LOG; line++) {
                holder.merge(line, thread, (a, b) -> a.equals(b) ? a : -1);
            }
        }

        /** The share of blocks that lie on a line with a block of another thread. */
        double shared() {
            long shared = blocks.stream().filter(block -> {
                for (long line = block[0] >>> LINE_LOG; line <= block[0] + block[1] - 1 >>> LINE_LOG; line++) {
                    if (holder.get(line) == -1) {
                        return true;
                    }
                }
                return false;
            }).count();
            return blocks.isEmpty() ? 0 : (double) shared / blocks.size();
        }

        int count() {
            return blocks.size();
        }
    }
}
