package dev.cenote.gateway.memory;

import io.netty.buffer.PooledByteBufAllocator;

/** Netty's pooled allocator: jemalloc-like arenas and thread caches, in Java. */
public final class NettyPooledKind implements MemoryKind {
    @Override
    public String id() {
        return "netty-pooled";
    }

    @Override
    public String about() {
        return "Netty PooledByteBufAllocator, direct buffers, leak detection off";
    }

    @Override
    public String colour() {
        return "#b05cc6";
    }

    @Override
    public MessageMemory open(MemorySettings settings) {
        return new NettyMemory<>(new PooledByteBufAllocator(true), settings, false);
    }
}
