package dev.cenote.agrona;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cenote.Block;
import dev.cenote.PoolExhaustedException;
import dev.cenote.SizedPool;
import java.nio.ByteBuffer;
import java.util.Random;
import org.agrona.ExpandableDirectByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A buffer that grows over blocks of a pool, beside Agrona's own.
 */
class ExpandablePooledBufferTest {

    private final SizedPool pool = TestMemory.sized().build();

    @AfterEach
    void close() {
        assertThat(pool.stats().bytesInUse()).isZero();
        pool.close();
    }

    @Test
    void newBuffer_isZeroAlsoOverAUsedBlock() {
        Block used = pool.get(128);
        used.buffer().put(0, new byte[] {1, 2, 3});
        used.buffer().position(5).limit(6); /* as a careless user leaves it */
        used.close();
        try (ExpandablePooledBuffer buffer = new ExpandablePooledBuffer(pool)) {
            assertThat(buffer.capacity()).isEqualTo(128);
            assertThat(buffer.isExpandable()).isTrue();
            assertThat(buffer.isOpen()).isTrue();
            assertThat(buffer.byteArray()).isNull();
            assertThat(buffer.byteBuffer()).isSameAs(used.buffer());
            for (int i = 0; i < 128; i++) {
                assertThat(buffer.getByte(i)).isZero();
            }
        }
    }

    @Test
    void put_beyondTheEndGrowsAndKeepsWhatWasThere() {
        try (ExpandablePooledBuffer buffer = new ExpandablePooledBuffer(pool, 64)) {
            buffer.putLong(0, 1);
            for (int at = 0; at < 3_000_000; at = at * 3 + 40) {
                buffer.putInt(at, at);
                assertThat(buffer.capacity()).isGreaterThanOrEqualTo(at + 4);
                assertThat(pool.stats().bytesInUse()).isEqualTo(buffer.capacity());
            }
            for (int at = 0; at < 3_000_000; at = at * 3 + 40) {
                assertThat(buffer.getInt(at)).isEqualTo(at);
            }
            assertThat(buffer.getLong(1_000_000)).isZero();
        }
    }

    @Test
    void randomOperations_agreeWithAgronas() {
        long seed = Long.getLong("cenote.test.seed", System.nanoTime());
        Random random = new Random(seed);
        ExpandableDirectByteBuffer model = new ExpandableDirectByteBuffer(64);
        try (ExpandablePooledBuffer buffer = new ExpandablePooledBuffer(pool, 64)) {
            int end = 64;
            byte[] bytes = new byte[300];
            for (int step = 0; step < 20_000; step++) {
                int index = random.nextInt(20) == 0 ? random.nextInt(2 * end + 16) : random.nextInt(end);
                index = Math.min(index, 1 << 20);
                long value = random.nextLong();
                switch (random.nextInt(6)) {
                    case 0 -> {
                        buffer.putLong(index, value);
                        model.putLong(index, value);
                        end = Math.max(end, index + 8);
                    }
                    case 1 -> {
                        random.nextBytes(bytes);
                        buffer.putBytes(index, bytes);
                        model.putBytes(index, bytes);
                        end = Math.max(end, index + bytes.length);
                    }
                    case 2 -> {
                        int length = buffer.putStringUtf8(index, "\u00fc" + value);
                        assertThat(length).isEqualTo(model.putStringUtf8(index, "\u00fc" + value));
                        end = Math.max(end, index + length);
                    }
                    case 3 -> {
                        int length = (int) (value & 1023);
                        buffer.setMemory(index, length, (byte) value);
                        model.setMemory(index, length, (byte) value);
                        end = Math.max(end, index + length);
                    }
                    case 4 -> {
                        buffer.checkLimit(index);
                        model.checkLimit(index);
                    }
                    default -> assertThat(buffer.getByte(Math.min(index, end - 1))).as("seed %d, step %d", seed, step)
                        .isEqualTo(model.getByte(Math.min(index, end - 1)));
                }
            }
            for (int i = 0; i < end; i++) {
                if (buffer.getByte(i) != model.getByte(i)) {
                    throw new AssertionError("seed " + seed + ": byte " + i + " differs");
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE - 7})
    void badInitialCapacity_isRefused(int capacity) {
        assertThatThrownBy(() -> new ExpandablePooledBuffer(pool, capacity)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining(Integer.toString(capacity));
    }

    @Test
    void badIndex_isAgronasException() {
        try (ExpandablePooledBuffer buffer = new ExpandablePooledBuffer(pool)) {
            assertThatThrownBy(() -> buffer.putInt(-1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> buffer.setMemory(0, -1, (byte) 0)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> buffer.getInt(125)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> buffer.putInt(Integer.MAX_VALUE - 3, 1)).isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("maxCapacity=2147483639");
            assertThat(buffer.capacity()).isEqualTo(128);
        }
    }

    @Test
    void exhaustedPool_leavesTheBufferAsItWas() {
        try (SizedPool small = TestMemory.sized().name("small").maximumBytes(1 << 20).build();
                ExpandablePooledBuffer buffer = new ExpandablePooledBuffer(small)) {
            buffer.putLong(0, 5);
            int before = buffer.capacity();
            assertThatThrownBy(() -> buffer.putLong(4 << 20, 6)).isInstanceOf(PoolExhaustedException.class)
                .hasMessageContaining("small");
            assertThat(buffer.capacity()).isEqualTo(before);
            assertThat(buffer.getLong(0)).isEqualTo(5);
            assertThat(small.stats().bytesInUse()).isEqualTo(before);
        }
    }

    @Test
    void closed_putsItsBlockBackOnceAndRefusesEverything() {
        ExpandablePooledBuffer buffer = new ExpandablePooledBuffer(pool);
        buffer.close();
        buffer.close();
        assertThat(buffer.isOpen()).isFalse();
        assertThat(buffer.capacity()).isZero();
        assertThat(buffer.byteBuffer()).isNull();
        assertThatThrownBy(() -> buffer.putByte(0, (byte) 1)).isInstanceOf(IndexOutOfBoundsException.class)
            .hasMessageContaining("closed");
        assertThatThrownBy(() -> buffer.getByte(0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(buffer.toString()).contains("closed", "agrona-sizes");
    }

    @Test
    void wrap_isRefused() {
        try (ExpandablePooledBuffer buffer = new ExpandablePooledBuffer(pool)) {
            assertThatThrownBy(() -> buffer.wrap(new byte[1])).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> buffer.wrap(new byte[1], 0, 1)).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> buffer.wrap(ByteBuffer.allocate(1))).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> buffer.wrap(ByteBuffer.allocate(1), 0, 1))
                .isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> buffer.wrap(new UnsafeBuffer())).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> buffer.wrap(new UnsafeBuffer(), 0, 0)).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> buffer.wrap(0, 0)).isInstanceOf(UnsupportedOperationException.class);
            assertThat(buffer.wrapAdjustment()).isZero();
        }
    }
}
