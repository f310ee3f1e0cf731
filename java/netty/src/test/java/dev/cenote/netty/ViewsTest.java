package dev.cenote.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.util.IllegalReferenceCountException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * Slices, duplicates, read-only and swapped views, copies, NIO views: what they share and what they own.
 */
@SuppressWarnings("deprecation") /* order() */
class ViewsTest extends ContractTest {

    private static final byte[] BYTES = bytes(CAPACITY, 17);

    @Test
    void slices_shareContentAndOwnIndices() {
        ByteBuf buffer = make(CAPACITY).writeBytes(BYTES);
        ByteBuf slice = buffer.slice(10, 100);
        assertThat(slice.capacity()).isEqualTo(100);
        assertThat(slice.maxCapacity()).isEqualTo(100);
        assertThat(slice.readableBytes()).isEqualTo(100);
        assertThat(content(slice)).isEqualTo(Arrays.copyOfRange(BYTES, 10, 110));
        slice.setInt(0, 0x01020304).readerIndex(50);
        assertThat(buffer.getInt(10)).isEqualTo(0x01020304);
        assertThat(buffer.readerIndex()).isZero();
        buffer.setLongLE(20, 77);
        assertThat(slice.getLongLE(10)).isEqualTo(77);
        assertThatThrownBy(() -> slice.setInt(97, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> slice.writerIndex(100).writeByte(1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> slice.capacity(101))
            .isInstanceOfAny(IllegalArgumentException.class, UnsupportedOperationException.class);
        assertThatThrownBy(() -> buffer.slice(CAPACITY - 1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.slice(-1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(buffer.slice(5, 0).isReadable()).isFalse();
        buffer.setIndex(7, 27);
        assertThat(content(buffer.slice())).isEqualTo(content(buffer));
        ByteBuf deeper = slice.slice(20, 30).slice(5, 10);
        assertThat(deeper.getByte(0)).isEqualTo(buffer.getByte(35));
        ByteBuf read = buffer.readSlice(4);
        assertThat(read.getByte(0)).isEqualTo(buffer.getByte(7));
        assertThat(buffer.readerIndex()).isEqualTo(11);
        assertThatThrownBy(() -> buffer.readSlice(17)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void duplicates_shareContentAndOwnIndices() {
        ByteBuf buffer = make(CAPACITY).writeBytes(BYTES).readerIndex(5);
        ByteBuf duplicate = buffer.duplicate();
        assertThat(duplicate.readerIndex()).isEqualTo(5);
        assertThat(duplicate.writerIndex()).isEqualTo(CAPACITY);
        assertThat(duplicate.capacity()).isEqualTo(CAPACITY);
        duplicate.setByte(9, 0x55).readerIndex(0);
        assertThat(buffer.getByte(9)).isEqualTo((byte) 0x55);
        assertThat(buffer.readerIndex()).isEqualTo(5);
        duplicate.capacity(CAPACITY * 3).setByte(CAPACITY * 3 - 1, 1);
        assertThat(buffer.capacity()).isEqualTo(CAPACITY * 3);
        assertThat(buffer.getByte(20)).isEqualTo(BYTES[20]);
    }

    @Test
    void derivedBuffers_shareTheCount() {
        ByteBuf buffer = make(CAPACITY).writeBytes(BYTES);
        ByteBuf slice = buffer.slice(0, 10);
        ByteBuf duplicate = buffer.duplicate();
        assertThat(slice.refCnt()).isEqualTo(1);
        slice.retain();
        assertThat(buffer.refCnt()).isEqualTo(2);
        assertThat(duplicate.release()).isFalse();
        assertThat(duplicate.release()).isTrue();
        assertThat(slice.refCnt()).isZero();
        assertThatThrownBy(() -> slice.getByte(0)).isInstanceOf(IllegalReferenceCountException.class);
        assertThatThrownBy(() -> duplicate.readByte()).isInstanceOf(IllegalReferenceCountException.class);
        assertThatThrownBy(slice::release).isInstanceOf(IllegalReferenceCountException.class);
        assertThatThrownBy(buffer::slice).isInstanceOf(IllegalReferenceCountException.class);
        assertThatThrownBy(buffer::retainedSlice).isInstanceOf(IllegalReferenceCountException.class);
        assertThatThrownBy(buffer::duplicate).isInstanceOf(IllegalReferenceCountException.class);
        assertThatThrownBy(buffer::retainedDuplicate).isInstanceOf(IllegalReferenceCountException.class);
    }

    @Test
    void retainedViews_keepTheMemoryAlive() {
        ByteBuf buffer = make(CAPACITY).writeBytes(BYTES);
        ByteBuf slice = buffer.retainedSlice(10, 20);
        ByteBuf duplicate = buffer.retainedDuplicate();
        ByteBuf read = buffer.readRetainedSlice(5);
        ByteBuf whole = buffer.retainedSlice();
        assertThat(buffer.release()).isFalse();
        assertThat(content(slice)).isEqualTo(Arrays.copyOfRange(BYTES, 10, 30));
        slice.release();
        assertThat(content(duplicate)).isEqualTo(BYTES);
        duplicate.release();
        assertThat(content(read)).isEqualTo(Arrays.copyOf(BYTES, 5));
        read.release();
        assertThat(whole.readableBytes()).isEqualTo(CAPACITY - 5);
        ByteBuf nested = whole.retainedSlice(3, 4);
        whole.release();
        ByteBuf deeper = nested.retainedDuplicate();
        nested.release();
        assertThat(deeper.getByte(0)).isEqualTo(BYTES[8]);
        deeper.release();
        assertThat(buffer.refCnt()).isZero();
    }

    @Test
    void readOnlyViews_refuseWrites() {
        ByteBuf buffer = make(CAPACITY).writeBytes(BYTES);
        ByteBuf view = buffer.asReadOnly();
        assertThat(view.isReadOnly()).isTrue();
        assertThat(buffer.isReadOnly()).isFalse();
        assertThat(view.isWritable()).isFalse();
        assertThat(content(view)).isEqualTo(BYTES);
        assertThatThrownBy(() -> view.setByte(0, 1)).isInstanceOf(ReadOnlyBufferException.class);
        assertThatThrownBy(() -> view.setBytes(0, new byte[1])).isInstanceOf(ReadOnlyBufferException.class);
        assertThatThrownBy(() -> view.setInt(0, 1)).isInstanceOf(ReadOnlyBufferException.class);
        assertThatThrownBy(view::discardReadBytes).isInstanceOf(ReadOnlyBufferException.class);
        assertThatThrownBy(() -> view.ensureWritable(1)).isInstanceOf(ReadOnlyBufferException.class);
        assertThat(view.ensureWritable(1, true)).isEqualTo(1);
        assertThat(view.nioBuffer().isReadOnly()).isTrue();
        assertThat(view.hasArray()).isFalse();
        buffer.setByte(0, 99);
        assertThat(view.getByte(0)).isEqualTo((byte) 99);
        assertThat(view.slice(0, 10).isReadOnly()).isTrue();
        assertThat(view.unwrap()).isNotNull();
    }

    @Test
    void littleEndianViews_swap() {
        ByteBuf buffer = make(CAPACITY);
        assertThat(buffer.order()).isSameAs(ByteOrder.BIG_ENDIAN);
        ByteBuf little = buffer.order(ByteOrder.LITTLE_ENDIAN);
        assertThat(little.order()).isSameAs(ByteOrder.LITTLE_ENDIAN);
        little.setInt(0, 0x01020304).setLong(8, 0x0102030405060708L).setShort(20, 0x0102).setMedium(30, 0x010203);
        assertThat(buffer.getInt(0)).isEqualTo(0x04030201);
        assertThat(buffer.getLongLE(8)).isEqualTo(0x0102030405060708L);
        assertThat(buffer.getShort(20)).isEqualTo((short) 0x0201);
        assertThat(buffer.getMediumLE(30)).isEqualTo(0x010203);
        assertThat(little.order(ByteOrder.BIG_ENDIAN).getInt(0)).isEqualTo(0x04030201);
        assertThat(little.nioBuffer(0, 4).order()).isSameAs(ByteOrder.LITTLE_ENDIAN);
        assertThat(buffer.nioBuffer(0, 4).order()).isSameAs(ByteOrder.BIG_ENDIAN);
    }

    @Test
    void copies_areIndependent() {
        ByteBuf buffer = make(CAPACITY).writeBytes(BYTES).readerIndex(10);
        ByteBuf whole = later(buffer.copy());
        ByteBuf part = later(buffer.copy(20, 30));
        buffer.setZero(0, CAPACITY);
        assertThat(content(whole)).isEqualTo(Arrays.copyOfRange(BYTES, 10, CAPACITY));
        assertThat(content(part)).isEqualTo(Arrays.copyOfRange(BYTES, 20, 50));
        assertThat(part.readerIndex()).isZero();
        assertThat(part.writerIndex()).isEqualTo(30);
        assertThat(later(buffer.copy(5, 0)).isReadable()).isFalse();
        assertThatThrownBy(() -> buffer.copy(CAPACITY - 1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.copy(-1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void nioViews_shareContentAndOwnPositions() {
        ByteBuf buffer = make(CAPACITY).writeBytes(BYTES).setIndex(10, 110);
        ByteBuffer view = buffer.nioBuffer();
        assertThat(view.remaining()).isEqualTo(100);
        byte[] seen = new byte[100];
        view.get(seen);
        assertThat(seen).isEqualTo(Arrays.copyOfRange(BYTES, 10, 110));
        assertThat(buffer.readerIndex()).isEqualTo(10);
        ByteBuffer one = buffer.nioBuffer(20, 4);
        ByteBuffer two = buffer.nioBuffer(20, 4);
        one.position(3);
        assertThat(two.position()).isZero();
        assertThat(one.capacity() - one.position()).isLessThanOrEqualTo(CAPACITY);
        if (!kind.isComposite()) { /* of several parts it is a copy */
            two.putInt(two.position(), 0x0a0b0c0d);
            assertThat(buffer.getInt(20)).isEqualTo(0x0a0b0c0d);
        }
        assertThat(buffer.nioBuffer(5, 0).hasRemaining()).isFalse();
        assertThatThrownBy(() -> buffer.nioBuffer(CAPACITY - 1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.nioBuffers(CAPACITY - 1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        int sum = 0;
        for (ByteBuffer part : buffer.nioBuffers(3, 250)) {
            sum += part.remaining();
        }
        assertThat(sum).isEqualTo(250);
    }

    @Test
    void internalNioView_showsTheAskedRange() {
        ByteBuf buffer = make(CAPACITY).writeBytes(BYTES);
        if (kind.isComposite()) {
            assertThatThrownBy(() -> buffer.internalNioBuffer(0, CAPACITY)).isInstanceOf(UnsupportedOperationException.class);
            return; /* it has one only when it has one part */
        }
        int from = 20;
        int length = CAPACITY - 20;
        ByteBuffer view = buffer.internalNioBuffer(from, length);
        byte[] seen = new byte[view.remaining()];
        view.get(seen);
        assertThat(seen).isEqualTo(Arrays.copyOfRange(BYTES, from, from + length));
        assertThat(buffer.internalNioBuffer(from, 1).remaining()).isEqualTo(1);
        assertThat(buffer.getByte(CAPACITY - 1)).isEqualTo(BYTES[CAPACITY - 1]);
        assertThatThrownBy(() -> buffer.internalNioBuffer(CAPACITY - 1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void properties_tellTheKindOfMemory() {
        ByteBuf buffer = make(CAPACITY);
        if (kind.isComposite()) {
            return; /* depends on its parts */
        }
        assertThat(buffer.isDirect()).isEqualTo(kind.isDirect());
        assertThat(buffer.hasArray()).isEqualTo(!kind.isDirect());
        assertThat(buffer.isContiguous()).isTrue();
        assertThat(buffer.nioBufferCount()).isEqualTo(1);
        assertThat(buffer.isReadOnly()).isFalse();
        assertThat(buffer.alloc()).isSameAs(kind.allocator());
        if (kind.isDirect()) {
            assertThatThrownBy(buffer::array).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(buffer::arrayOffset).isInstanceOf(UnsupportedOperationException.class);
        } else {
            buffer.setByte(7, 42);
            assertThat(buffer.array()[buffer.arrayOffset() + 7]).isEqualTo((byte) 42);
            assertThat(buffer.hasMemoryAddress()).isFalse();
            assertThatThrownBy(buffer::memoryAddress).isInstanceOf(UnsupportedOperationException.class);
        }
        if (kind.isOurs() && kind.isDirect()) {
            assertThat(buffer.hasMemoryAddress()).isEqualTo(Kind.hasAddresses());
            if (Kind.hasAddresses()) {
                assertThat(buffer.memoryAddress()).isNotZero();
                assertThat(buffer.slice(8, 8).memoryAddress()).isEqualTo(buffer.memoryAddress() + 8);
            } else {
                assertThatThrownBy(buffer::memoryAddress).isInstanceOf(UnsupportedOperationException.class);
            }
        }
    }
}
