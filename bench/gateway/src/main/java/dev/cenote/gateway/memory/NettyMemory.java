package dev.cenote.gateway.memory;

import dev.cenote.netty.CenoteByteBufAllocator;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;

/**
 * Direct buffers of one Netty allocator of its own: apart from the one the channels use, or the same for whole pipelines.
 *
 * @param <A> which allocator
 */
final class NettyMemory<A extends AbstractByteBufAllocator & ByteBufAllocatorMetricProvider> implements MessageMemory {
    private final A allocator;
    private final MemorySettings settings;
    private final boolean wholePipelines;
    private final LongAdder takes = new LongAdder();
    private final LongAdder releases = new LongAdder();

    NettyMemory(A allocator, MemorySettings settings, boolean wholePipelines) {
        this.allocator = allocator;
        this.settings = settings;
        this.wholePipelines = wholePipelines;
    }

    @Override
    public ByteBufAllocator channelBuffers() {
        return wholePipelines ? allocator : MessageMemory.super.channelBuffers();
    }

    @Override
    public Piece take(int bytes) {
        int capacity = settings.pieceBytes(bytes);
        Piece piece = new NettyPiece(allocator.directBuffer(capacity, capacity), releases);
        takes.increment();
        return piece;
    }

    /** Counted at our edge, each release checked against the buffer's own count: thread caches blur the arenas' figures. */
    @Override
    public long outstanding() {
        return takes.sum() - releases.sum();
    }

    @Override
    public long growths() {
        return UNKNOWN;
    }

    @Override
    public long heldBytes() {
        return allocator instanceof CenoteByteBufAllocator ours ? ours.stats().bytesCommitted()
                : allocator.metric().usedDirectMemory(); // Netty's allocators tell the size of their arenas
    }

    @Override
    public void close() {
        if (allocator instanceof CenoteByteBufAllocator ours) {
            ours.close();
        } // Netty's allocators have no close; the process ends after this
    }

    private static final class NettyPiece implements Piece {
        private final ByteBuf buffer;
        private final LongAdder releases;

        NettyPiece(ByteBuf buffer, LongAdder releases) {
            this.buffer = buffer;
            this.releases = releases;
        }

        @Override
        public int room() {
            return buffer.writableBytes();
        }

        @Override
        public void append(ByteBuf source, int bytes) {
            buffer.writeBytes(source, bytes);
        }

        /** The buffer's own view, the cheapest Netty has: no copy, no new reference count. */
        @Override
        public ByteBuffer content() {
            return buffer.internalNioBuffer(buffer.readerIndex(), buffer.readableBytes());
        }

        @Override
        public void release() {
            if (!buffer.release()) {
                throw new IllegalStateException("a Netty buffer is still referenced after its release: " + buffer);
            }
            releases.increment();
        }
    }
}
