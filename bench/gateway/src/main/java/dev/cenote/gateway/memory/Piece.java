package dev.cenote.gateway.memory;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/**
 * One piece of the memory under test, holding a run of a message's bytes.
 * <p>One thread at a time; the thread that releases it is usually not the one that took it.
 */
public interface Piece {
    /** Bytes that still fit in. */
    int room();

    /** Appends the next {@code bytes} of {@code source}; the caller has checked {@link #room()}. */
    void append(ByteBuf source, int bytes);

    /** What was appended, from position to limit. The piece's own view: valid until the next call on this piece. */
    ByteBuffer content();

    /** Gives the memory back, once. */
    void release();
}
