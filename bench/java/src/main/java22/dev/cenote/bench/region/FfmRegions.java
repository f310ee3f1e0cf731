package dev.cenote.bench.region;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;

/** The JDK's own: java.lang.foreign. */
final class FfmRegions {

    private FfmRegions() {
    }

    /** A confined arena for each batch, every piece by itself. */
    static final class Confined extends RegionPeer {
        @Override
        public void batch(int[] sizes, int from) {
            try (Arena arena = Arena.ofConfined()) {
                for (int i = 0; i < PIECES; i++) {
                    arena.allocate(sizes[from + i], 8).set(ValueLayout.JAVA_LONG, 0, i);
                }
            }
        }
    }

    /** A confined arena for each batch, slices of one segment. */
    static final class ConfinedSlicing extends RegionPeer {
        @Override
        public void batch(int[] sizes, int from) {
            try (Arena arena = Arena.ofConfined()) {
                SegmentAllocator slices = SegmentAllocator.slicingAllocator(arena.allocate(1 << 15, 8));
                for (int i = 0; i < PIECES; i++) {
                    slices.allocate(sizes[from + i], 8).set(ValueLayout.JAVA_LONG, 0, i);
                }
            }
        }
    }

    /** One segment that is used again, slices of it. */
    static final class SlicingReused extends RegionPeer {
        private final Arena arena = Arena.ofConfined();
        private final MemorySegment region = arena.allocate(1 << 15, 8);

        @Override
        public void batch(int[] sizes, int from) {
            SegmentAllocator slices = SegmentAllocator.slicingAllocator(region);
            for (int i = 0; i < PIECES; i++) {
                slices.allocate(sizes[from + i], 8).set(ValueLayout.JAVA_LONG, 0, i);
            }
        }

        @Override
        public void close() {
            arena.close();
        }
    }

    /** For the comparison of closes: a shared arena with one piece of a chunk's size. */
    static final class SharedClosing extends ClosePeer {
        private final Arena[] arenas = new Arena[CLOSES];

        @Override
        public void open(int index) {
            Arena arena = Arena.ofShared();
            arena.allocate(BYTES, 8).set(ValueLayout.JAVA_LONG, 0, index);
            arenas[index] = arena;
        }

        @Override
        public void close(int index) {
            arenas[index].close();
        }
    }
}
