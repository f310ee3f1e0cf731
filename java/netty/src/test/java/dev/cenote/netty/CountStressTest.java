package dev.cenote.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.util.ResourceLeakDetector;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * The reference count under threads that retain and release as fast as they can: each buffer has exactly one last release, and
 * its last holder sees what the others wrote. The same stress finds a count that loses updates.
 */
class CountStressTest {

    private static final int THREADS = 3;
    private static final int TURNS = 300;
    private static final int ROUNDS = 200;

    /** What is under stress. */
    private interface Counted {
        void retain();

        boolean release();

        /** Adds one to the place of a thread; only a holder calls. */
        void mark(int thread);

        /** Whether all marks of all threads are there; called by the last holder just before it releases. */
        boolean isComplete(int marks);
    }

    private record OfBuffer(ByteBuf buffer) implements Counted {
        @Override
        public void retain() {
            buffer.retain();
        }

        @Override
        public boolean release() {
            return buffer.release();
        }

        @Override
        public void mark(int thread) {
            buffer.setInt(64 * thread, buffer.getInt(64 * thread) + 1);
        }

        @Override
        public boolean isComplete(int marks) {
            int sum = 0;
            for (int thread = 0; thread < THREADS; thread++) {
                sum += buffer.getInt(64 * thread);
            }
            return sum == marks;
        }
    }

    /** The seeded mistake: a count without an atomic operation; volatile, or the compiler would leave out pairs of steps. */
    private static final class Broken implements Counted {
        private volatile int count = 1;

        @Override
        public void retain() {
            int seen = count;
            count = seen + 1;
        }

        @Override
        public boolean release() {
            int seen = count;
            count = seen - 1;
            return seen == 1;
        }

        @Override
        public void mark(int thread) {
        }

        @Override
        public boolean isComplete(int marks) {
            return true;
        }
    }

    /** Runs rounds until one goes wrong; tells what, or null. */
    private static String stress(Supplier<Counted> source, int rounds) throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(THREADS);
        Counted[] now = new Counted[1];
        AtomicInteger lasts = new AtomicInteger();
        String[] wrong = new String[1];
        Thread[] threads = new Thread[THREADS];
        for (int t = 0; t < THREADS; t++) {
            int thread = t;
            threads[t] = new Thread(() -> {
                try {
                    for (int round = 0; round < rounds; round++) {
                        if (thread == 0) {
                            now[0] = source.get();
                            for (int i = 1; i < THREADS; i++) {
                                now[0].retain();
                            }
                            lasts.set(0);
                        }
                        barrier.await();
                        if (wrong[0] != null) {
                            return;
                        }
                        work(now[0], thread, lasts);
                        barrier.await();
                        if (thread == 0 && lasts.get() != 1) {
                            wrong[0] = "round " + round + " had " + lasts.get() + " last releases";
                        }
                    }
                } catch (Exception e) {
                    wrong[0] = e.toString();
                    barrier.reset();
                }
            });
            threads[t].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return wrong[0];
    }

    private static void work(Counted counted, int thread, AtomicInteger lasts) {
        for (int i = 0; i < TURNS; i++) {
            counted.retain();
            counted.mark(thread);
            if (counted.release()) {
                lasts.addAndGet(1000);
            }
        }
        if (counted.release()) {
            lasts.incrementAndGet();
        }
    }

    @Test
    void everyBuffer_hasOneLastRelease() throws Exception {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        try (CenoteByteBufAllocator allocator = Kind.builder().name("counts").build();
                CenoteByteBufAllocator strict = Kind.builder().name("strict").freshBuffers(true).build()) {
            for (Supplier<ByteBuf> source : java.util.List.<Supplier<ByteBuf>>of(() -> allocator.directBuffer(256),
                    () -> allocator.heapBuffer(256), () -> strict.directBuffer(256))) {
                assertThat(stress(() -> new OfBuffer(source.get().setZero(0, 256)), ROUNDS)).isNull();
            }
            assertThat(allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory()).isZero();
        } finally {
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        }
    }

    /** The last of several holders, whoever it is, reads all that the others wrote before they released. */
    @Test
    void lastHolder_seesWhatOthersWrote() throws Exception {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        try (CenoteByteBufAllocator allocator = Kind.builder().name("sight").build()) {
            for (int round = 0; round < 300; round++) {
                OfBuffer counted = new OfBuffer(allocator.directBuffer(256).setZero(0, 256).retain());
                Thread writer = new Thread(() -> {
                    for (int i = 0; i < 100; i++) {
                        counted.mark(1);
                    }
                    counted.release();
                });
                writer.start();
                while (counted.buffer.refCnt() != 1) {
                    Thread.onSpinWait();
                }
                counted.buffer.retain().release(); /* acquires, as every release does; refCnt() alone promises no order */
                assertThat(counted.isComplete(100)).isTrue();
                assertThat(counted.release()).isTrue();
                writer.join();
            }
        } finally {
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        }
    }

    @Test
    void countWithoutAtomics_isFound() throws Exception {
        assertThat(stress(Broken::new, 100_000)).as("the stress found the seeded mistake").isNotNull();
    }
}
