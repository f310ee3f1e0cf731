package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;

/**
 * The bound of a sized pool, reached by many threads at the same instant.
 */
class SizedPoolLimitTest {

    private static final int THREADS = 8;
    private static final int ROUNDS = 60;
    private static final long MAXIMUM_BYTES = 1 << 20; /* chunks are 32 KiB */

    /** Threads take blocks until there is none, all from the same beginning; tells what is in service then. */
    private static long fill(SizedPool pool, int... sizes) throws Exception {
        ConcurrentLinkedQueue<Block> taken = new ConcurrentLinkedQueue<>();
        CyclicBarrier start = new CyclicBarrier(THREADS);
        TestPools.inThreads(THREADS, index -> {
            start.await();
            for (Block block = pool.tryGet(sizes[index % sizes.length]); block != null;
                    block = pool.tryGet(sizes[index % sizes.length])) {
                taken.add(block);
            }
        });
        assertThat(taken).isNotEmpty();
        long committed = pool.stats().bytesCommitted(); /* one chunk too many would still have its blocks out */
        taken.forEach(Block::close);
        return committed;
    }

    private static void holds(int... sizes) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            try (SizedPool pool = SizedPool.builder().name("bounded").backend(TestPools.BACKEND).maximumBytes(MAXIMUM_BYTES)
                    .largestPooledBytes(64 << 10).build()) {
                assertThat(fill(pool, sizes)).as("bytes in service, sizes %s", Arrays.toString(sizes))
                    .isLessThanOrEqualTo(MAXIMUM_BYTES);
                assertThat(fill(pool, sizes)).isLessThanOrEqualTo(MAXIMUM_BYTES);
            }
        }
    }

    @Test
    void threadsThatGrowOneClassAtOnce_stayBelowTheMaximum() throws Exception {
        holds(16 << 10);
    }

    @Test
    void threadsThatGrowSeveralClassesAtOnce_stayBelowTheMaximum() throws Exception {
        holds(16 << 10, 9 << 10, 30 << 10);
    }

    @Test
    void threadsThatTakeLargePiecesToo_stayBelowTheMaximum() throws Exception {
        holds(16 << 10, 100 << 10);
    }
}
