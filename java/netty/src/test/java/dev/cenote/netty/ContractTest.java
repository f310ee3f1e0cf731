package dev.cenote.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the tests of the contract share: a kind of buffer, buffers that are released after the test, a check that nothing of
 * ours stays taken.
 */
@ParameterizedClass
@EnumSource(Kind.class)
abstract class ContractTest {

    static final int CAPACITY = 300;

    @Parameter
    Kind kind;

    private final List<ByteBuf> made = new ArrayList<>();

    ByteBuf make(int capacity) {
        return later(kind.buffer(capacity));
    }

    ByteBuf make(int capacity, int maxCapacity) {
        return later(kind.buffer(capacity, maxCapacity));
    }

    /** Sees to the release of a buffer that may be released already by then. */
    <T extends ByteBuf> T later(T buffer) {
        made.add(buffer);
        return buffer;
    }

    /** A full buffer of known bytes: its writer index is its capacity. */
    ByteBuf filled(int capacity) {
        return make(capacity).writeBytes(bytes(capacity, 7)); /* a composite of that capacity is empty at first too */
    }

    static byte[] bytes(int length, long seed) {
        byte[] made = new byte[length];
        new Random(seed).nextBytes(made);
        return made;
    }

    static byte[] content(ByteBuf buffer) {
        byte[] copy = new byte[buffer.readableBytes()];
        buffer.getBytes(buffer.readerIndex(), copy);
        return copy;
    }

    @AfterEach
    void nothingStaysTaken() {
        for (ByteBuf buffer : made) {
            if (buffer.refCnt() > 0) {
                buffer.release(buffer.refCnt());
            }
        }
        assertThat(Kind.usedByOurs()).as("bytes still taken").isZero();
    }
}
