package dev.cenote.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ScatteringByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Operations of no bytes. {@link ByteBuf} documents that an index below 0, or an index with its length beyond the capacity, is an
 * {@link IndexOutOfBoundsException}, and makes no exception for the length 0. Our buffers keep to that everywhere; Netty's own
 * do in most operations, and which of them does not depends on the class.
 */
class EmptyOperationsTest extends ContractTest {

    /** An operation of no bytes at an index. */
    private interface Operation {
        void at(ByteBuf buffer, int index) throws Exception;
    }

    @TempDir
    Path folder;

    private Map<String, Operation> operations(FileChannel file) {
        Map<String, Operation> all = new LinkedHashMap<>();
        all.put("getBytes(array)", (b, i) -> b.getBytes(i, new byte[0]));
        all.put("getBytes(array, range)", (b, i) -> b.getBytes(i, new byte[2], 1, 0));
        all.put("getBytes(ByteBuf)", (b, i) -> b.getBytes(i, Unpooled.buffer(0)));
        all.put("getBytes(ByteBuf, range)", (b, i) -> b.getBytes(i, Unpooled.buffer(2), 1, 0));
        all.put("getBytes(ours)", (b, i) -> b.getBytes(i, make(2), 0, 0));
        all.put("getBytes(ByteBuffer)", (b, i) -> b.getBytes(i, ByteBuffer.allocate(0)));
        all.put("getBytes(direct ByteBuffer)", (b, i) -> b.getBytes(i, ByteBuffer.allocateDirect(0)));
        all.put("setBytes(array)", (b, i) -> b.setBytes(i, new byte[0]));
        all.put("setBytes(array, range)", (b, i) -> b.setBytes(i, new byte[2], 1, 0));
        all.put("setBytes(ByteBuf, range)", (b, i) -> b.setBytes(i, Unpooled.buffer(2), 1, 0));
        all.put("setBytes(ours)", (b, i) -> b.setBytes(i, make(2), 0, 0));
        all.put("copy", (b, i) -> later(b.copy(i, 0)));
        all.put("slice", (b, i) -> b.slice(i, 0));
        all.put("nioBuffer", (b, i) -> b.nioBuffer(i, 0));
        all.put("nioBuffers", (b, i) -> b.nioBuffers(i, 0));
        all.put("forEachByte", (b, i) -> b.forEachByte(i, 0, x -> true));
        all.put("forEachByteDesc", (b, i) -> b.forEachByteDesc(i, 0, x -> true));
        all.put("getBytes(stream)", (b, i) -> b.getBytes(i, new ByteArrayOutputStream(), 0));
        all.put("getBytes(channel)", (b, i) -> b.getBytes(i, (GatheringByteChannel) file, 0));
        all.put("getBytes(file)", (b, i) -> b.getBytes(i, file, 0L, 0));
        all.put("setBytes(ByteBuffer)", (b, i) -> b.setBytes(i, ByteBuffer.allocate(0)));
        all.put("setBytes(stream)", (b, i) -> b.setBytes(i, new ByteArrayInputStream(new byte[1]), 0));
        all.put("setBytes(channel)", (b, i) -> b.setBytes(i, (ScatteringByteChannel) file, 0));
        all.put("setBytes(file)", (b, i) -> b.setBytes(i, file, 0L, 0));
        all.put("setZero", (b, i) -> b.setZero(i, 0));
        all.put("internalNioBuffer", (b, i) -> b.internalNioBuffer(i, 0));
        return all;
    }

    @Test
    void insideTheBounds_doNothing() throws Exception {
        try (FileChannel file = open()) {
            for (int capacity : new int[] {0, 1, CAPACITY}) {
                ByteBuf buffer = filled(capacity);
                if (buffer.capacity() == 0 && kind.isComposite()) {
                    continue; /* it has no part to take a view of */
                }
                byte[] before = content(buffer);
                operations(file).forEach((name, operation) -> {
                    if (kind.isComposite() && name.equals("internalNioBuffer")) {
                        return; /* several parts have no common view */
                    }
                    for (int index : new int[] {0, capacity / 2, capacity}) {
                        assertThatCode(() -> operation.at(buffer, index)).as("%s at %d of %d", name, index, capacity)
                            .doesNotThrowAnyException();
                    }
                });
                assertThat(buffer.readerIndex()).isZero();
                assertThat(content(buffer)).isEqualTo(before);
            }
        }
    }

    @Test
    void outOfBounds_throwLikeOthers() throws Exception {
        try (FileChannel file = open()) {
            for (int capacity : new int[] {0, CAPACITY}) {
                ByteBuf buffer = filled(capacity);
                operations(file).forEach((name, operation) -> {
                    for (int index : new int[] {-1, Integer.MIN_VALUE, capacity + 1, capacity + 100, Integer.MAX_VALUE}) {
                        Throwable thrown = catchThrowable(() -> operation.at(buffer, index));
                        if (kind.isOurs() && !kind.isComposite()) {
                            assertThat(thrown).as("%s at %d of %d", name, index, capacity)
                                .isInstanceOf(IndexOutOfBoundsException.class);
                        } else if (thrown != null) { /* the JDK's exception, through Netty's classes */
                            assertThat(thrown).as("%s at %d of %d", name, index, capacity).isInstanceOfAny(
                                IndexOutOfBoundsException.class, IllegalArgumentException.class, UnsupportedOperationException.class);
                        }
                    }
                });
                assertThat(buffer.writerIndex()).isEqualTo(capacity);
            }
        }
    }

    /** Netty's own empty buffer, which everybody meets: no index but 0 exists in it. */
    @Test
    void emptyBuffers_refuseWhatNettysEmptyBufferRefuses() throws Exception {
        if (!kind.isOurs() || kind.isComposite()) {
            return;
        }
        try (FileChannel file = open()) {
            ByteBuf empty = make(0, 0);
            operations(file).forEach((name, operation) -> {
                for (int index : new int[] {-1, 0, 1}) {
                    if (catchThrowable(() -> operation.at(Unpooled.EMPTY_BUFFER, index)) instanceof IndexOutOfBoundsException) {
                        assertThatThrownBy(() -> operation.at(empty, index)).as("%s at %d", name, index)
                            .isInstanceOf(IndexOutOfBoundsException.class);
                    }
                }
                assertThatCode(() -> operation.at(empty, 0)).as(name).doesNotThrowAnyException();
            });
        }
    }

    @Test
    void readsAndWritesOfNothing_moveNothing() throws Exception {
        ByteBuf buffer = filled(CAPACITY);
        buffer.readerIndex(CAPACITY);
        buffer.readBytes(new byte[0]).readBytes(ByteBuffer.allocate(0)).readBytes(make(0), 0).skipBytes(0);
        try (FileChannel file = open()) {
            assertThat(buffer.readBytes((GatheringByteChannel) file, 0)).isZero();
        }
        assertThat(later(buffer.readBytes(0)).isReadable()).isFalse();
        assertThat(buffer.readSlice(0).capacity()).isZero();
        assertThat(buffer.readerIndex()).isEqualTo(CAPACITY);
        buffer.writeBytes(new byte[0]).writeBytes(ByteBuffer.allocate(0)).writeBytes(make(0)).writeZero(0);
        assertThat(buffer.writeBytes(new ByteArrayInputStream(new byte[3]), 0)).isZero();
        if (kind.takesText()) {
            assertThat(buffer.writeCharSequence("", StandardCharsets.UTF_8)).isZero();
        }
        assertThat(buffer.ensureWritable(0, false)).isZero();
        assertThat(buffer.writerIndex()).isEqualTo(CAPACITY);
        assertThat(buffer.getCharSequence(0, 0, StandardCharsets.US_ASCII).length()).isZero();
        assertThat(buffer.toString(CAPACITY, 0, StandardCharsets.UTF_8)).isEmpty();
        assertThat(buffer.indexOf(5, 5, (byte) 0)).isEqualTo(-1);
        assertThat(buffer.bytesBefore((byte) 0)).isEqualTo(-1);
    }

    private FileChannel open() throws IOException {
        return FileChannel.open(folder.resolve("file"), StandardOpenOption.CREATE, StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    }
}
