package dev.cenote.netty.published;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.AbstractByteBufTest;
import io.netty.buffer.ByteBuf;
import io.netty.util.ResourceLeakDetector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Netty's published suite of the {@code ByteBuf} contract, on each sort of buffer of ours.
 * <p>One test of it is replaced, as Netty replaces it for its own pooled buffers: it wants what only unpooled ones have.
 */
@ParameterizedClass
@EnumSource(Sort.class)
class PublishedBufferTest extends AbstractByteBufTest {

    @Parameter
    Sort sort;

    @Override
    protected ByteBuf newBuffer(int capacity, int maxCapacity) {
        return sort.buffer(capacity, maxCapacity);
    }

    /**
     * The original wants no room beyond the capacity. A pooled buffer has the rest of its block, and Netty's test of its
     * pooled buffers asks for that: more is fast to write, never more than the limit allows.
     */
    @Test
    @Override
    public void testMaxFastWritableBytes() {
        ByteBuf buffer = newBuffer(150, 500).writerIndex(100);
        try {
            assertEquals(50, buffer.writableBytes());
            assertEquals(150, buffer.capacity());
            assertEquals(500, buffer.maxCapacity());
            assertEquals(400, buffer.maxWritableBytes());
            int fast = buffer.maxFastWritableBytes();
            assertTrue(fast >= 50 && fast <= 400, () -> "fast: " + fast);
            buffer.writeZero(fast);
            assertEquals(0, buffer.maxFastWritableBytes());
        } finally {
            buffer.release();
        }
    }

    /** What the suite itself gets from Netty is plain, and no access is recorded; the sorts decide about ours. */
    @BeforeAll
    static void watchNothingElse() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterAll
    static void nothingStaysTaken() {
        assertEquals(0, Sort.usedBytes(), "bytes still taken");
    }
}
