package dev.cenote.gateway.memory;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;

/** A piece that is one {@link ByteBuffer} which the garbage collector reclaims: heap arrays and {@code allocateDirect}. */
final class BufferPiece implements Piece {
    private final ByteBuffer buffer;
    private final LongAdder releases;
    private int filled;

    BufferPiece(ByteBuffer buffer, LongAdder releases) {
        this.buffer = buffer;
        this.releases = releases;
    }

    @Override
    public int room() {
        return buffer.capacity() - filled;
    }

    @Override
    public void append(ByteBuf source, int bytes) {
        buffer.limit(filled + bytes).position(filled);
        source.readBytes(buffer);
        filled += bytes;
    }

    @Override
    public ByteBuffer content() {
        return buffer.position(0).limit(filled);
    }

    @Override
    public void release() {
        releases.increment();
    }
}
