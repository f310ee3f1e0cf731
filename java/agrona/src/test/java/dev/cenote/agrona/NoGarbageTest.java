package dev.cenote.agrona;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.cenote.Block;
import dev.cenote.BlockPool;
import java.lang.management.ManagementFactory;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/**
 * Wrapping allocates nothing once the blocks have their views.
 */
class NoGarbageTest {

    private static final int WARM_UP = 30_000;
    private static final int MEASURED = 100_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private void allocatesNothing(String what, Runnable step) {
        assertThat(leastAllocated(step)).as("bytes of %d times %s", MEASURED, what).isLessThan(1000);
    }

    private long leastAllocated(Runnable step) {
        for (int i = 0; i < WARM_UP; i++) {
            step.run();
        }
        @SuppressWarnings("deprecation") /* threadId() came with 19 */
        long thread = Thread.currentThread().getId();
        long least = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 5 && least > 0; attempt++) { /* the first one may meet a late initialisation */
            long before = threads.getThreadAllocatedBytes(thread);
            for (int i = 0; i < MEASURED; i++) {
                step.run();
            }
            least = Math.min(least, threads.getThreadAllocatedBytes(thread) - before);
        }
        return least;
    }

    @Test
    void wrapping_allocatesNothing() {
        try (BlockPool pool = TestMemory.builder().build()) {
            UnsafeBuffer flyweight = new UnsafeBuffer();
            allocatesNothing("get, wrapper, write, close", () -> {
                BlockBuffer buffer = BlockBuffer.of(pool.get());
                buffer.putLong(0, buffer.getLong(8) + 1);
                buffer.close();
            });
            allocatesNothing("get, flyweight, write, nothing, put", () -> {
                Block block = pool.get();
                Wrap.block(flyweight, block, 64, 128);
                flyweight.putLong(0, flyweight.getLong(8) + 1);
                Wrap.nothing(flyweight);
                pool.put(block);
            });
        }
    }

    @Test
    void meter_seesWhatDoesAllocate() {
        try (BlockPool pool = TestMemory.builder().build()) {
            UnsafeBuffer[] kept = new UnsafeBuffer[1];
            long bytes = leastAllocated(() -> {
                Block block = pool.get();
                kept[0] = new UnsafeBuffer(block.buffer());
                pool.put(block);
            });
            assertThat(bytes).isGreaterThan(MEASURED * 16L);
        }
    }
}
