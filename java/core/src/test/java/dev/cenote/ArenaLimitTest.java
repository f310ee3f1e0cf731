package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Limits, parents, and sources that run dry: a documented exception, the arena as it was, nothing lost.
 */
class ArenaLimitTest {

    private TestArenas.CountingSource source;

    @BeforeEach
    void open() {
        source = new TestArenas.CountingSource(4 * TestArenas.CHUNK);
    }

    @AfterEach
    void everyChunkIsBack() {
        assertThat(source.out).hasValue(0);
        source.close();
    }

    @ParameterizedTest
    @EnumSource
    void limitInTheMiddleOfAChunk_isExact_andAResetMakesRoom(ArenaKind kind) {
        try (MemoryArena arena = TestArenas.builder(kind, source).limit(1000).build()) {
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < 62; i++) {
                    arena.putLong(arena.allocate(16), i);
                }
                assertThat(arena.stats().bytesAllocated()).isEqualTo(992);
                assertThatThrownBy(() -> arena.allocate(9)).isInstanceOf(ArenaLimitException.class)
                    .hasMessageContaining("of 1000 are in use").hasMessageContaining("Reset it");
                arena.allocate(8);
                assertThatThrownBy(() -> arena.allocate(1)).isInstanceOf(ArenaLimitException.class);
                assertThat(arena.stats().bytesAllocated()).isEqualTo(1000);
                arena.reset();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void limitOverChunks_isReachedByPiecesOfAllSizes(ArenaKind kind) {
        try (MemoryArena arena = TestArenas.builder(kind, source).limit(100_000).build()) {
            arena.allocate(8);
            arena.allocate(60_000);
            assertThatThrownBy(() -> arena.allocate(60_000)).isInstanceOf(ArenaLimitException.class);
            arena.allocate(20_000);
            long used = arena.stats().bytesAllocated();
            assertThat(used).isEqualTo(80_008);
            assertThatThrownBy(() -> arena.allocate(20_000)).isInstanceOf(ArenaLimitException.class);
            assertThat(arena.stats().bytesAllocated()).isEqualTo(used);
            arena.allocate(1000);
        }
    }

    @ParameterizedTest
    @EnumSource
    void atTheLimit_theParentServes_andAccessesPassOn(ArenaKind kind) {
        try (MemoryArena parent = TestArenas.builder(ArenaKind.SHARED, source).build()) {
            long kept;
            try (MemoryArena arena = TestArenas.builder(kind, source).limit(64).parent(parent).build()) {
                long own = arena.allocate(64);
                kept = arena.allocate(32);
                arena.putLong(own, 1);
                arena.putLong(kept, 2);
                arena.putInt(kept + 8, 3);
                arena.putByte(kept + 12, (byte) 4);
                assertThat(arena.getLong(kept)).isEqualTo(2);
                assertThat(arena.getInt(kept + 8)).isEqualTo(3);
                assertThat(arena.getByte(kept + 12)).isEqualTo((byte) 4);
                arena.fill(kept + 16, 16, (byte) 5);
                byte[] bytes = new byte[4];
                arena.get(kept + 16, bytes, 0, 4);
                arena.put(kept + 20, bytes, 0, 4);
                assertThat(bytes).containsOnly(5);
                assertThat(arena.allocateBuffer(8).putLong(0, 9).getLong(0)).isEqualTo(9);
                assertThatThrownBy(() -> arena.getLong(kept + 4000)).isInstanceOf(IndexOutOfBoundsException.class);
                assertThat(arena.stats().allocations()).isEqualTo(1);
                arena.reset();
                assertThat(arena.getLong(kept)).as("the parent's pieces outlive the reset").isEqualTo(2);
            }
            assertThat(parent.getLong(kept)).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void zeroedChildOfAnotherParent_givesZerosFromIt(ArenaKind kind) {
        try (MemoryArena parent = TestArenas.builder(ArenaKind.SHARED, source).build()) {
            long dirty = parent.allocate(4000);
            parent.fill(dirty, 4000, (byte) -1);
            parent.reset();
            try (MemoryArena arena = TestArenas.builder(kind, source).limit(8).parent(parent).zeroed().build()) {
                long piece = arena.allocate(4000);
                for (int i = 0; i < 4000; i++) {
                    assertThat(arena.getByte(piece + i)).isZero();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void sourceThatRunsDry_throws_andTheArenaGoesOnAfterAReset(ArenaKind kind) {
        try (MemoryArena arena = TestArenas.builder(kind, source).build()) {
            for (int i = 0; i < 4; i++) {
                arena.allocate(TestArenas.CHUNK);
            }
            MemoryArenaStats before = arena.stats();
            assertThatThrownBy(() -> arena.allocate(8)).isInstanceOf(PoolExhaustedException.class)
                .hasMessageContaining("arena-test");
            assertThat(arena.stats()).isEqualTo(before);
            arena.reset();
            arena.putLong(arena.allocate(8), 1);
        }
    }

    @Test
    void confinedParentOfASharedChild_servesItsOwnerOnly() throws Exception {
        try (MemoryArena parent = TestArenas.builder(ArenaKind.CONFINED, source).build();
             MemoryArena child = TestArenas.builder(ArenaKind.SHARED, source).limit(8).parent(parent).build()) {
            child.allocate(8);
            child.putLong(child.allocate(8), 1);
            TestPools.inThread(index -> assertThatThrownBy(() -> child.allocate(8)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("confined"));
        }
    }
}
