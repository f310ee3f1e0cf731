package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What an arena promises to one thread, for every kind; and that nothing of it is left behind.
 */
class MemoryArenaTest {

    private TestArenas.CountingSource source;

    @BeforeEach
    void open() {
        source = new TestArenas.CountingSource(1 << 20);
    }

    @AfterEach
    void everyChunkIsBack() {
        assertThat(source.out).hasValue(0);
        source.close();
    }

    private MemoryArena arena(ArenaKind kind) {
        return TestArenas.builder(kind, source).build();
    }

    @ParameterizedTest
    @EnumSource
    void pieces_keepWhatIsWritten_alsoInEarlierChunks(ArenaKind kind) {
        try (MemoryArena arena = arena(kind)) {
            long[] pieces = new long[500]; /* several chunks */
            for (int i = 0; i < pieces.length; i++) {
                pieces[i] = arena.allocate(64);
                arena.putLong(pieces[i], i);
                arena.putInt(pieces[i] + 8, -i);
                arena.putByte(pieces[i] + 63, (byte) i);
            }
            for (int i = 0; i < pieces.length; i++) {
                assertThat(arena.getLong(pieces[i])).isEqualTo(i);
                assertThat(arena.getInt(pieces[i] + 8)).isEqualTo(-i);
                assertThat(arena.getByte(pieces[i] + 63)).isEqualTo((byte) i);
            }
            MemoryArenaStats stats = arena.stats();
            assertThat(stats.allocations()).isEqualTo(500);
            assertThat(stats.bytesAllocated()).isEqualTo(500 * 64);
            assertThat(stats.chunks()).isEqualTo(8).isEqualTo(source.out.get());
            assertThat(stats.bytesHeld()).isEqualTo(8 * TestArenas.CHUNK);
            assertThat(stats.kind()).isEqualTo(kind);
        }
    }

    @ParameterizedTest
    @EnumSource
    void buffer_ofAPieceReachesItsBytes(ArenaKind kind) {
        try (MemoryArena arena = arena(kind)) {
            long piece = arena.allocate(64);
            arena.putLong(piece + 8, 42);
            assertThat(arena.buffer(piece, 64).getLong(8)).isEqualTo(42);
            assertThat(arena.buffer(piece + 8, 8).putLong(0, 43).remaining()).isEqualTo(8);
            assertThat(arena.getLong(piece + 8)).isEqualTo(43);
            assertThat(MemoryArena.isMemoryAddress(piece)).isEqualTo(TestPools.hasAddresses());
            assertThatThrownBy(() -> arena.buffer(piece, 1 << 20)).isInstanceOf(IndexOutOfBoundsException.class);
            arena.reset();
            assertThatThrownBy(() -> arena.buffer(piece, 64)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void pieceLargerThanAChunk_hasOneOfItsOwn_andTheCurrentChunkGoesOn(ArenaKind kind) {
        try (MemoryArena arena = arena(kind)) {
            long before = arena.allocate(8);
            long large = arena.allocate(1_000_000);
            assertThat(Math.abs(arena.allocate(8) - before)).isEqualTo(8);
            arena.putLong(large + 1_000_000 - 8, 42);
            assertThat(arena.getLong(large + 1_000_000 - 8)).isEqualTo(42);
            assertThatThrownBy(() -> arena.getLong(large + 1_000_000 - 7)).isInstanceOf(IndexOutOfBoundsException.class);
            arena.reset();
            assertThat(source.out).as("a reset keeps no large chunk").hasValue(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void alignment_isKept_andAskedForOddly_refused(ArenaKind kind) {
        try (MemoryArena arena = arena(kind)) {
            arena.allocate(8);
            for (int alignment = 1; alignment <= 1 << 20; alignment *= 2) {
                long piece = arena.allocate(24, alignment);
                assertThat(piece % alignment).as("alignment %d", alignment).isZero();
                assertThat(piece % 8).isZero();
                arena.putLong(piece + 16, 7);
                arena.allocate(3, 2);
            }
            for (long alignment : new long[] {0, -1, -8, 3, 12, (1 << 20) + 1, 1 << 21, Long.MIN_VALUE, Long.MAX_VALUE}) {
                assertThatThrownBy(() -> arena.allocate(8, alignment)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("alignment of " + alignment).hasMessageContaining("power of two");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void sizesOutOfRange_areRefused_andNothingChanges(ArenaKind kind) {
        try (MemoryArena arena = arena(kind)) {
            long first = arena.allocate(8);
            MemoryArenaStats before = arena.stats();
            for (long bytes : new long[] {0, -1, -8, Long.MIN_VALUE, Long.MIN_VALUE + 1, Long.MAX_VALUE, Long.MAX_VALUE - 7,
                (1L << 29) + 1, 1L << 32}) {
                assertThatThrownBy(() -> arena.allocate(bytes)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("piece of " + bytes + " bytes");
                assertThatThrownBy(() -> arena.allocate(bytes, 64)).isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> arena.allocateZeroed(bytes)).isInstanceOf(IllegalArgumentException.class);
            }
            assertThatThrownBy(() -> arena.allocateBuffer(0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> arena.allocateBuffer(-1, 8)).isInstanceOf(IllegalArgumentException.class);
            assertThat(arena.stats()).isEqualTo(before);
            assertThat(Math.abs(arena.allocate(8) - first)).isEqualTo(8);
        }
    }

    @ParameterizedTest
    @EnumSource
    void accesses_outsideOfWhatWasGivenOut_areRefused(ArenaKind kind) {
        try (MemoryArena arena = arena(kind)) {
            assertThatThrownBy(() -> arena.getByte(0)).as("empty").isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> arena.getByte(Long.MAX_VALUE)).isInstanceOf(IndexOutOfBoundsException.class);
            long piece = arena.allocate(16);
            for (long address : new long[] {piece - 1, piece + 9, piece + 16, piece + TestArenas.CHUNK, 0, -1, Long.MIN_VALUE,
                Long.MAX_VALUE, Long.MIN_VALUE + piece, piece - 8 + Long.MIN_VALUE}) {
                assertThatThrownBy(() -> arena.putLong(address, 1)).as("%x", address)
                    .isInstanceOf(IndexOutOfBoundsException.class).hasMessageContaining("test");
                assertThatThrownBy(() -> arena.getLong(address)).isInstanceOf(IndexOutOfBoundsException.class);
            }
            assertThatThrownBy(() -> arena.getByte(piece + 16)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> arena.fill(piece, -1, (byte) 0)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> arena.fill(piece, 17, (byte) 0)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> arena.fill(piece, Long.MAX_VALUE, (byte) 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> arena.put(piece, new byte[4], 1, 4)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> arena.get(piece, new byte[32], 0, 32)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void bytes_copyInAndOut(ArenaKind kind) {
        try (MemoryArena arena = arena(kind)) {
            long piece = arena.allocate(100);
            byte[] bytes = new byte[100];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) (i * 3);
            }
            arena.put(piece, bytes, 0, 100);
            byte[] read = new byte[102];
            arena.get(piece + 1, read, 2, 99);
            assertThat(Arrays.copyOfRange(read, 2, 101)).isEqualTo(Arrays.copyOfRange(bytes, 1, 100));
            arena.fill(piece + 3, 17, (byte) 9);
            assertThat(arena.getByte(piece + 2)).isEqualTo((byte) 6);
            assertThat(arena.getByte(piece + 3)).isEqualTo((byte) 9);
            assertThat(arena.getByte(piece + 19)).isEqualTo((byte) 9);
            assertThat(arena.getByte(piece + 20)).isEqualTo((byte) 60);
        }
    }

    @ParameterizedTest
    @EnumSource
    void buffer_isAView_alignedAndInNativeOrder(ArenaKind kind) {
        try (MemoryArena arena = arena(kind)) {
            arena.allocate(8);
            ByteBuffer buffer = arena.allocateBuffer(48, 256);
            assertThat(buffer.isDirect()).isTrue();
            assertThat(buffer.order()).isEqualTo(ByteOrder.nativeOrder());
            assertThat(buffer.remaining()).isEqualTo(48).isEqualTo(buffer.capacity());
            assertThat(buffer.alignmentOffset(0, 256)).isZero();
            ByteBuffer next = arena.allocateBuffer(8);
            buffer.putLong(40, -1);
            next.putLong(0, 5);
            assertThat(buffer.getLong(40)).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void reset_freesAll_andKeepsChunksUpToABound(ArenaKind kind) {
        try (MemoryArena arena = arena(kind)) {
            long last = 0;
            for (int i = 0; i < 10; i++) {
                last = arena.allocate(TestArenas.CHUNK);
            }
            assertThat(source.out).hasValue(10);
            long stale = last;
            arena.reset();
            assertThat(source.out).hasValue(4);
            assertThatThrownBy(() -> arena.getByte(stale)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThat(arena.stats().bytesAllocated()).isZero();
            for (int i = 0; i < 4; i++) {
                arena.putByte(arena.allocate(TestArenas.CHUNK), (byte) 1);
            }
            assertThat(source.out).as("served by what was kept").hasValue(4);
            assertThat(arena.stats().resets()).isEqualTo(1);
            assertThat(arena.stats().allocations()).isEqualTo(14);
        }
    }

    @ParameterizedTest
    @EnumSource
    void afterClose_everythingThrows_andASecondCloseToo(ArenaKind kind) {
        MemoryArena arena = arena(kind);
        long piece = arena.allocate(100);
        arena.putLong(piece, 1);
        arena.close();
        assertThat(arena.isOpen()).isFalse();
        assertThatThrownBy(() -> arena.allocate(8)).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
        assertThatThrownBy(() -> arena.allocate(8, 64)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> arena.allocateZeroed(8)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> arena.allocateBuffer(8)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> arena.getLong(piece)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> arena.putByte(piece, (byte) 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> arena.fill(piece, 1, (byte) 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(arena::reset).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(arena::close).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed before");
        assertThat(arena.stats().isOpen()).isFalse();
        assertThat(arena.stats().allocations()).isEqualTo(1);
        assertThat(arena).asString().contains("CLOSED");
    }

    @ParameterizedTest
    @EnumSource
    void allocations_ofAConfinedArena_areCountedOnlyOnRequest(ArenaKind kind) {
        for (boolean isCounting : new boolean[] {false, true}) {
            try (MemoryArena arena = MemoryArena.builder().kind(kind).backend(TestPools.BACKEND).chunkBytes(4096)
                    .countAllocations(isCounting).build()) {
                for (int i = 0; i < 100; i++) {
                    arena.allocate(1 + i);
                    arena.allocate(8, 64);
                }
                arena.allocate(10_000); /* has a chunk of its own */
                boolean isExpected = isCounting || kind != ArenaKind.CONFINED;
                assertThat(arena.stats().allocations()).isEqualTo(isExpected ? 201 : MemoryArenaStats.NOT_COUNTED);
                arena.reset();
                arena.allocate(8);
                assertThat(arena.stats().allocations()).isEqualTo(isExpected ? 202 : MemoryArenaStats.NOT_COUNTED);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void zeroed_givesZeros_alsoOverOldMemory(ArenaKind kind) {
        try (MemoryArena arena = TestArenas.builder(kind, source).zeroed().build()) {
            for (int round = 0; round < 3; round++) {
                for (int bytes : new int[] {1, 8, 100, 4000, 4096, 5000, 17}) {
                    long piece = arena.allocate(bytes);
                    for (int i = 0; i < bytes; i++) {
                        assertThat(arena.getByte(piece + i)).isZero();
                    }
                    arena.fill(piece, bytes, (byte) 0x55);
                }
                arena.reset();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void allocateZeroed_givesZeros_whereOthersGiveWhatWasThere(ArenaKind kind) {
        try (MemoryArena arena = arena(kind)) {
            long dirty = arena.allocate(1000);
            arena.fill(dirty, 1000, (byte) 0x77);
            arena.reset();
            long piece = arena.allocateZeroed(1000, 16);
            for (int i = 0; i < 1000; i++) {
                assertThat(arena.getByte(piece + i)).isZero();
            }
        }
    }

    @Test
    void confinedArena_refusesOtherThreads_andStaysUsable() throws Exception {
        MemoryArena arena = arena(ArenaKind.CONFINED);
        long piece = arena.allocate(8);
        TestPools.inThread(index -> {
            assertThatThrownBy(() -> arena.allocate(8)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("confined to thread").hasMessageContaining(Thread.currentThread().getName());
            assertThatThrownBy(() -> arena.allocate(8, 8)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> arena.getLong(piece)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> arena.putLong(piece, 1)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> arena.allocateBuffer(1)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(arena::reset).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(arena::close).isInstanceOf(IllegalStateException.class);
        });
        assertThat(arena.isOpen()).isTrue();
        assertThat(Math.abs(arena.allocate(8) - piece)).isEqualTo(8);
        arena.close();
    }

    @Test
    void defaults_openAnArenaOfEachKind() {
        try (MemoryArena confined = MemoryArena.confined(); MemoryArena shared = MemoryArena.shared();
             MemoryArena perThread = MemoryArena.perThread(); MemoryArena automatic = MemoryArena.automatic()) {
            for (MemoryArena arena : new MemoryArena[] {confined, shared, perThread, automatic}) {
                long piece = arena.allocate(100_000); /* more than a chunk */
                arena.putLong(piece + 99_992, 3);
                assertThat(arena.getLong(piece + 99_992)).isEqualTo(3);
            }
            assertThat(automatic.kind()).isEqualTo(ArenaKind.AUTOMATIC);
        }
    }

    @Test
    void aSourceThatRefusesAChunk_isAskedAgain() throws Exception {
        MemoryArena arena = arena(ArenaKind.CONFINED);
        arena.allocate(TestArenas.CHUNK);
        arena.allocate(TestArenas.CHUNK);
        source.refusals.add(new CenoteException("no memory for the bookkeeping, says the test"));
        arena.close();
        TestPools.await("the refused chunk is back", () -> source.out.get() == 0);
    }

    @Test
    void aSourceThatGivesTooLittle_isRefused() {
        MemoryArenaProvider.Source stingy = new MemoryArenaProvider.Source() {
            @Override
            public Block take(long bytes) {
                return source.take(TestArenas.CHUNK);
            }

            @Override
            public void give(Block block) {
                source.give(block);
            }
        };
        MemoryArena arena = new MemoryArena(new ArenaSettings("stingy", ArenaKind.SHARED, stingy, 2 * TestArenas.CHUNK,
            Long.MAX_VALUE, 0, null, false, Checks.BASIC, true));
        assertThatThrownBy(() -> arena.allocate(8)).isInstanceOf(CenoteException.class)
            .hasMessageContaining("got a block of 4096");
        arena.close();
    }
}
