package dev.cenote.agrona;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cenote.BlockPool;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.broadcast.BroadcastBufferDescriptor;
import org.agrona.concurrent.broadcast.BroadcastReceiver;
import org.agrona.concurrent.broadcast.BroadcastTransmitter;
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

    private static void hasBody(UnsafeBuffer message, int number, int length) {
        assertThat(length).isEqualTo(16 + number % 48);
        for (int i = 8; i < length; i++) {
            if (message.getByte(i) != (byte) number) {
                throw new AssertionError("message " + number + " is torn at byte " + i);
            }
        }
    }

    @Test
    void broadcast_reachesEveryReceiver() throws InterruptedException {
        int bytes = 64 * 1024 + BroadcastBufferDescriptor.TRAILER_LENGTH;
        try (BlockPool pool = poolOf(bytes); BlockBuffer memory = zeroed(pool)) {
            AtomicReference<Throwable> failure = new AtomicReference<>();
            AtomicLongArray received = new AtomicLongArray(2);
            List<Thread> receivers = new ArrayList<>();
            for (int r = 0; r < received.length(); r++) {
                int receiver = r;
                BroadcastReceiver queue = new BroadcastReceiver(memory);
                receivers.add(start("receiver-" + r, failure, () -> {
                    UnsafeBuffer message = new UnsafeBuffer(new byte[64]);
                    for (int number = 0; number < MESSAGES; ) {
                        if (!queue.receiveNext()) {
                            Thread.yield();
                            continue;
                        }
                        message.putBytes(0, queue.buffer(), queue.offset(), queue.length());
                        assertThat(queue.validate()).isTrue();
                        assertThat(message.getInt(4)).isEqualTo(number);
                        hasBody(message, number, queue.length());
                        received.set(receiver, ++number);
                    }
                    assertThat(queue.lappedCount()).isZero();
                }));
            }
            BroadcastTransmitter transmitter = new BroadcastTransmitter(memory);
            UnsafeBuffer message = new UnsafeBuffer(new byte[64]);
            for (int number = 0; number < MESSAGES && failure.get() == null; number++) {
                while (number - Math.min(received.get(0), received.get(1)) > 300 && failure.get() == null) {
                    Thread.yield(); /* 300 messages are a third of the buffer: nobody is lapped */
                }
                transmitter.transmit(7, message, 0, fill(message, 0, number));
            }
            for (Thread thread : receivers) {
                thread.join();
            }
            assertThat(failure.get()).isNull();
        }
    }

    @Test
    void broadcast_tellsAReceiverThatWasLapped() {
        int bytes = 4096 + BroadcastBufferDescriptor.TRAILER_LENGTH;
        try (BlockPool pool = poolOf(bytes); BlockBuffer memory = zeroed(pool)) {
            BroadcastReceiver queue = new BroadcastReceiver(memory);
            BroadcastTransmitter transmitter = new BroadcastTransmitter(memory);
            UnsafeBuffer message = new UnsafeBuffer(new byte[64]);
            for (int number = 0; number < 1000; number++) {
                transmitter.transmit(7, message, 0, fill(message, 0, number));
            }
            assertThat(queue.receiveNext()).isTrue();
            assertThat(queue.lappedCount()).isPositive();
            message.putBytes(0, queue.buffer(), queue.offset(), queue.length());
            assertThat(queue.validate()).isTrue();
            assertThat(message.getInt(4)).isEqualTo(999);
            hasBody(message, 999, queue.length());
        }
    }
}
