package dev.cenote.gateway.memory;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** A broken memory for tests: every tenth piece lies on the same bytes as others that are in use. */
public final class OverlappingKind implements MemoryKind {
    @Override
    public String id() {
        return "overlapping";
    }

    @Override
    public String about() {
        return "hands the same bytes out twice";
    }

    @Override
    public String colour() {
        return "#ff8800";
    }

    @Override
    public MessageMemory open(MemorySettings settings) {
        AtomicLong takes = new AtomicLong();
        LongAdder releases = new LongAdder();
        byte[] shared = new byte[settings.blockBytes()];
        return new TestMemory(bytes -> {
            ByteBuffer buffer = takes.incrementAndGet() % 10 == 0
                    ? ByteBuffer.wrap(shared) : ByteBuffer.allocate(settings.pieceBytes(bytes));
            return new BufferPiece(buffer, releases);
        }, () -> takes.get() - releases.sum());
    }
}
