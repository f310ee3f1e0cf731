package dev.cenote.agrona;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cenote.BlockPool;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.broadcast.BroadcastBufferDescriptor;
import org.agrona.concurrent.broadcast.BroadcastReceiver;
import org.agrona.concurrent.broadcast.BroadcastTransmitter;
import org.agrona.concurrent.broadcast.CopyBroadcastReceiver;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Agrona's ring buffers and its broadcast buffer on our memory, between threads: nothing lost, torn or out of order.
 */
@Timeout(120) /* catches a hang */
class QueuesTest {

    private static final int MESSAGES = 200_000;
    private static final int RING_BYTES = 16 * 1024;

    private static BlockPool poolOf(int bytes) {
        return TestMemory.builder().blockBytes(bytes).maximumBytes(1 << 20).build();
    }

    /** A block that is at least so large, zeroed, as the descriptors of Agrona's queues ask for. */
    private static BlockBuffer zeroed(BlockPool pool) {
        BlockBuffer buffer = BlockBuffer.of(pool.get());
        buffer.setMemory(0, buffer.capacity(), (byte) 0);
        return buffer;
    }

    private static Thread start(String name, AtomicReference<Throwable> failure, Runnable body) {
        Thread thread = new Thread(() -> {
            try {
                body.run();
            } catch (Throwable e) {
                failure.compareAndSet(null, e);
            }
        }, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** A message: who, which, and a body whose every byte follows from both. */
    private static int fill(UnsafeBuffer message, int writer, int number) {
        int length = 16 + number % 48;
        message.putInt(0, writer);
        message.putInt(4, number);
        message.setMemory(8, length - 8, (byte) (writer * 31 + number));
        return length;
    }

    private void allArriveInOrder(RingBuffer ring, int writers) throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int w = 0; w < writers; w++) {
            int writer = w;
            threads.add(start("writer-" + w, failure, () -> {
                UnsafeBuffer message = new UnsafeBuffer(new byte[64]);
                for (int number = 0; number < MESSAGES / writers; number++) {
                    int length = fill(message, writer, number);
                    while (!ring.write(1 + writer, message, 0, length)) {
                        Thread.yield();
                    }
                }
            }));
        }
        int[] next = new int[writers];
        int[] seen = new int[1];
        while (seen[0] < MESSAGES / writers * writers && failure.get() == null) {
            int read = ring.read((type, buffer, index, length) -> {
                int writer = buffer.getInt(index);
                int number = buffer.getInt(index + 4);
                assertThat(type).isEqualTo(1 + writer);
                assertThat(number).isEqualTo(next[writer]++);
                assertThat(length).isEqualTo(16 + number % 48);
                for (int i = 8; i < length; i++) {
                    if (buffer.getByte(index + i) != (byte) (writer * 31 + number)) {
                        throw new AssertionError("message " + number + " of writer " + writer + " is torn at byte " + i);
                    }
                }
                seen[0]++;
            });
            if (read == 0) {
                Thread.yield();
            }
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failure.get()).isNull();
        for (int w = 0; w < writers; w++) {
            assertThat(next[w]).isEqualTo(MESSAGES / writers);
        }
        assertThat(ring.size()).isZero();
    }

    @Test
    void oneToOneRing_carriesEveryMessage() throws InterruptedException {
        try (BlockPool pool = poolOf(RING_BYTES + RingBufferDescriptor.TRAILER_LENGTH); BlockBuffer memory = zeroed(pool)) {
            allArriveInOrder(new OneToOneRingBuffer(memory), 1);
        }
    }

    @Test
    void manyToOneRing_carriesEveryMessage() throws InterruptedException {
        try (BlockPool pool = poolOf(RING_BYTES + RingBufferDescriptor.TRAILER_LENGTH); BlockBuffer memory = zeroed(pool)) {
            allArriveInOrder(new ManyToOneRingBuffer(memory), 3);
        }
    }

    @Test
    void broadcast_reachesEveryReceiverOrTellsItWasLapped() throws InterruptedException {
        int bytes = 64 * 1024 + BroadcastBufferDescriptor.TRAILER_LENGTH;
        try (BlockPool pool = poolOf(bytes); BlockBuffer memory = zeroed(pool)) {
            AtomicReference<Throwable> failure = new AtomicReference<>();
            List<Thread> receivers = new ArrayList<>();
            long[] received = new long[2];
            int last = MESSAGES;
            for (int r = 0; r < received.length; r++) {
                int receiver = r;
                BroadcastReceiver raw = new BroadcastReceiver(memory);
                CopyBroadcastReceiver copy = new CopyBroadcastReceiver(raw);
                receivers.add(start("receiver-" + r, failure, () -> {
                    int[] newest = {-1};
                    while (newest[0] < last) {
                        int read;
                        try {
                            read = copy.receive((type, buffer, index, length) -> {
                                int number = buffer.getInt(index + 4);
                                assertThat(number).isGreaterThan(newest[0]);
                                assertThat(length).isEqualTo(16 + number % 48);
                                for (int i = 8; i < length; i++) {
                                    if (buffer.getByte(index + i) != (byte) number) {
                                        throw new AssertionError("message " + number + " is torn at byte " + i);
                                    }
                                }
                                newest[0] = number;
                            });
                        } catch (IllegalStateException lapped) { /* what it says when it is too slow */
                            continue;
                        }
                        received[receiver] += read;
                        if (read == 0) {
                            Thread.yield();
                        }
                    }
                }));
            }
            BroadcastTransmitter transmitter = new BroadcastTransmitter(memory);
            UnsafeBuffer message = new UnsafeBuffer(new byte[64]);
            for (int number = 0; number <= last; number++) {
                transmitter.transmit(7, message, 0, fill(message, 0, number));
                if (number % 64 == 0) {
                    Thread.yield();
                }
            }
            int lastSent = last;
            while (receivers.stream().anyMatch(Thread::isAlive) && failure.get() == null) {
                transmitter.transmit(7, message, 0, fill(message, 0, ++lastSent)); /* for who missed the last one */
                Thread.sleep(1);
            }
            assertThat(failure.get()).isNull();
            assertThat(received[0]).isPositive();
            assertThat(received[1]).isPositive();
        }
    }
}
