package dev.cenote.bench.peer;

import java.nio.ByteBuffer;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.MpmcArrayQueue;
import org.jctools.queues.MpmcUnboundedXaddArrayQueue;

/** A JCTools queue of direct buffers as a pool. */
abstract class JctoolsQueue extends BufferPeer {

    private JctoolsQueue(int bytes) {
        super(bytes);
    }

    static <Q extends MessagePassingQueue<ByteBuffer>> Q filled(Q queue, int bytes) {
        for (int i = 0; i < ENTRIES; i++) {
            queue.offer(ByteBuffer.allocateDirect(bytes));
        }
        return queue;
    }

    static ByteBuffer taken(ByteBuffer block) {
        if (block == null) {
            throw new IllegalStateException("the queue is empty");
        }
        return block;
    }

    /** {@code MpmcArrayQueue}: one CAS a side. */
    static final class Mpmc extends JctoolsQueue {
        private final MpmcArrayQueue<ByteBuffer> queue;

        Mpmc(int bytes) {
            super(bytes);
            queue = filled(new MpmcArrayQueue<>(ENTRIES), bytes);
        }

        @Override
        protected ByteBuffer get() {
            return taken(queue.relaxedPoll());
        }

        @Override
        protected void put(ByteBuffer block) {
            queue.offer(block);
        }
    }

    /** {@code MpmcUnboundedXaddArrayQueue}: a fetch-and-add to put. */
    static final class Xadd extends JctoolsQueue {
        private final MpmcUnboundedXaddArrayQueue<ByteBuffer> queue;

        Xadd(int bytes) {
            super(bytes);
            queue = filled(new MpmcUnboundedXaddArrayQueue<>(ENTRIES), bytes);
        }

        @Override
        protected ByteBuffer get() {
            return taken(queue.poll());
        }

        @Override
        protected void put(ByteBuffer block) {
            queue.offer(block);
        }
    }
}
