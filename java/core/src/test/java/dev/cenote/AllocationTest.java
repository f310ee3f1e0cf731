package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/**
 * No path of a warmed-up pool allocates on the Java heap.
 */
class AllocationTest {

    private static final int WARM_UP = 30_000;
    private static final int MEASURED = 100_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private void allocatesNothing(String what, Runnable step) {
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
        /* the measuring call itself may allocate a little; 1000 bytes are a hundredth of a byte an operation */
        assertThat(least).as("bytes of %d times %s", MEASURED, what).isLessThan(1000);
    }

    @Test
    void noPath_allocates() {
        try (BlockPool pool = TestPools.builder().maximumBytes(4 << 20).build()) {
            LocalBlockPool local = pool.local();
            Block[] many = new Block[600]; /* more than a thread may keep: every round goes to the depot */
            allocatesNothing("get and put", () -> pool.put(pool.get()));
            allocatesNothing("tryGet and close", () -> pool.tryGet().close());
            allocatesNothing("local get and put", () -> local.put(local.get()));
            allocatesNothing("get, write, buffer, put", () -> {
                Block block = pool.get();
                block.putLong(0, block.getLong(8) + block.buffer().get(3));
                pool.put(block);
            });
            allocatesNothing("put with a tag", () -> pool.put(pool.get(), "tag"));
            allocatesNothing("bulk, through the depot", () -> {
                pool.getAll(many, 0, many.length);
                pool.putAll(many, 0, many.length);
            });
            allocatesNothing("local bulk, through the depot", () -> {
                local.getAll(many, 0, many.length);
                local.putAll(many, 0, many.length);
            });
        }
    }

    @Test
    void sizedPaths_allocateNothing() {
        try (SizedPool pool = SizedPool.builder().backend(TestPools.BACKEND).build()) {
            allocatesNothing("get(bytes) and put", () -> pool.put(pool.get(700)));
            if (TestPools.hasAddresses()) {
                long[] many = new long[500]; /* more than a slab holds */
                allocatesNothing("allocate and free", () -> pool.free(pool.allocate(700), 700));
                allocatesNothing("allocate and free of a medium size", () -> pool.free(pool.allocate(9000), 9000));
                allocatesNothing("many, through the pool of slabs", () -> {
                    for (int i = 0; i < many.length; i++) {
                        many[i] = pool.allocate(700);
                    }
                    for (long address : many) {
                        pool.free(address, 700);
                    }
                });
            }
        }
    }

    @Test
    void rawPath_allocatesNothing() {
        assumeTrue(TestPools.hasAddresses());
        try (BlockPool pool = TestPools.builder().build()) {
            allocatesNothing("getAddress and putAddress", () -> pool.putAddress(pool.getAddress()));
        }
    }
}
