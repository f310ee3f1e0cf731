package dev.cenote.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * The canary of {@link LeakWatch}: a buffer of ours that is dropped without a release is reported, with the lines that touched
 * it; one that was released is not.
 */
class LeakTest {

    private static final CenoteByteBufAllocator ALLOCATOR = Kind.builder().name("leaks").build();

    /** Drops buffers until the detector tells of one; a buffer's memory is lost with it. */
    private static String leak(Supplier<ByteBuf> source) throws InterruptedException {
        for (int attempt = 0; attempt < 100; attempt++) {
            source.get().writeByte(1);
            List<String> reports = LeakWatch.collect();
            if (!reports.isEmpty()) {
                return String.join("\n", reports);
            }
        }
        throw new AssertionError("a leaked buffer was never reported");
    }

    @Test
    void leakedBuffers_areReportedWithTheirLines() throws InterruptedException {
        assertThat(leak(() -> ALLOCATOR.directBuffer(100).touch("the canary"))).contains("the canary", "LeakTest");
        assertThat(leak(() -> ALLOCATOR.heapBuffer(100))).contains("LeakTest");
        assertThat(leak(() -> {
            CompositeByteBuf composite = ALLOCATOR.compositeBuffer();
            return composite.addComponent(ALLOCATOR.directBuffer(10));
        })).contains("LeakTest");
        assertThat(ALLOCATOR.metric().usedDirectMemory()).as("what leaked stays taken").isPositive();
        LeakWatch.collect();
    }

    @Test
    void releasedBuffers_areNot() throws InterruptedException {
        LeakWatch.collect();
        List<ByteBuf> views = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            ByteBuf buffer = ALLOCATOR.directBuffer(64);
            views.add(buffer.retainedSlice(0, 10));
            views.add(buffer.retainedDuplicate());
            views.add(buffer.readRetainedSlice(0));
            buffer.capacity(5000).capacity(10);
            buffer.release();
        }
        views.forEach(ByteBuf::release);
        views.clear();
        assertThat(LeakWatch.collect()).isEmpty();
    }
}
