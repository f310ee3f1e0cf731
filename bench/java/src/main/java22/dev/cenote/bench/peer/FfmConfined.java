package dev.cenote.bench.peer;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A confined {@code Arena} per block, as the JDK's documentation shows it. */
final class FfmConfined extends ObjectPeer<FfmConfined.Scoped> {

    FfmConfined(int bytes) {
        super(bytes);
    }

    @Override
    protected Scoped get() {
        Arena arena = Arena.ofConfined();
        return new Scoped(arena, arena.allocate(bytes()));
    }

    @Override
    protected void touch(Scoped block) {
        block.segment.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        block.segment.set(ValueLayout.JAVA_BYTE, bytes() - 1, (byte) 1);
    }

    @Override
    protected void put(Scoped block) {
        block.arena.close();
    }

    /** A segment and what frees it. */
    record Scoped(Arena arena, MemorySegment segment) {
    }
}
