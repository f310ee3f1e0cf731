package dev.cenote.gateway.memory;

import io.netty.buffer.AdaptiveByteBufAllocator;

/** Netty's adaptive allocator: magazines that learn the sizes asked for; Netty 4.2's default. */
public final class NettyAdaptiveKind implements MemoryKind {
    @Override
    public String id() {
        return "netty-adaptive";
    }

    @Override
    public String about() {
        return "Netty AdaptiveByteBufAllocator, direct buffers, leak detection off";
    }

    @Override
    public String colour() {
        return "#4c78dd";
    }

    @Override
    public MessageMemory open(MemorySettings settings) {
        return new NettyMemory<>(new AdaptiveByteBufAllocator(true), settings, false);
    }
}
