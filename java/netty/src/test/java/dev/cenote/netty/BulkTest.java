package dev.cenote.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Many bytes between a buffer and arrays, buffers of every kind, and NIO buffers.
 */
class BulkTest extends ContractTest {

    private static final byte[] BYTES = bytes(CAPACITY, 11);

    /** A buffer of every kind with these bytes, writer index at the end. */
    private List<ByteBuf> partners(byte[] bytes) {
        List<ByteBuf> made = new java.util.ArrayList<>();
        for (Kind partner : Kind.values()) {
            made.add(later(partner.buffer(bytes.length)).writeBytes(bytes));
        }
        made.add(Unpooled.wrappedBuffer(bytes));
        made.add(Unpooled.wrappedBuffer(ByteBuffer.allocateDirect(bytes.length).put(0, bytes)));
        ByteBuf outer = later(Kind.DIRECT.buffer(bytes.length + 20)).writeZero(9).writeBytes(bytes);
        made.add(outer.slice(9, bytes.length));
        made.add(later(Kind.HEAP.buffer(bytes.length + 20)).writeZero(9).writeBytes(bytes).slice(9, bytes.length));
        return made;
    }

    @Test
    void arrays_goInAndOut() {
        ByteBuf buffer = make(CAPACITY);
        buffer.setBytes(3, BYTES, 5, 100);
        byte[] target = new byte[CAPACITY];
        buffer.getBytes(3, target, 7, 100);
        assertThat(Arrays.copyOfRange(target, 7, 107)).isEqualTo(Arrays.copyOfRange(BYTES, 5, 105));
        buffer.writeBytes(BYTES).writerIndex(CAPACITY);
        byte[] whole = new byte[CAPACITY];
        buffer.readBytes(whole);
        assertThat(whole).isEqualTo(BYTES);
        assertThat(buffer.isReadable()).isFalse();
        buffer.setIndex(0, 0).writeBytes(BYTES, 1, 2);
        assertThat(buffer.writerIndex()).isEqualTo(2);
        buffer.readBytes(whole, 10, 2);
        assertThat(whole[10]).isEqualTo(BYTES[1]);
    }

    @Test
    void arrays_outOfBounds_throwAndMoveNothing() {
        ByteBuf buffer = make(CAPACITY).writeBytes(BYTES);
        byte[] small = new byte[10];
        assertThatThrownBy(() -> buffer.getBytes(0, small, 1, 10)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.getBytes(0, small, -1, 5)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.getBytes(-1, small)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.getBytes(CAPACITY - 9, small)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.setBytes(CAPACITY - 9, small)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.setBytes(0, small, 5, 6)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.setBytes(-5, small, 0, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.setBytes(0, small, 0, -1)).isInstanceOf(Exception.class);
        buffer.readerIndex(CAPACITY - 9);
        assertThatThrownBy(() -> buffer.readBytes(small)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(buffer.readerIndex()).isEqualTo(CAPACITY - 9);
        buffer.readerIndex(0);
        assertThat(content(buffer)).isEqualTo(BYTES);
    }

    @Test
    void buffersOfEveryKind_goIn() {
        for (ByteBuf source : partners(BYTES)) {
            ByteBuf buffer = make(CAPACITY);
            buffer.setBytes(10, source, 20, 200);
            byte[] stored = new byte[200];
            buffer.getBytes(10, stored);
            assertThat(stored).as(source.toString()).isEqualTo(Arrays.copyOfRange(BYTES, 20, 220));
            assertThat(source.readerIndex()).isZero();

            source.readerIndex(0);
            buffer.setBytes(0, source, 30); /* moves the source's reader index */
            assertThat(source.readerIndex()).isEqualTo(30);
            source.readerIndex(0);
            buffer.clear().writeBytes(source);
            assertThat(source.isReadable()).isFalse();
            assertThat(content(buffer)).as(source.toString()).isEqualTo(BYTES);
            buffer.clear().writeBytes(source, 40, 60);
            assertThat(content(buffer)).isEqualTo(Arrays.copyOfRange(BYTES, 40, 100));
            source.readerIndex(0);
            buffer.clear().writeBytes(source, 12);
            assertThat(source.readerIndex()).isEqualTo(12);
            assertThatThrownBy(() -> buffer.setBytes(0, source, 290, 11)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> buffer.setBytes(295, source, 0, 6)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> buffer.setBytes(0, source, 289)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void buffersOfEveryKind_comeOut() {
        for (ByteBuf target : partners(new byte[CAPACITY])) {
            if (!kind.isStrict() && target instanceof CompositeByteBuf) {
                continue;
            }
            ByteBuf buffer = make(CAPACITY).writeBytes(BYTES);
            buffer.getBytes(20, target, 10, 200);
            byte[] stored = new byte[200];
            target.getBytes(10, stored);
            assertThat(stored).as(target.toString()).isEqualTo(Arrays.copyOfRange(BYTES, 20, 220));

            target.setIndex(0, 0);
            buffer.getBytes(5, target, 30);
            assertThat(target.writerIndex()).isEqualTo(30);
            assertThat(content(target)).isEqualTo(Arrays.copyOfRange(BYTES, 5, 35));
            target.setIndex(0, 0);
            buffer.readBytes(target);
            assertThat(content(target)).isEqualTo(BYTES);
            target.setIndex(0, 0);
            buffer.readerIndex(3).readBytes(target, 4);
            assertThat(content(target)).isEqualTo(Arrays.copyOfRange(BYTES, 3, 7));
            buffer.readerIndex(0).readBytes(target, 100, 50);
            assertThat(buffer.readerIndex()).isEqualTo(50);
            assertThatThrownBy(() -> buffer.getBytes(0, target, 290, 11)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> buffer.getBytes(291, target, 0, 10)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void nioBuffers_goInAndOut() {
        for (boolean direct : new boolean[] {false, true}) {
            ByteBuffer outside = direct ? ByteBuffer.allocateDirect(CAPACITY) : ByteBuffer.allocate(CAPACITY);
            outside.put(0, BYTES).position(10).limit(210);
            ByteBuf buffer = make(CAPACITY);
            buffer.setBytes(7, outside);
            assertThat(outside.position()).isEqualTo(210);
            byte[] stored = new byte[200];
            buffer.getBytes(7, stored);
            assertThat(stored).isEqualTo(Arrays.copyOfRange(BYTES, 10, 210));
            outside.position(10);
            buffer.clear().writeBytes(outside);
            assertThat(buffer.writerIndex()).isEqualTo(200);
            outside.clear().position(100);
            buffer.readBytes(outside.limit(150));
            assertThat(buffer.readerIndex()).isEqualTo(50);
            assertThat(outside.get(100)).isEqualTo(BYTES[10]);
            buffer.clear().writeBytes(ByteBuffer.wrap(BYTES).slice(3, 100).asReadOnlyBuffer());
            assertThat(content(buffer)).isEqualTo(Arrays.copyOfRange(BYTES, 3, 103));
            ByteBuffer large = ByteBuffer.allocate(CAPACITY + 1);
            assertThatThrownBy(() -> buffer.setBytes(0, large)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> buffer.getBytes(0, large)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> buffer.readBytes(large)).isInstanceOf(IndexOutOfBoundsException.class);
            ByteBuffer closed = ByteBuffer.allocate(20).asReadOnlyBuffer();
            assertThatThrownBy(() -> buffer.getBytes(0, closed)).isInstanceOf(ReadOnlyBufferException.class);
            assertThat(content(buffer)).isEqualTo(Arrays.copyOfRange(BYTES, 3, 103));
        }
    }

    @Test
    void aBufferIntoItself_survivesTheOverlap() {
        ByteBuf buffer = make(CAPACITY).writeBytes(BYTES);
        buffer.setBytes(10, buffer, 0, 200);
        byte[] expected = BYTES.clone();
        System.arraycopy(BYTES, 0, expected, 10, 200);
        if (!kind.isComposite()) { /* parts overlap one after the other there */
            assertThat(content(buffer)).isEqualTo(expected);
            buffer.setBytes(0, buffer, 10, 200);
            System.arraycopy(expected.clone(), 10, expected, 0, 200);
            assertThat(content(buffer)).isEqualTo(expected);
        }
    }

    @Test
    void zeroes_areWrittenWhereAsked() {
        ByteBuf buffer = make(3 * 4096 + 11);
        for (int i = 0; i < buffer.capacity(); i++) {
            buffer.setByte(i, 0xff);
        }
        for (int length : new int[] {0, 1, 3, 7, 8, 15, 4095, 4096, 4097, 8192, 12000}) {
            buffer.setBytes(0, new byte[0]);
            buffer.setZero(5, length);
            assertThat(buffer.getByte(4)).isEqualTo((byte) 0xff);
            assertThat(buffer.getByte(5 + length)).isEqualTo((byte) 0xff);
            for (int i = 5; i < 5 + length; i++) {
                assertThat(buffer.getByte(i)).isZero();
                buffer.setByte(i, 0xff);
            }
        }
        buffer.clear().writeZero(6000);
        assertThat(buffer.writerIndex()).isEqualTo(6000);
        assertThat(buffer.getByte(5999)).isZero();
        assertThat(buffer.getByte(6000)).isEqualTo((byte) 0xff);
        assertThatThrownBy(() -> buffer.setZero(-1, 4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.setZero(buffer.capacity() - 3, 4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.writeZero(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void readBytes_ofALength_givesANewBuffer() {
        ByteBuf buffer = make(CAPACITY).writeBytes(BYTES);
        ByteBuf read = later(buffer.readBytes(100));
        assertThat(content(read)).isEqualTo(Arrays.copyOf(BYTES, 100));
        read.setByte(0, ~BYTES[0]);
        assertThat(buffer.getByte(0)).isEqualTo(BYTES[0]);
        assertThat(buffer.readerIndex()).isEqualTo(100);
        assertThat(later(buffer.readBytes(0)).isReadable()).isFalse();
        assertThatThrownBy(() -> buffer.readBytes(201)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void null_isRefused() {
        ByteBuf buffer = make(CAPACITY);
        assertThatThrownBy(() -> buffer.setBytes(0, (byte[]) null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> buffer.setBytes(0, (ByteBuf) null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> buffer.setBytes(0, (ByteBuffer) null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> buffer.getBytes(0, (byte[]) null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> buffer.getBytes(0, (ByteBuf) null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> buffer.getBytes(0, (ByteBuffer) null)).isInstanceOf(NullPointerException.class);
    }
}
