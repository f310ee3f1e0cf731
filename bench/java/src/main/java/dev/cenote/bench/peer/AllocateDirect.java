package dev.cenote.bench.peer;

import java.nio.ByteBuffer;

/** {@code ByteBuffer.allocateDirect} each time; the collector frees. */
final class AllocateDirect extends BufferPeer {

    AllocateDirect(int bytes) {
        super(bytes);
    }

    @Override
    protected ByteBuffer get() {
        return ByteBuffer.allocateDirect(bytes());
    }

    @Override
    protected void put(ByteBuffer block) {
    }
}
