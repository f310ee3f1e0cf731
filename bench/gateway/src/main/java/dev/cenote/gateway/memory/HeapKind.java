package dev.cenote.gateway.memory;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;

/** Plain Java arrays: what most gateways do, and what the garbage collector then has to move and free. */
public final class HeapKind implements MemoryKind {
    @Override
    public String id() {
        return "heap";
    }

    @Override
    public String about() {
        return "new byte[] for every piece, freed by the garbage collector";
    }

    @Override
    public String colour() {
        return "#8a8f98";
    }

    @Override
    public MessageMemory open(MemorySettings settings) {
        return new HeapMemory(settings);
    }

    private static final class HeapMemory implements MessageMemory {
        private final MemorySettings settings;
        private final LongAdder takes = new LongAdder();
        private final LongAdder releases = new LongAdder();

        HeapMemory(MemorySettings settings) {
            this.settings = settings;
        }

        @Override
        public Piece take(int bytes) {
            Piece piece = new BufferPiece(ByteBuffer.allocate(settings.pieceBytes(bytes)), releases);
            takes.increment();
            return piece;
        }

        @Override
        public long outstanding() {
            return takes.sum() - releases.sum();
        }

        @Override
        public long growths() {
            return UNKNOWN;
        }

        @Override
        public long heldBytes() {
            return UNKNOWN;
        }

        @Override
        public void close() {
            // nothing held outside the heap
        }
    }
}
