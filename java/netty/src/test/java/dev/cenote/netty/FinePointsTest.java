package dev.cenote.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What programs lean on without its being in the first line of a description: what a refusal leaves untouched, marks that
 * move, growth in place, text that does not fit, one buffer read by many threads.
 */
class FinePointsTest extends ContractTest {

    @Test
    void refusedCopies_leaveNoPart() {
        ByteBuf buffer = filled(CAPACITY);
        byte[] before = content(buffer);
        byte[] target = {1, 2, 3, 4};
        assertThatThrownBy(() -> buffer.getBytes(0, target, -1, 4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.getBytes(0, target, 1, 4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.getBytes(CAPACITY - 3, target)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(target).containsExactly(1, 2, 3, 4);
        assertThatThrownBy(() -> buffer.setBytes(CAPACITY - 3, target)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.setBytes(0, target, 1, 4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(content(buffer)).isEqualTo(before);
        for (ByteBuffer closed : new ByteBuffer[] {ByteBuffer.allocate(8), ByteBuffer.allocateDirect(8)}) {
            ByteBuffer readOnly = closed.asReadOnlyBuffer().position(3);
            assertThatThrownBy(() -> buffer.getBytes(0, readOnly)).isInstanceOf(ReadOnlyBufferException.class);
            assertThatThrownBy(() -> buffer.readBytes(readOnly)).isInstanceOf(ReadOnlyBufferException.class);
            assertThat(readOnly.position()).isEqualTo(3);
            assertThat(buffer.readerIndex()).isZero();
            ByteBuffer large = ByteBuffer.allocate(CAPACITY + 1);
            assertThatThrownBy(() -> buffer.getBytes(0, large)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThat(large.position()).isZero();
        }
    }

    @Test
    void discardReadBytes_movesMarks_andNothingBehindTheWriter() {
        ByteBuf buffer = filled(CAPACITY);
        byte[] before = content(buffer);
        buffer.readerIndex(CAPACITY / 4).markReaderIndex().writerIndex(CAPACITY / 3).markWriterIndex();
        buffer.setIndex(0, CAPACITY / 2).discardReadBytes();
        buffer.resetReaderIndex().resetWriterIndex();
        assertThat(buffer.readerIndex()).as("nothing was read").isEqualTo(CAPACITY / 4);
        assertThat(buffer.writerIndex()).isEqualTo(CAPACITY / 3);

        buffer.setIndex(2, CAPACITY / 2).discardReadBytes();
        assertThat(buffer.writerIndex()).isEqualTo(CAPACITY / 2 - 2);
        assertThat(content(buffer)).isEqualTo(Arrays.copyOfRange(before, 2, CAPACITY / 2));
        if (!kind.isComposite()) { /* drops whole parts, the rest with them */
            assertThat(buffer.getByte(CAPACITY / 2)).as("behind the writer").isEqualTo(before[CAPACITY / 2]);
        }
        buffer.resetReaderIndex().resetWriterIndex();
        assertThat(buffer.readerIndex()).isEqualTo(CAPACITY / 4 - 2);
        assertThat(buffer.writerIndex()).isEqualTo(CAPACITY / 3 - 2);
    }

    @Test
    void growth_usesTheBlockFirst() {
        if (!kind.isOurs() || kind.isComposite()) {
            return; /* pooled buffers only: Netty's unpooled ones have no room left */
        }
        ByteBuf buffer = make(150, 500).writerIndex(100);
        assertThat(buffer.writableBytes()).isEqualTo(50);
        assertThat(buffer.maxWritableBytes()).isEqualTo(400);
        int fast = buffer.maxFastWritableBytes();
        assertThat(fast).isBetween(51, 400);
        long used = Kind.usedByOurs();
        assertThat(buffer.ensureWritable(fast, false)).isEqualTo(2);
        assertThat(buffer.capacity()).as("grown to the block's end and no further").isEqualTo(100 + fast);
        buffer.writeBytes(new byte[fast]);
        assertThat(Kind.usedByOurs()).isEqualTo(used);
        assertThat(buffer.maxFastWritableBytes()).isZero();
        buffer.writeByte(7);
        assertThat(Kind.usedByOurs()).as("moved").isGreaterThan(used);
        buffer.capacity(500);
        assertThat(buffer.maxFastWritableBytes()).as("never above the maximum").isEqualTo(500 - buffer.writerIndex());
    }

    @Test
    void internalView_followsGrowth() {
        if (kind.isComposite()) {
            return; /* several parts have no common view */
        }
        for (int bytes : new int[] {128, 1024, 4096, 65_536, 1 << 20, 8 << 20}) {
            ByteBuf buffer = make(2);
            assertThat(buffer.internalNioBuffer(0, 1).remaining()).isEqualTo(1);
            byte[] written = bytes(bytes, bytes);
            buffer.writeBytes(written);
            ByteBuffer view = buffer.internalNioBuffer(0, bytes);
            byte[] seen = new byte[bytes];
            view.get(seen);
            assertThat(Arrays.equals(seen, written)).as("%d bytes", bytes).isTrue();
            assertThat(view.hasRemaining()).isFalse();
            buffer.release();
        }
    }

    @Test
    void nothingReadable_isOneEmptyView() {
        ByteBuf buffer = make(8);
        ByteBuffer[] views = buffer.nioBuffers();
        assertThat(views).hasSize(1);
        assertThat(views[0].hasRemaining()).isFalse();
        assertThat(buffer.nioBuffer().hasRemaining()).isFalse();
    }

    @Test
    void manyThreads_readOneBuffer() throws Exception {
        if (!kind.isStrict()) {
            return; /* denied Unsafe, Netty's direct buffers share one view */
        }
        byte[] text = "the quick brown fox jumps over the lazy dog, ".repeat(20).getBytes(StandardCharsets.US_ASCII);
        ByteBuf buffer = make(text.length).writeBytes(text);
        Callable<Void> reader = () -> {
            for (int i = 0; i < 100; i++) {
                assertThat(buffer.toString(StandardCharsets.UTF_8)).hasSize(text.length).startsWith("the quick");
                byte[] array = new byte[text.length];
                buffer.getBytes(0, array);
                assertThat(array).isEqualTo(text);
                ByteArrayOutputStream stream = new ByteArrayOutputStream();
                buffer.getBytes(0, stream, text.length);
                assertThat(stream.toByteArray()).isEqualTo(text);
                ByteBuf copy = buffer.copy();
                assertThat(copy).isEqualTo(buffer);
                copy.release();
                ByteBuf duplicate = buffer.duplicate();
                assertThat(duplicate.skipBytes(4).readCharSequence(5, StandardCharsets.US_ASCII)).hasToString("quick");
                assertThat(ByteBufUtil.getBytes(duplicate.slice())).hasSize(text.length - 9);
                assertThat(buffer.nioBuffer(4, 5).get(0)).isEqualTo((byte) 'q');
                ByteBuffer direct = ByteBuffer.allocateDirect(text.length);
                buffer.getBytes(0, direct);
                assertThat(direct.flip()).isEqualTo(ByteBuffer.wrap(text));
            }
            return null;
        };
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (Future<Void> done : threads.invokeAll(List.of(reader, reader, reader, reader))) {
                done.get();
            }
        } finally {
            threads.shutdown();
        }
        assertThat(buffer.readableBytes()).isEqualTo(text.length);
    }

    @Test
    void text_growsWhenWritten_andIsRefusedWhenSet() {
        if (!kind.takesText()) {
            return;
        }
        for (Charset charset : List.of(StandardCharsets.US_ASCII, StandardCharsets.ISO_8859_1, StandardCharsets.UTF_8,
                StandardCharsets.UTF_16, StandardCharsets.UTF_16LE)) {
            ByteBuf buffer = make(1);
            assertThatThrownBy(() -> buffer.setCharSequence(0, "AB", charset)).as("%s", charset)
                .isInstanceOf(IndexOutOfBoundsException.class);
            assertThat(buffer.capacity()).isEqualTo(1);
            buffer.writerIndex(1);
            int written = buffer.writeCharSequence("AB", charset);
            assertThat(written).isEqualTo("AB".getBytes(charset).length);
            assertThat(buffer.writerIndex()).isEqualTo(1 + written);
            assertThat(buffer.toString(1, written, charset)).isEqualTo("AB");
            assertThat(buffer.setCharSequence(1, "CD", charset)).isEqualTo(written);
            assertThat(buffer.skipBytes(1).readCharSequence(written, charset)).hasToString("CD");
        }
        ByteBuf buffer = make(16);
        buffer.writeCharSequence("\u65e5?", StandardCharsets.US_ASCII);
        assertThat(buffer.toString(StandardCharsets.US_ASCII)).as("what ASCII has no sign for").isEqualTo("??");
    }

    @Test
    void littleEndianViews_grow() {
        @SuppressWarnings("deprecation")
        ByteBuf little = make(0).order(ByteOrder.LITTLE_ENDIAN);
        little.writeInt(0x12345678).writeShortLE(0x1234).writeLong(1);
        assertThat(ByteBufUtil.hexDump(little)).isEqualTo("7856341234120100000000000000");
        assertThat(little.readInt()).isEqualTo(0x12345678);
        assertThat(little.getUnsignedMediumLE(1)).isEqualTo(0x123456);
    }

    @Test
    void order_isOfUnsignedBytes() {
        ByteBuf low = make(8).writeLong(0);
        ByteBuf high = make(8).writeLong(0xF0000000L);
        assertThat(low.compareTo(high)).isNegative();
        assertThat(high.compareTo(low)).isPositive();
        assertThat(low.compareTo(low.slice(0, 4))).isPositive();
        assertThat(low.writeInt(5).skipBytes(8)).isEqualTo(make(4).writeInt(5)).isNotEqualTo(make(4).writeInt(6));
    }

    @Test
    void reader_neverPassesTheWriter() {
        ByteBuf buffer = make(10);
        buffer.writeCharSequence("hello", StandardCharsets.US_ASCII);
        buffer.skipBytes(5).writeCharSequence("world", StandardCharsets.US_ASCII);
        buffer.skipBytes(5);
        assertThatThrownBy(() -> buffer.writerIndex(5)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(buffer.readerIndex()).isEqualTo(buffer.writerIndex()).isEqualTo(10);
        buffer.capacity(3);
        assertThat(buffer.readerIndex()).isEqualTo(3);
        assertThat(buffer.writerIndex()).isEqualTo(3);
    }

    @Test
    void neighbours_doNotOverlap() {
        List<ByteBuf> all = IntStream.of(1, 16, 100, 4096, 16_384, 65_536, 100, 1 << 20, 16).mapToObj(this::make).toList();
        for (int i = 0; i < all.size(); i++) { /* in one call each: the leak detector keeps a stack of every call */
            byte[] marks = new byte[all.get(i).capacity()];
            Arrays.fill(marks, (byte) i);
            all.get(i).setBytes(0, marks);
        }
        for (int i = 0; i < all.size(); i++) {
            byte mark = (byte) i;
            assertThat(all.get(i).forEachByte(0, all.get(i).capacity(), value -> value == mark)).isEqualTo(-1);
        }
    }
}
