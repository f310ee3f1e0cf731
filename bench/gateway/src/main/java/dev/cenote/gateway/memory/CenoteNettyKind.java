package dev.cenote.gateway.memory;

import dev.cenote.netty.CenoteByteBufAllocator;
import java.time.Duration;

/** Cenote's allocator for Netty, for the messages and the channels: whole pipelines on Cenote. */
public final class CenoteNettyKind implements MemoryKind {
    @Override
    public String id() {
        return "cenote-netty";
    }

    @Override
    public String about() {
        return "CenoteByteBufAllocator for messages and channels: whole pipelines on Cenote";
    }

    @Override
    public String colour() {
        return "#0b6e4f";
    }

    @Override
    public MessageMemory open(MemorySettings settings) {
        return new NettyMemory<>(CenoteByteBufAllocator.builder()
                .name("gateway")
                .maximumBytes(settings.maximumBytes())
                .memory(pool -> pool.retainFor(Duration.ofSeconds(1)))
                .build(), settings, true);
    }
}
