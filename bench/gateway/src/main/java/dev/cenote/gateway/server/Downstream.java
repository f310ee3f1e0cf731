package dev.cenote.gateway.server;

import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The second thread: reads each message, answers it, holds it for its lifetime, releases it.
 * <p>Memory is thus freed here, not on the event loop that took it.
 */
final class Downstream {
    private static final int QUEUE_CAPACITY = 16_384;

    private final ArrayBlockingQueue<Message> inbox = new ArrayBlockingQueue<>(QUEUE_CAPACITY);
    private final Lifetime lifetime;
    private final Counts counts;
    private final JsonScan scan = new JsonScan();
    private final Thread thread;
    private volatile boolean stopping;

    Downstream(int number, Lifetime lifetime, Counts counts) {
        this.lifetime = lifetime;
        this.counts = counts;
        this.thread = new FastThreadLocalThread(this::run, "downstream-" + number);
        this.thread.start();
    }

    /** Hands a message over. False when the downstream is too far behind; the message then stays the caller's. */
    boolean offer(Message message) {
        return inbox.offer(message);
    }

    /** Answers and releases what is there, then ends the thread. */
    void stop() {
        stopping = true;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        HoldWheel wheel = new HoldWheel(System.nanoTime());
        try {
            while (!stopping || !inbox.isEmpty()) {
                Message message = inbox.poll();
                if (message == null) {
                    message = inbox.poll(wheel.isEmpty() ? 20_000_000 : HoldWheel.SLOT_NANOS, TimeUnit.NANOSECONDS);
                }
                if (message != null) {
                    readAndAnswer(message);
                    message.dueNanos = System.nanoTime() + lifetime.nextNanos();
                    wheel.hold(message);
                }
                release(wheel.due(System.nanoTime()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            release(wheel.all());
        }
    }

    private void readAndAnswer(Message message) {
        message.checksumRead = message.checksum();
        scan.reset();
        message.scan(scan);
        boolean intact = message.checksumSent < 0 || message.checksumSent == Integer.toUnsignedLong(message.checksumRead);
        if (intact) {
            counts.answered.increment();
            counts.bytes.add(message.bytes());
            Answers.accepted(message, scan);
        } else {
            counts.corrupt.increment();
            Answers.corrupt(message);
        }
    }

    /** The message's last reader: its bytes must still be those that came in, or somebody else has written over them. */
    private void release(@Nullable Message chain) {
        while (chain != null) {
            Message message = chain;
            chain = message.next;
            message.next = null;
            if (message.checksum() != message.checksumRead) {
                counts.corrupt.increment();
            }
            message.release();
            counts.released.increment();
        }
    }
}
