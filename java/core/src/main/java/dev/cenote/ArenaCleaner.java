package dev.cenote;

import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What automatic arenas need besides: a cleaner that closes them, and buffers that may outlive them.
 */
final class ArenaCleaner {

    private static final Cleaner CLEANER = Cleaner.create();

    private ArenaCleaner() {
    }

    /** The region does not refer to its arena, so the arena can be found unreachable. */
    static void watch(MemoryArena arena, SharedRegion region) {
        CLEANER.register(arena, region::forgotten);
    }

    /** Memory of the JDK's, which lives as long as the buffer or a slice of it. */
    static ByteBuffer allocateBuffer(ArenaRegion region, int bytes, int alignment) {
        if (!region.isOpen()) {
            throw ArenaTexts.closed(region.settings);
        }
        region.checkPiece(bytes, alignment);
        try {
            ByteBuffer all = ByteBuffer.allocateDirect(bytes + alignment - 1);
            int skipped = -all.alignmentOffset(0, alignment) & alignment - 1;
            return all.slice(skipped, bytes).order(ByteOrder.nativeOrder());
        } catch (OutOfMemoryError e) {
            throw new PoolExhaustedException("arena \"" + region.settings.name() + "\" got no buffer of " + bytes
                + " bytes from the JDK: " + e.getMessage() + ". Raise -XX:MaxDirectMemorySize, or let go of buffers");
        }
    }
}
