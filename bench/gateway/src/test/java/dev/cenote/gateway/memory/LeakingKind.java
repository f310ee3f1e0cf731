package dev.cenote.gateway.memory;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** A broken memory for tests: it forgets every 50th release. */
public final class LeakingKind implements MemoryKind {
    @Override
    public String id() {
        return "leaking";
    }

    @Override
    public String about() {
        return "forgets every 50th release";
    }

    @Override
    public String colour() {
        return "#ff0000";
    }

    @Override
    public MessageMemory open(MemorySettings settings) {
        AtomicLong takes = new AtomicLong();
        LongAdder releases = new LongAdder();
        return new TestMemory(bytes -> {
            LongAdder counted = takes.incrementAndGet() % 50 == 0 ? new LongAdder() : releases;
            return new BufferPiece(ByteBuffer.allocate(settings.pieceBytes(bytes)), counted);
        }, () -> takes.get() - releases.sum());
    }
}
