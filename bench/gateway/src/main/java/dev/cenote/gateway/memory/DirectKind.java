package dev.cenote.gateway.memory;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;

/** {@link ByteBuffer#allocateDirect} for every piece: off-heap, zeroed, and freed only after a garbage collection found it. */
public final class DirectKind implements MemoryKind {
    @Override
    public String id() {
        return "direct";
    }

    @Override
    public String about() {
        return "ByteBuffer.allocateDirect for every piece, freed by a Cleaner after a collection";
    }

    @Override
    public String colour() {
        return "#d9822b";
    }

    @Override
    public MessageMemory open(MemorySettings settings) {
        return new DirectMemory(settings);
    }

    private static final class DirectMemory implements MessageMemory {
        private final MemorySettings settings;
        private final LongAdder takes = new LongAdder();
        private final LongAdder releases = new LongAdder();
        private final BufferPoolMXBean jvmDirect = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct")).findFirst().orElseThrow();

        DirectMemory(MemorySettings settings) {
            this.settings = settings;
        }

        @Override
        public Piece take(int bytes) {
            Piece piece = new BufferPiece(ByteBuffer.allocateDirect(settings.pieceBytes(bytes)), releases);
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
            return jvmDirect.getTotalCapacity();
        }

        @Override
        public void close() {
            // the collector owns what is left
        }
    }
}
