package dev.cenote.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netty.buffer.ByteBuf;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Reference counts: what they allow, what a released buffer refuses, many threads at once.
 */
class CountsTest extends ContractTest {

    @Test
    void retainAndRelease_count() {
        ByteBuf buffer = make(CAPACITY);
        assertThat(buffer.refCnt()).isEqualTo(1);
        assertThat(buffer.retain()).isSameAs(buffer);
        assertThat(buffer.retain(3)).isSameAs(buffer);
        assertThat(buffer.refCnt()).isEqualTo(5);
        assertThat(buffer.release()).isFalse();
        assertThat(buffer.release(3)).isFalse();
        assertThat(buffer.refCnt()).isEqualTo(1);
        assertThat(buffer.touch()).isSameAs(buffer);
        assertThat(buffer.touch("hint")).isSameAs(buffer);
        assertThat(buffer.release()).isTrue();
        assertThat(buffer.refCnt()).isZero();
    }

    @Test
    void wrongCounts_areRefusedAndChangeNothing() {
        ByteBuf buffer = make(CAPACITY);
        assertThatThrownBy(() -> buffer.retain(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> buffer.retain(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> buffer.release(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> buffer.release(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> buffer.release(2)).isInstanceOf(IllegalReferenceCountException.class);
        assertThat(buffer.refCnt()).isEqualTo(1);
        assertThatThrownBy(() -> buffer.retain(Integer.MAX_VALUE)).isInstanceOf(IllegalReferenceCountException.class);
        assertThat(buffer.refCnt()).isEqualTo(1);
        buffer.retain(4);
        assertThatThrownBy(() -> buffer.release(6)).isInstanceOf(IllegalReferenceCountException.class);
        assertThat(buffer.release(5)).isTrue();
    }

    @Test
    void releasedBuffer_refusesEverything() {
        ByteBuf buffer = make(CAPACITY).writeBytes(bytes(CAPACITY, 1));
        buffer.release();
        List<Consumer<ByteBuf>> uses = List.of(ByteBuf::release, b -> b.release(1), ByteBuf::retain, b -> b.retain(2),
            b -> b.getByte(0), b -> b.setByte(0, 1), b -> b.getShort(0), b -> b.setMedium(0, 1), b -> b.getInt(0),
            b -> b.setIntLE(0, 1), b -> b.getLong(0), b -> b.setDouble(0, 1), b -> b.getBytes(0, new byte[1]),
            b -> b.setBytes(0, new byte[1]), b -> b.setBytes(0, ByteBuffer.allocate(1)), b -> b.getBytes(0, ByteBuffer.allocate(1)),
            b -> b.setZero(0, 1), ByteBuf::readByte, ByteBuf::readLong, b -> b.writeByte(1), b -> b.writeInt(1),
            b -> b.writeBytes(new byte[1]), b -> b.readBytes(new byte[1]), b -> b.skipBytes(1), b -> b.ensureWritable(1),
            b -> b.capacity(1), b -> b.copy(0, 1), b -> b.nioBuffer(0, 1), b -> b.nioBuffers(0, 1),
            ByteBuf::discardReadBytes, ByteBuf::discardSomeReadBytes, b -> b.forEachByte(x -> true),
            b -> b.readSlice(1), b -> b.readRetainedSlice(1), ByteBuf::retainedDuplicate,
            b -> b.writeZero(1), b -> b.writeCharSequence("x", java.nio.charset.StandardCharsets.UTF_8),
            b -> b.getCharSequence(0, 1, java.nio.charset.StandardCharsets.UTF_8));
        for (int i = 0; i < uses.size(); i++) {
            Consumer<ByteBuf> use = uses.get(i);
            Throwable thrown = catchThrowable(() -> use.accept(buffer));
            assertThat(thrown).as("use %d", i).isInstanceOf(IllegalReferenceCountException.class);
        }
        if (kind.isOurs() && !kind.isComposite()) { /* stricter than some of Netty's */
            assertThatThrownBy(() -> buffer.internalNioBuffer(0, 1)).isInstanceOf(IllegalReferenceCountException.class);
            assertThatThrownBy(() -> buffer.indexOf(0, 1, (byte) 1)).isInstanceOf(IllegalReferenceCountException.class);
        }
        if (kind.isOurs() && !kind.isDirect() && !kind.isComposite()) {
            assertThatThrownBy(buffer::array).isInstanceOf(IllegalReferenceCountException.class);
        }
        if (kind.isOurs() && kind.isDirect() && Kind.hasAddresses()) {
            assertThatThrownBy(buffer::memoryAddress).isInstanceOf(IllegalReferenceCountException.class);
        }
        assertThat(buffer.refCnt()).isZero();
        assertThat(buffer.toString()).contains("freed");
    }

    @Test
    void manyThreads_countRight() throws InterruptedException {
        int threads = 4;
        int rounds = 2000;
        for (int round = 0; round < 20; round++) {
            ByteBuf buffer = kind.buffer(64);
            buffer.retain(threads - 1);
            AtomicInteger lasts = new AtomicInteger();
            AtomicInteger failures = new AtomicInteger();
            CountDownLatch start = new CountDownLatch(threads);
            Thread[] running = new Thread[threads];
            for (int i = 0; i < threads; i++) {
                running[i] = new Thread(() -> {
                    start.countDown();
                    try {
                        start.await();
                        for (int j = 0; j < rounds / 20; j++) {
                            buffer.retain();
                            buffer.retain(2);
                            if (buffer.release(2) || buffer.release()) {
                                lasts.addAndGet(100);
                            }
                        }
                        if (buffer.release()) {
                            lasts.incrementAndGet();
                        }
                    } catch (Throwable e) {
                        failures.incrementAndGet();
                    }
                });
                running[i].start();
            }
            for (Thread thread : running) {
                thread.join();
            }
            assertThat(failures).hasValue(0);
            assertThat(lasts).hasValue(1);
            assertThat(buffer.refCnt()).isZero();
        }
    }

    @Test
    void nettysHelpers_work() {
        ByteBuf buffer = make(CAPACITY);
        ReferenceCountUtil.retain(buffer);
        assertThat(ReferenceCountUtil.refCnt(buffer)).isEqualTo(2);
        assertThat(ReferenceCountUtil.release(buffer)).isFalse();
        ReferenceCountUtil.safeRelease(buffer);
        assertThat(buffer.refCnt()).isZero();
    }
}
