package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Pieces and accesses of a warmed-up arena make no garbage.
 */
class ArenaAllocationTest {

    private static final int ROUNDS = 300;
    private static final int PIECES = 1000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @ParameterizedTest
    @EnumSource
    void piecesAndAccesses_allocateNothing(ArenaKind kind) {
        try (MemoryArena arena = MemoryArena.builder().backend(TestPools.BACKEND).kind(kind).build()) {
            long least = Long.MAX_VALUE;
            for (int attempt = 0; attempt < 8 && least > 1000; attempt++) {
                @SuppressWarnings("deprecation") /* threadId() came with 19 */
                long thread = Thread.currentThread().getId();
                long allocated = 0;
                for (int round = 0; round < ROUNDS; round++) {
                    long before = threads.getThreadAllocatedBytes(thread);
                    fill(arena);
                    allocated += threads.getThreadAllocatedBytes(thread) - before;
                    if (kind != ArenaKind.CONFINED) {
                        arena.reset(); /* makes an object a chunk, which is not measured here */
                        arena.allocate(8);
                    }
                }
                least = Math.min(least, allocated);
            }
            /* the measuring call itself may allocate a little */
            assertThat(least).as("bytes of %d pieces", ROUNDS * PIECES).isLessThan(ROUNDS * PIECES / 100);
        }
    }

    private static void fill(MemoryArena arena) {
        for (int i = 0; i < PIECES; i++) {
            long piece = arena.allocate(16 + (i & 31));
            arena.putLong(piece, i);
            arena.putInt(piece, (int) arena.getLong(piece));
            arena.putByte(arena.allocate(3, 16), arena.getByte(piece));
        }
        if (arena.kind() == ArenaKind.CONFINED) {
            arena.reset();
        }
    }
}
