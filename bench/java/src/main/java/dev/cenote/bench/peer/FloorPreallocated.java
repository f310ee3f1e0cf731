package dev.cenote.bench.peer;

import java.nio.ByteBuffer;

/** No pool at all: one block per thread, always the same. What the loop and the touches cost. */
final class FloorPreallocated extends BufferPeer {

    private final ByteBuffer block;

    FloorPreallocated(int bytes) {
        super(bytes);
        block = ByteBuffer.allocateDirect(bytes);
    }

    @Override
    public Peer forThread() {
        return new FloorPreallocated(bytes());
    }

    @Override
    protected ByteBuffer get() {
        return block;
    }

    @Override
    protected void put(ByteBuffer back) {
    }
}
