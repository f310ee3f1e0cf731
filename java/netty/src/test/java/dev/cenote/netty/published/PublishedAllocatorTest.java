package dev.cenote.netty.published;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.cenote.netty.CenoteByteBufAllocator;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.AbstractByteBufAllocatorTest;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Netty's published suite of {@code ByteBufAllocator} on ours, with recycled and with fresh buffer objects.
 */
@ParameterizedClass
@ValueSource(booleans = {false, true})
class PublishedAllocatorTest extends AbstractByteBufAllocatorTest<AbstractByteBufAllocator> {

    @Parameter
    boolean fresh;

    private final List<CenoteByteBufAllocator> opened = new ArrayList<>();

    @Override
    protected AbstractByteBufAllocator newAllocator(boolean preferDirect) {
        CenoteByteBufAllocator made =
            Sort.builder().name("allocator").preferDirect(preferDirect).freshBuffers(fresh).build();
        opened.add(made);
        return made;
    }

    /** Bounds the garbage of many buffers; with fresh buffers each has an object of its own, which is what they are for. */
    @Test
    @Override
    public void shouldReuseChunks() throws Exception {
        assumeFalse(fresh, "fresh buffers are new objects");
        super.shouldReuseChunks();
    }

    /** Asked for by the one test that is about the classes of Netty's unpooled buffers. */
    @Override
    protected AbstractByteBufAllocator newUnpooledAllocator() {
        return new UnpooledByteBufAllocator(false);
    }

    /** Ours are direct where they are preferred, whether or not Netty could free direct buffers of the JDK. */
    @Override
    protected boolean isDirectExpected(boolean preferDirect) {
        return preferDirect;
    }

    /** The capacities asked for are powers of two, which are size classes: nothing is rounded up. */
    @Override
    protected long expectedUsedMemory(AbstractByteBufAllocator allocator, int capacity) {
        return capacity;
    }

    @Override
    protected long expectedUsedMemoryAfterRelease(AbstractByteBufAllocator allocator, int capacity) {
        return 0;
    }

    @AfterEach
    void nothingStaysTaken() {
        for (CenoteByteBufAllocator allocator : opened) {
            assertEquals(0, allocator.metric().usedDirectMemory(), "bytes still taken");
            assertEquals(0, allocator.metric().usedHeapMemory(), "bytes still taken");
            allocator.close();
        }
    }
}
