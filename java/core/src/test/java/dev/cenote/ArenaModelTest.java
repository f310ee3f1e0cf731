package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random sequences against a model: every piece is filled with a pattern of its own, no two overlap, nothing is lost. The
 * seed is printed and replays the run: {@code -Dcenote.test.seed=N}.
 */
class ArenaModelTest {

    private static final int STEPS = 20_000;

    private record Piece(long address, int bytes, byte pattern) {
    }

    @ParameterizedTest
    @EnumSource
    void randomSequences_overlapNothing_andKeepEverything(ArenaKind kind) {
        long seed = Long.getLong("cenote.test.seed", System.nanoTime());
        System.out.println("ArenaModelTest " + kind + " seed " + seed);
        Random random = new Random(seed);
        try (TestArenas.CountingSource source = new TestArenas.CountingSource(4 << 20)) {
            MemoryArena arena = open(kind, source, random);
            Map<Long, Piece> pieces = new TreeMap<>();
            long allocated = 0;
            for (int step = 0; step < STEPS; step++) {
                int what = random.nextInt(1000);
                if (what < 2) {
                    verifyAll(arena, pieces);
                    arena.close();
                    assertThat(source.out).as("seed %d", seed).hasValue(0);
                    pieces.clear();
                    arena = open(kind, source, random);
                } else if (what < 6) {
                    verifyAll(arena, pieces);
                    arena.reset();
                    pieces.clear();
                    assertThat(arena.stats().bytesAllocated()).isZero();
                } else {
                    allocate(arena, pieces, random);
                    allocated++;
                }
            }
            verifyAll(arena, pieces);
            arena.close();
            assertThat(source.out).as("seed %d", seed).hasValue(0);
            assertThat(allocated).isPositive();
        }
    }

    private static MemoryArena open(ArenaKind kind, TestArenas.CountingSource source, Random random) {
        TestArenas.Builder builder = TestArenas.builder(kind, source).limit(1 << 20).retained(random.nextInt(8) * 4096L);
        return random.nextInt(4) == 0 ? builder.zeroed().build() : builder.build();
    }

    private static void allocate(MemoryArena arena, Map<Long, Piece> pieces, Random random) {
        int bytes = 1 + random.nextInt(random.nextInt(50) == 0 ? 20_000 : 300);
        long alignment = 1L << random.nextInt(random.nextInt(10) == 0 ? 13 : 5);
        long address;
        try {
            address = random.nextBoolean() ? arena.allocate(bytes) : arena.allocate(bytes, alignment);
        } catch (ArenaLimitException e) {
            assertThat(arena.stats().bytesAllocated()).isGreaterThan((1 << 20) - 65_536);
            verifyAll(arena, pieces);
            arena.reset();
            pieces.clear();
            return;
        }
        TreeMap<Long, Piece> sorted = (TreeMap<Long, Piece>) pieces;
        Map.Entry<Long, Piece> below = sorted.floorEntry(address + bytes - 1);
        if (below != null) {
            assertThat(below.getValue().address() + below.getValue().bytes()).as("overlap").isLessThanOrEqualTo(address);
        }
        byte pattern = (byte) random.nextInt();
        arena.fill(address, bytes, pattern);
        arena.putByte(address + bytes - 1, pattern);
        pieces.put(address, new Piece(address, bytes, pattern));
        if (random.nextInt(20) == 0) {
            List<Piece> some = new ArrayList<>(pieces.values());
            verify(arena, some.get(random.nextInt(some.size())));
        }
    }

    private static void verifyAll(MemoryArena arena, Map<Long, Piece> pieces) {
        pieces.values().forEach(piece -> verify(arena, piece));
    }

    private static void verify(MemoryArena arena, Piece piece) {
        byte[] read = new byte[piece.bytes()];
        arena.get(piece.address(), read, 0, read.length);
        for (byte each : read) {
            if (each != piece.pattern()) {
                throw new AssertionError("a byte of " + piece + " became " + each);
            }
        }
    }
}
