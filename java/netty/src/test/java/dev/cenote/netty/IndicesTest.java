package dev.cenote.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import org.junit.jupiter.api.Test;

/**
 * Reader and writer index, marks, skipping and discarding, and what they refuse.
 */
@SuppressWarnings("deprecation") /* marks and others are deprecated in places and still part of the contract */
class IndicesTest extends ContractTest {

    @Test
    void newBuffer_isEmptyAtZero() {
        ByteBuf buffer = make(CAPACITY);
        assertThat(buffer.readerIndex()).isZero();
        assertThat(buffer.writerIndex()).isZero();
        assertThat(buffer.readableBytes()).isZero();
        assertThat(buffer.writableBytes()).isEqualTo(CAPACITY);
        assertThat(buffer.maxWritableBytes()).isEqualTo(buffer.maxCapacity());
        assertThat(buffer.maxFastWritableBytes()).isBetween(CAPACITY, buffer.maxCapacity());
        assertThat(buffer.isReadable()).isFalse();
        assertThat(buffer.isWritable()).isTrue();
        assertThat(buffer.isWritable(CAPACITY)).isTrue();
        assertThat(buffer.isWritable(CAPACITY + 1)).isFalse();
    }

    @Test
    void indices_keepTheirOrder() {
        ByteBuf buffer = make(CAPACITY);
        buffer.writerIndex(20).readerIndex(10);
        assertThat(buffer.readableBytes()).isEqualTo(10);
        assertThat(buffer.isReadable(10)).isTrue();
        assertThat(buffer.isReadable(11)).isFalse();
        assertThatThrownBy(() -> buffer.readerIndex(21)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.readerIndex(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.writerIndex(9)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.writerIndex(CAPACITY + 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.setIndex(5, 4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.setIndex(-1, 4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.setIndex(0, CAPACITY + 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(buffer.readerIndex()).isEqualTo(10);
        assertThat(buffer.writerIndex()).isEqualTo(20);
        buffer.setIndex(CAPACITY, CAPACITY);
        assertThat(buffer.isWritable()).isFalse();
        buffer.clear();
        assertThat(buffer.readerIndex() + buffer.writerIndex()).isZero();
    }

    @Test
    void marks_comeBack() {
        ByteBuf buffer = make(CAPACITY).setIndex(3, 9);
        buffer.markReaderIndex().markWriterIndex().setIndex(11, 30);
        assertThat(buffer.resetReaderIndex().readerIndex()).isEqualTo(3);
        assertThat(buffer.resetWriterIndex().writerIndex()).isEqualTo(9);
        buffer.markReaderIndex();
        buffer.setIndex(0, 1);
        assertThatThrownBy(buffer::resetReaderIndex).isInstanceOf(IndexOutOfBoundsException.class);
        buffer.setIndex(9, 9).markWriterIndex().setIndex(20, 20);
        assertThatThrownBy(buffer::resetWriterIndex).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void marks_ofAFormerOwner_areGone() {
        ByteBuf former = kind.buffer(CAPACITY).setIndex(7, 19);
        former.markReaderIndex().markWriterIndex();
        former.release();
        ByteBuf buffer = make(CAPACITY);
        buffer.setIndex(30, 40);
        assertThat(buffer.resetReaderIndex().readerIndex()).isZero();
        assertThat(buffer.resetWriterIndex().writerIndex()).isZero();
    }

    @Test
    void skipBytes_skipsWhatIsReadable() {
        ByteBuf buffer = make(CAPACITY).setIndex(0, 50);
        assertThat(buffer.skipBytes(20).readerIndex()).isEqualTo(20);
        assertThatThrownBy(() -> buffer.skipBytes(31)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.skipBytes(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThat(buffer.skipBytes(30).isReadable()).isFalse();
    }

    @Test
    void discardReadBytes_movesTheRestToTheFront() {
        byte[] bytes = bytes(CAPACITY, 1);
        ByteBuf buffer = make(CAPACITY).writeBytes(bytes);
        buffer.readerIndex(13).markReaderIndex();
        buffer.discardReadBytes();
        assertThat(buffer.readerIndex()).isZero();
        assertThat(buffer.writerIndex()).isEqualTo(CAPACITY - 13);
        assertThat(content(buffer)).isEqualTo(java.util.Arrays.copyOfRange(bytes, 13, CAPACITY));
        buffer.readerIndex(buffer.writerIndex());
        buffer.discardReadBytes();
        assertThat(buffer.writerIndex()).isZero();
        buffer.discardReadBytes();
        assertThat(buffer.writerIndex()).isZero();
    }

    @Test
    void discardSomeReadBytes_keepsWhatIsReadable() {
        byte[] bytes = bytes(CAPACITY, 2);
        for (int read : new int[] {0, 1, CAPACITY / 2 - 1, CAPACITY / 2, CAPACITY - 1, CAPACITY}) {
            ByteBuf buffer = make(CAPACITY).writeBytes(bytes);
            buffer.readerIndex(read);
            buffer.discardSomeReadBytes();
            assertThat(content(buffer)).isEqualTo(java.util.Arrays.copyOfRange(bytes, read, CAPACITY));
        }
    }

    @Test
    void toString_tellsIndices() {
        assertThat(make(CAPACITY).setIndex(3, 9).toString()).contains("ridx: 3", "widx: 9");
    }
}
