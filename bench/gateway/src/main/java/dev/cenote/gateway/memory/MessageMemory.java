package dev.cenote.gateway.memory;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;

/**
 * The memory under test: hands out pieces, takes them back on any thread.
 * <p>{@link #take} and {@link Piece#release} are called by several threads at once.
 */
public interface MessageMemory extends AutoCloseable {
    /** Stands for a figure that a memory kind cannot tell. */
    long UNKNOWN = -1;

    /**
     * Takes one piece.
     *
     * @param bytes what is still to come of the message, at least 1; the piece may be smaller or larger
     * @throws RuntimeException when there is no memory left; the gateway answers 503 and counts it
     */
    Piece take(int bytes);

    /** Pieces taken and not given back, as this memory itself counts them. */
    long outstanding();

    /** How often this memory asked the system for more, or {@link #UNKNOWN}. */
    long growths();

    /** Bytes this memory holds outside the Java heap, in use or not, or {@link #UNKNOWN}. */
    long heldBytes();

    /**
     * What the channels' own buffers come from; asked once. The same pooled Netty allocator for every kind, except for kinds
     * that run whole pipelines on one allocator.
     */
    default ByteBufAllocator channelBuffers() {
        return new PooledByteBufAllocator(true);
    }

    @Override
    void close();
}
