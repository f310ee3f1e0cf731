package dev.cenote.consumer.segment;

import dev.cenote.Backend;
import dev.cenote.BlockPool;
import dev.cenote.segment.BlockSegments;
import dev.cenote.segment.SegmentArena;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A user's program on Java 22: an arena, a block as a segment, and the ffm backend. */
public final class Main {

    private Main() {
    }

    public static void main(String[] arguments) {
        long sum = 0;
        try (SegmentArena arena = SegmentArena.confined()) {
            MemorySegment numbers = arena.allocateFrom(ValueLayout.JAVA_LONG, 40, 2);
            sum += numbers.getAtIndex(ValueLayout.JAVA_LONG, 0) + numbers.getAtIndex(ValueLayout.JAVA_LONG, 1);
        }
        try (BlockPool pool = BlockPool.builder().blockBytes(4096).maximumBytes(64L << 20).backend(Backend.FFM).build()) {
            try (Arena request = Arena.ofConfined()) {
                MemorySegment block = BlockSegments.take(pool, request);
                block.set(ValueLayout.JAVA_INT, 0, 7);
                sum += block.get(ValueLayout.JAVA_INT, 0);
            }
            System.out.println("backend " + pool.backend() + ", sum " + sum + ", in use " + pool.stats().blocksInUse());
        }
    }
}
