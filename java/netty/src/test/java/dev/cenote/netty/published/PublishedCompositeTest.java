package dev.cenote.netty.published;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.BigEndianCompositeByteBufTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.util.ResourceLeakDetector;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Netty's published suite of composite buffers, on those of our allocator with components of ours.
 */
@ParameterizedClass
@EnumSource(value = Sort.class, names = {"DIRECT", "HEAP"})
class PublishedCompositeTest extends BigEndianCompositeByteBufTest {

    private static final int PARTS = 45; /* as the original has */

    @Parameter
    Sort sort;

    /**
     * What Netty 4.1 cannot do with any composite of several parts once the JVM denies {@code Unsafe}: it then asks for the one
     * view of all bytes, which such a composite does not have. Its own components fail alike.
     */
    private static final Set<String> TEXT_INTO_PARTS = Set.of("testSetCharSequenceMultipleThreads",
        "testWriteUtf8CharSequenceExpand", "testSetUtf8CharSequence", "testWriteReadUtf8CharSequence");

    @BeforeEach
    void onlyWhatNettyCanDoItself(TestInfo test) {
        assumeTrue(Sort.takesText() || !TEXT_INTO_PARTS.contains(test.getTestMethod().orElseThrow().getName()),
            "Netty 4.1 without Unsafe writes no text into composites of several parts");
    }

    @Override
    protected CompositeByteBuf newCompositeBuffer() {
        return sort.composite(Integer.MAX_VALUE);
    }

    /** Parts of all lengths, empty ones between them. */
    @Override
    protected ByteBuf newBuffer(int capacity, int maxCapacity) {
        assumeTrue(maxCapacity == Integer.MAX_VALUE, "a composite has no limit of its own");
        CompositeByteBuf made = sort.composite(Integer.MAX_VALUE);
        int part = capacity / PARTS + 1;
        for (int left = capacity, i = 0; left > 0; i++) {
            int bytes = Math.min(left, part + i % 3 - 1);
            made.addComponent(sort.buffer(bytes, bytes).setIndex(0, bytes));
            left -= bytes;
        }
        return made.setIndex(0, 0);
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
