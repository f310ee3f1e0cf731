package dev.cenote.bench.peer;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** What many programs write themselves: an {@code ArrayDeque} of direct buffers per thread, bounded. */
final class ThreadLocalDeque extends BufferPeer {

    private final ThreadLocal<ArrayDeque<ByteBuffer>> deques = ThreadLocal.withInitial(() -> new ArrayDeque<>(ENTRIES));

    ThreadLocalDeque(int bytes) {
        super(bytes);
    }

    @Override
    protected ByteBuffer get() {
        ByteBuffer block = deques.get().pollLast();
        return block != null ? block : ByteBuffer.allocateDirect(bytes());
    }

    @Override
    protected void put(ByteBuffer block) {
        ArrayDeque<ByteBuffer> deque = deques.get();
        if (deque.size() < ENTRIES) {
            deque.addLast(block);   // over that the collector frees it
        }
    }
}
