package dev.cenote.bench.peer;

import java.nio.ByteBuffer;

/** A peer that hands out direct buffers. */
abstract class BufferPeer extends ObjectPeer<ByteBuffer> {

    private final int last;

    BufferPeer(int bytes) {
        super(bytes);
        last = bytes - 1;
    }

    @Override
    protected final void touch(ByteBuffer block) {
        block.put(0, (byte) 1);
        block.put(last, (byte) 1);
    }
}
