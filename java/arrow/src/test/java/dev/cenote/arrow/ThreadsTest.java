package dev.cenote.arrow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cenote.SizedPool;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Threads that allocate from children of one root and release each other's buffers: no overlap, exact accounts.
 */
class ThreadsTest {

    private static final int THREADS = 4;
    private static final int STEPS = 30_000;

    /** Marks a buffer at both ends, so that two owners of the same memory meet. */
    private static void mark(ArrowBuf buffer, long mark) {
        buffer.setLong(0, mark);
        buffer.setLong(buffer.capacity() - 8, ~mark);
    }

    private static void check(ArrowBuf buffer) {
        long mark = buffer.getLong(0);
        if (buffer.getLong(buffer.capacity() - 8) != ~mark) {
            throw new AssertionError("a buffer of " + buffer.capacity() + " bytes was overwritten: " + mark);
        }
    }

    @Test
    @Timeout(120) /* catches a hang */
    void buffers_releasedByOtherThreads() throws InterruptedException {
        long seed = System.nanoTime();
        try (SizedPool pool = TestMemory.builder().build();
                RootAllocator root = CenoteAllocation.over(pool).rootAllocator(Long.MAX_VALUE)) {
            ArrayBlockingQueue<ArrowBuf> handed = new ArrayBlockingQueue<>(256);
            AtomicReference<Throwable> failure = new AtomicReference<>();
            List<Thread> threads = new ArrayList<>();
            List<BufferAllocator> children = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                BufferAllocator child = root.newChildAllocator("thread-" + t, 0, Long.MAX_VALUE);
                children.add(child);
                Random random = new Random(seed + t);
                long number = (long) t << 32;
                Thread thread = new Thread(() -> {
                    try {
                        for (int step = 0; step < STEPS; step++) {
                            ArrowBuf buffer = child.buffer(16 + random.nextInt(random.nextInt(8) == 0 ? 200_000 : 4000));
                            mark(buffer, number + step);
                            if (!handed.offer(buffer)) {
                                check(buffer);
                                buffer.close();
                            }
                            ArrowBuf other = random.nextBoolean() ? handed.poll() : null;
                            if (other != null) {
                                check(other);
                                other.close();
                            }
                        }
                    } catch (Throwable e) {
                        failure.compareAndSet(null, e);
                    }
                }, "arrow-" + t);
                thread.setDaemon(true);
                thread.start();
                threads.add(thread);
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(failure.get()).as("seed %d", seed).isNull();
            long left = 0;
            for (ArrowBuf buffer : handed) {
                check(buffer);
                left += buffer.capacity();
            }
            assertThat(root.getAllocatedMemory()).as("seed %d", seed).isEqualTo(left);
            handed.forEach(ArrowBuf::close);
            assertThat(root.getAllocatedMemory()).isZero();
            assertThat(pool.stats().bytesInUse()).isZero();
            children.forEach(BufferAllocator::close);
        }
    }
}
