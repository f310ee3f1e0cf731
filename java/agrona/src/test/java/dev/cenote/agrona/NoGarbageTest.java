package dev.cenote.agrona;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.cenote.ArenaKind;
import dev.cenote.Block;
import dev.cenote.BlockPool;
import dev.cenote.MemoryArena;
import dev.cenote.SizedPool;
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
    void pieces_allocateNothingWhereThereAreAddresses() {
        assumeTrue(TestMemory.hasAddresses());
        try (MemoryArena arena = TestMemory.arena(ArenaKind.CONFINED).build()) {
            UnsafeBuffer flyweight = new UnsafeBuffer();
            allocatesNothing("a piece, written; every 100 a reset", new Runnable() {
                private int count;

                @Override
                public void run() {
                    Wrap.piece(flyweight, arena, 64, 64);
                    flyweight.putLong(0, flyweight.getLong(8) + 1);
                    if (++count % 100 == 0) {
                        arena.reset();
                    }
                }
            });
        }
    }

    @Test
    void growing_allocatesNothingOnceTheBlocksHaveTheirViews() {
        try (SizedPool pool = TestMemory.sized().build()) {
            ExpandablePooledBuffer[] buffer = new ExpandablePooledBuffer[1];
            long each = leastAllocated(() -> {
                buffer[0] = new ExpandablePooledBuffer(pool);
                buffer[0].putLong(5000, 1);
                buffer[0].close();
            }) / MEASURED;
            assertThat(each).as("bytes for the buffer object itself").isBetween(16L, 64L);
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
