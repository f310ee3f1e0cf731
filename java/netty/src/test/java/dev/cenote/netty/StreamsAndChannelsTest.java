package dev.cenote.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.ByteBufOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ScatteringByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bytes between a buffer and streams, scattering and gathering channels, and files.
 */
class StreamsAndChannelsTest extends ContractTest {

    private static final byte[] BYTES = bytes(CAPACITY, 13);

    @TempDir
    Path folder;

    /** Takes at most so many bytes a call, as sockets do. */
    private static final class Narrow implements GatheringByteChannel, ScatteringByteChannel {
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private final int most;
        private boolean open = true;
        private int given;

        Narrow(int most) {
            this.most = most;
        }

        @Override
        public int write(ByteBuffer source) {
            int bytes = Math.min(most, source.remaining());
            for (int i = 0; i < bytes; i++) {
                taken.write(source.get());
            }
            return bytes;
        }

        @Override
        public long write(ByteBuffer[] sources, int from, int count) {
            long sum = 0;
            for (int i = from; i < from + count && sum < most; i++) {
                while (sources[i].hasRemaining() && sum < most) {
                    taken.write(sources[i].get());
                    sum++;
                }
            }
            return sum;
        }

        @Override
        public long write(ByteBuffer[] sources) {
            return write(sources, 0, sources.length);
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            return (int) read(new ByteBuffer[] {target});
        }

        @Override
        public long read(ByteBuffer[] targets) throws IOException {
            return read(targets, 0, targets.length);
        }

        @Override
        public long read(ByteBuffer[] targets, int from, int count) throws IOException {
            if (!open) {
                throw new ClosedChannelException();
            }
            int before = given;
            for (int i = from; i < from + count; i++) {
                while (targets[i].hasRemaining() && given < before + most && given < BYTES.length) {
                    targets[i].put(BYTES[given++]);
                }
            }
            return given == before && given == BYTES.length ? -1 : given - before;
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void close() {
            open = false;
        }
    }

    /** Netty's unpooled buffers let the JDK's exception through. */
    private void assertOutOfBounds(ThrowableAssert.ThrowingCallable call) {
        if (kind.isOurs() && !kind.isComposite()) {
            assertThatThrownBy(call).isInstanceOf(IndexOutOfBoundsException.class);
        } else {
            assertThatThrownBy(call).isInstanceOfAny(IndexOutOfBoundsException.class, IllegalArgumentException.class);
        }
    }

    @Test
    void outputStreams_getTheBytes() throws IOException {
        byte[] many = bytes(30_000, 3); /* more than one step of a copy */
        ByteBuf buffer = make(30_000).writeBytes(many);
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        buffer.getBytes(5, target, 29_000);
        assertThat(target.toByteArray()).isEqualTo(Arrays.copyOfRange(many, 5, 29_005));
        target.reset();
        buffer.readBytes(target, 20_000).readBytes(target, 10_000);
        assertThat(target.toByteArray()).isEqualTo(many);
        assertThat(buffer.isReadable()).isFalse();
        buffer.getBytes(7, target, 0);
        assertOutOfBounds(() -> buffer.getBytes(1, target, 30_000));
        assertThatThrownBy(() -> buffer.readBytes(target, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(target.size()).isEqualTo(30_000);
    }

    @Test
    void inputStreams_areReadOnce() throws IOException {
        ByteBuf buffer = make(CAPACITY);
        assertThat(buffer.setBytes(10, new ByteArrayInputStream(BYTES), 100)).isEqualTo(100);
        byte[] stored = new byte[100];
        buffer.getBytes(10, stored);
        assertThat(stored).isEqualTo(Arrays.copyOf(BYTES, 100));
        ByteArrayInputStream three = new ByteArrayInputStream(BYTES, 0, 3);
        assertThat(buffer.writeBytes(three, 20)).isEqualTo(3);
        assertThat(buffer.writerIndex()).isEqualTo(3);
        assertThat(buffer.writeBytes(three, 20)).isEqualTo(-1);
        assertThat(buffer.writerIndex()).isEqualTo(3);
        if (kind.isStrict()) {
            assertThatThrownBy(() -> buffer.setBytes(CAPACITY - 1, three, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void gatheringChannels_mayTakeLess() throws IOException {
        ByteBuf buffer = make(CAPACITY).writeBytes(BYTES);
        Narrow channel = new Narrow(70);
        assertThat(buffer.getBytes(3, channel, 200)).isEqualTo(70);
        assertThat(channel.taken.toByteArray()).isEqualTo(Arrays.copyOfRange(BYTES, 3, 73));
        channel.taken.reset();
        while (buffer.isReadable()) {
            assertThat(buffer.readBytes(channel, Math.min(buffer.readableBytes(), 90))).isPositive();
        }
        assertThat(channel.taken.toByteArray()).isEqualTo(BYTES);
        assertThat(buffer.getBytes(0, channel, 0)).isZero();
        assertOutOfBounds(() -> buffer.getBytes(1, channel, CAPACITY));
        assertThatThrownBy(() -> buffer.readBytes(channel, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void scatteringChannels_mayGiveLess() throws IOException {
        ByteBuf buffer = make(CAPACITY);
        Narrow channel = new Narrow(70);
        assertThat(buffer.setBytes(0, channel, 50)).isEqualTo(50);
        buffer.writerIndex(50);
        while (buffer.writerIndex() < CAPACITY) {
            int before = buffer.writerIndex();
            int read = buffer.writeBytes(channel, CAPACITY - before);
            assertThat(read).isPositive();
            assertThat(buffer.writerIndex()).isEqualTo(before + read);
        }
        assertThat(content(buffer)).isEqualTo(BYTES);
        assertThat(buffer.setBytes(0, channel, 10)).isEqualTo(-1);
        channel.close();
        assertThat(buffer.setBytes(0, channel, 10)).isEqualTo(-1);
        assertOutOfBounds(() -> buffer.setBytes(CAPACITY - 5, channel, 6));
    }

    @Test
    @SuppressWarnings("try") /* closes the file early, on purpose */
    void files_areReadAndWrittenAtPositions() throws IOException {
        Path path = folder.resolve("file");
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            ByteBuf buffer = make(CAPACITY).writeBytes(BYTES);
            assertThat(buffer.getBytes(10, file, 5, 100)).isEqualTo(100);
            assertThat(file.position()).isZero();
            assertThat(buffer.readBytes(file, 105, 50)).isEqualTo(50);
            assertThat(buffer.readerIndex()).isEqualTo(50);
            byte[] written = Files.readAllBytes(path);
            assertThat(written).hasSize(155);
            assertThat(Arrays.copyOfRange(written, 5, 105)).isEqualTo(Arrays.copyOfRange(BYTES, 10, 110));
            assertThat(Arrays.copyOfRange(written, 105, 155)).isEqualTo(Arrays.copyOf(BYTES, 50));
            assertThat(buffer.readBytes((GatheringByteChannel) file, 20)).isEqualTo(20);
            assertThat(file.position()).isEqualTo(20);

            ByteBuf back = make(CAPACITY);
            assertThat(back.setBytes(7, file, 105, 50)).isEqualTo(50);
            byte[] stored = new byte[50];
            back.getBytes(7, stored);
            assertThat(stored).isEqualTo(Arrays.copyOf(BYTES, 50));
            assertThat(back.writeBytes(file, 150, 50)).isEqualTo(5);
            assertThat(back.writerIndex()).isEqualTo(5);
            assertThat(back.writeBytes(file, 155, 50)).isEqualTo(-1);
            assertThat(back.writerIndex()).isEqualTo(5);
            assertOutOfBounds(() -> back.setBytes(CAPACITY - 1, file, 0, 2));
            assertOutOfBounds(() -> back.getBytes(CAPACITY - 1, file, 0, 2));
            file.close();
            assertThat(back.setBytes(0, file, 0, 2)).isEqualTo(-1);
        }
    }

    @Test
    void nettysStreams_workOnOurs() throws IOException {
        ByteBuf buffer = make(16);
        try (ByteBufOutputStream out = new ByteBufOutputStream(buffer)) {
            out.writeUTF("Zisterne");
            out.writeLong(42);
            out.write(BYTES);
        }
        try (ByteBufInputStream in = new ByteBufInputStream(buffer)) {
            assertThat(in.readUTF()).isEqualTo("Zisterne");
            assertThat(in.readLong()).isEqualTo(42);
            byte[] rest = new byte[BYTES.length];
            in.readFully(rest);
            assertThat(rest).isEqualTo(BYTES);
            assertThat(in.available()).isZero();
        }
    }

    @Test
    void channelsOfTheJdk_work() throws IOException {
        ByteBuf buffer = make(CAPACITY).writeBytes(BYTES);
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        ByteBuffer[] views = buffer.nioBuffers();
        for (ByteBuffer view : views) {
            Channels.newChannel(target).write(view);
        }
        assertThat(target.toByteArray()).isEqualTo(BYTES);
        assertThat(buffer.nioBufferCount()).isEqualTo(views.length);
    }
}
