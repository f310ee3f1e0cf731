package dev.cenote.gateway.memory;

import io.netty.buffer.AdaptiveByteBufAllocator;

/** Netty's adaptive allocator for the messages and the channels: whole pipelines on one allocator. */
public final class NettyWholeKind implements MemoryKind {
    @Override
    public String id() {
        return "netty-adaptive-all";
    }

    @Override
    public String about() {
        return "Netty AdaptiveByteBufAllocator for messages and channels";
    }

    @Override
    public String colour() {
        return "#7aa6f0";
    }

    @Override
    public MessageMemory open(MemorySettings settings) {
        return new NettyMemory<>(new AdaptiveByteBufAllocator(true), settings, true);
    }
}
