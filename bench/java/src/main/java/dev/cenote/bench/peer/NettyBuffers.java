package dev.cenote.bench.peer;

import dev.cenote.netty.CenoteByteBufAllocator;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;

/** Netty's allocators, and ours for Netty: direct buffers of exactly the size asked for, leak detection off. */
abstract class NettyBuffers extends ObjectPeer<ByteBuf> {

    private final ByteBufAllocator allocator;

    private NettyBuffers(ByteBufAllocator allocator, int bytes) {
        super(bytes);
        this.allocator = allocator;
    }

    @Override
    protected final ByteBuf get() {
        return allocator.directBuffer(bytes(), bytes());
    }

    @Override
    protected final void touch(ByteBuf block) {
        block.setByte(0, 1);
        block.setByte(bytes() - 1, 1);
    }

    @Override
    protected final void put(ByteBuf block) {
        block.release();
    }

    /** {@code PooledByteBufAllocator}. */
    static final class Pooled extends NettyBuffers {
        Pooled(int bytes) {
            super(new PooledByteBufAllocator(true), bytes);
        }
    }

    /** {@code AdaptiveByteBufAllocator}, the default of Netty 4.2. */
    static final class Adaptive extends NettyBuffers {
        Adaptive(int bytes) {
            super(new AdaptiveByteBufAllocator(true), bytes);
        }
    }

    /** Cenote's allocator for Netty. */
    static final class Cenote extends NettyBuffers {
        private final CenoteByteBufAllocator own;

        Cenote(int bytes) {
            this(CenoteByteBufAllocator.builder().maximumBytes(1L << 30).build(), bytes);
        }

        private Cenote(CenoteByteBufAllocator own, int bytes) {
            super(own, bytes);
            this.own = own;
        }

        @Override
        public void close() {
            own.close();
        }
    }
}
