package dev.cenote.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * Growing and shrinking: content, indices, limits, what {@code ensureWritable} answers.
 */
class CapacityTest extends ContractTest {

    private static final int[] SIZES = {0, 1, 15, 16, 17, 63, 64, 65, 100, 128, 129, 255, 256, 300, 1000, 1024, 4096, 5000,
        65_536, 70_000, 300_000, 1 << 20, (1 << 20) + 1, 5_000_000};

    @Test
    void everySize_canBeHad() {
        for (int size : SIZES) {
            ByteBuf buffer = make(size);
            assertThat(buffer.capacity()).isEqualTo(size);
            assertThat(buffer.writableBytes()).isEqualTo(size);
            if (size > 0) {
                buffer.setByte(size - 1, 77).setByte(0, 78);
                assertThat(buffer.getByte(0)).isEqualTo((byte) 78);
            }
            assertThatThrownBy(() -> buffer.getByte(size)).isInstanceOf(IndexOutOfBoundsException.class);
            buffer.release();
        }
    }

    @Test
    void growing_keepsContentAndIndices() {
        for (int from : SIZES) {
            for (int to : new int[] {from + 1, from + 50, 2 * from + 3, 10 * from + 64}) {
                byte[] bytes = bytes(from, 3);
                ByteBuf buffer = make(from).writeBytes(bytes);
                buffer.readerIndex(from / 3);
                assertThat(buffer.capacity(to)).isSameAs(buffer);
                assertThat(buffer.capacity()).isEqualTo(to);
                assertThat(buffer.readerIndex()).isEqualTo(from / 3);
                assertThat(buffer.writerIndex()).isEqualTo(from);
                assertThat(content(buffer)).isEqualTo(Arrays.copyOfRange(bytes, from / 3, from));
                buffer.setByte(to - 1, 9);
                assertThat(buffer.getByte(to - 1)).isEqualTo((byte) 9);
                assertThat(buffer.nioBuffer(to - 1, 1).get()).isEqualTo((byte) 9);
                buffer.release();
            }
        }
    }

    @Test
    void shrinking_keepsWhatFitsAndPullsIndicesIn() {
        for (int from : SIZES) {
            for (int to : new int[] {from - 1, from / 2, from / 3, from / 10, 0}) {
                if (to < 0) {
                    continue;
                }
                byte[] bytes = bytes(from, 4);
                ByteBuf buffer = make(from).writeBytes(bytes);
                buffer.readerIndex(from / 2);
                buffer.capacity(to);
                assertThat(buffer.capacity()).isEqualTo(to);
                assertThat(buffer.writerIndex()).isEqualTo(to);
                assertThat(buffer.readerIndex()).isEqualTo(Math.min(from / 2, to));
                buffer.readerIndex(0);
                assertThat(content(buffer)).isEqualTo(Arrays.copyOf(bytes, to));
                assertThatThrownBy(() -> buffer.getByte(to)).isInstanceOf(IndexOutOfBoundsException.class);
                buffer.capacity(from);
                buffer.release();
            }
        }
    }

    @Test
    void capacity_outsideTheLimits_throwsAndChangesNothing() {
        if (kind.isComposite()) {
            assertThatThrownBy(() -> make(10).capacity(-1)).isInstanceOf(IllegalArgumentException.class);
            return;
        }
        ByteBuf buffer = make(10, 20);
        assertThat(buffer.maxCapacity()).isEqualTo(20);
        assertThatThrownBy(() -> buffer.capacity(21)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> buffer.capacity(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThat(buffer.capacity()).isEqualTo(10);
        assertThat(buffer.capacity(20).capacity()).isEqualTo(20);
        assertThat(buffer.maxWritableBytes()).isEqualTo(20);
        assertThat(buffer.maxFastWritableBytes()).isEqualTo(20);
        buffer.writeZero(20);
        assertThatThrownBy(() -> buffer.writeByte(1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.writeBytes(new byte[3])).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(buffer.writerIndex()).isEqualTo(20);
    }

    @Test
    void ensureWritable_growsOrRefuses() {
        ByteBuf buffer = make(100);
        assertThat(buffer.ensureWritable(100).capacity()).isEqualTo(100);
        buffer.writerIndex(90);
        buffer.ensureWritable(11);
        assertThat(buffer.capacity()).isGreaterThanOrEqualTo(101);
        assertThatThrownBy(() -> buffer.ensureWritable(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> buffer.ensureWritable(-1, true)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ensureWritable_tellsByCodes() {
        if (kind.isComposite()) {
            return; /* has no limit */
        }
        ByteBuf buffer = make(100, 200);
        buffer.writerIndex(60);
        assertThat(buffer.ensureWritable(40, false)).as("enough already").isZero();
        assertThat(buffer.ensureWritable(41, false)).as("grown").isEqualTo(2);
        assertThat(buffer.writableBytes()).isGreaterThanOrEqualTo(41);
        int before = buffer.capacity();
        assertThat(buffer.ensureWritable(141, false)).as("too much, unforced").isEqualTo(1);
        assertThat(buffer.capacity()).isEqualTo(before);
        if (before < 200) {
            assertThat(buffer.ensureWritable(141, true)).as("too much, forced to the maximum").isEqualTo(3);
            assertThat(buffer.capacity()).isEqualTo(200);
        }
        assertThat(buffer.ensureWritable(141, true)).as("at the maximum already").isEqualTo(1);
        assertThatThrownBy(() -> buffer.ensureWritable(141)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(buffer.writerIndex()).isEqualTo(60);
    }

    @Test
    void fastWritableBytes_costNoMove() {
        if (!kind.isOurs() || kind.isComposite()) {
            return;
        }
        ByteBuf buffer = make(100);
        buffer.writerIndex(50);
        int fast = buffer.maxFastWritableBytes();
        assertThat(fast).isGreaterThanOrEqualTo(50);
        long used = Kind.usedByOurs();
        buffer.ensureWritable(fast);
        assertThat(Kind.usedByOurs()).isEqualTo(used);
        buffer.ensureWritable(buffer.maxFastWritableBytes() + 1);
        assertThat(Kind.usedByOurs()).isGreaterThan(used);
    }

    @Test
    void writing_growsStepByStep() {
        ByteBuf buffer = make(0);
        byte[] bytes = bytes(200_000, 9);
        for (int done = 0; done < bytes.length;) {
            int step = Math.min(1 + done / 7, bytes.length - done);
            buffer.writeBytes(bytes, done, step);
            done += step;
        }
        assertThat(content(buffer)).isEqualTo(bytes);
    }
}
