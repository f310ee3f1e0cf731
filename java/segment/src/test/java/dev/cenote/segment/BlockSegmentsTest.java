package dev.cenote.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cenote.Block;
import dev.cenote.BlockPool;
import dev.cenote.PoolClosedException;
import dev.cenote.PoolExhaustedException;
import dev.cenote.SizedPool;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Blocks as segments: the same memory, its bounds, and the life that an arena gives it. */
class BlockSegmentsTest {

    private static final int BYTES = 256;
    private static final int BLOCKS = 32;

    private final BlockPool pool = BlockPool.builder().backend(Tests.BACKEND).name("test").blockBytes(BYTES)
        .maximumBytes((long) BYTES * BLOCKS).magazineBlocks(1).build();

    @AfterEach
    void everyBlockCameBack() {
        assertThat(pool.stats().blocksInUse()).isZero();
        pool.close();
    }

    // of: the view

    @Test
    void view_isTheBlocksMemory() {
        try (Block block = pool.get()) {
            MemorySegment segment = BlockSegments.of(block);
            assertThat(segment.byteSize()).isEqualTo(BYTES);
            assertThat(segment.address()).isEqualTo(block.address());
            assertThat(segment.isNative()).isTrue();
            block.putLong(8, 42);
            assertThat(segment.get(ValueLayout.JAVA_LONG, 8)).isEqualTo(42);
            segment.set(ValueLayout.JAVA_INT, 20, 7);
            assertThat(block.getInt(20)).isEqualTo(7);
        }
    }

    @Test
    void view_spansTheBlock_whateverItsBufferWasLeftAt() {
        try (Block block = pool.get()) {
            block.buffer().position(10).limit(20);
            assertThat(BlockSegments.of(block).byteSize()).isEqualTo(BYTES);
            assertThat(block.buffer().position()).isEqualTo(10);
            assertThat(block.buffer().limit()).isEqualTo(20);
        }
    }

    @Test
    void view_isMadeOnce_forAPieceOfMemory() {
        Block block = pool.get();
        MemorySegment segment = BlockSegments.of(block);
        assertThat(BlockSegments.of(block)).isSameAs(segment);
        block.close();
        Block again = pool.get();
        assertThat(again).isSameAs(block);
        assertThat(BlockSegments.of(again)).isSameAs(segment);
        again.close();
    }

    @Test
    void view_refusesAccessOutOfBounds() {
        try (Block block = pool.get()) {
            MemorySegment segment = BlockSegments.of(block);
            assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, BYTES)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_LONG_UNALIGNED, BYTES - 7))
                .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> segment.set(ValueLayout.JAVA_BYTE, -1, (byte) 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void view_ofABlockWithAnotherAdaptersWrapper_isRefused() {
        try (Block block = pool.get()) {
            block.attach("a wrapper");
            assertThatThrownBy(() -> BlockSegments.of(block)).isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("java.lang.String", "one adapter");
            block.attach(null);
        }
    }

    @Test
    void view_isUsableByEveryThread() throws Exception {
        try (Block block = pool.get()) {
            MemorySegment segment = BlockSegments.of(block);
            assertThat(Tests.inThread(() -> segment.set(ValueLayout.JAVA_LONG, 0, 5))).isNull();
            assertThat(block.getLong(0)).isEqualTo(5);
        }
    }

    // take: the life of an arena

    @Test
    void taken_comesBackWithTheArena_andEnds() {
        MemorySegment segment;
        try (Arena arena = Arena.ofConfined()) {
            segment = BlockSegments.take(pool, arena);
            assertThat(pool.stats().blocksInUse()).isEqualTo(1);
            segment.set(ValueLayout.JAVA_LONG, 0, 1);
            assertThat(segment.scope()).isEqualTo(arena.scope());
            assertThat(segment.byteSize()).isEqualTo(BYTES);
        }
        assertThat(pool.stats().blocksInUse()).isZero();
        assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_LONG, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void taken_forAClosedArena_takesNothing() {
        Arena arena = Arena.ofConfined();
        arena.close();
        assertThatThrownBy(() -> BlockSegments.take(pool, arena)).isInstanceOf(IllegalStateException.class);
        assertThat(pool.stats().blocksInUse()).isZero();
    }

    @Test
    void taken_byAForeignThread_isRefused_andTakesNothing() throws Exception {
        try (Arena arena = Arena.ofConfined()) {
            assertThat(Tests.inThread(() -> BlockSegments.take(pool, arena))).isInstanceOf(WrongThreadException.class);
            MemorySegment segment = BlockSegments.take(pool, arena);
            assertThat(Tests.inThread(() -> segment.get(ValueLayout.JAVA_BYTE, 0))).isInstanceOf(WrongThreadException.class);
            assertThat(pool.stats().blocksInUse()).isEqualTo(1);
        }
    }

    @Test
    void taken_inASharedArena_isForAllThreads_andClosedByAny() throws Exception {
        Arena arena = Arena.ofShared();
        MemorySegment segment = BlockSegments.take(pool, arena);
        assertThat(Tests.inThread(() -> segment.set(ValueLayout.JAVA_INT, 0, 9))).isNull();
        assertThat(segment.get(ValueLayout.JAVA_INT, 0)).isEqualTo(9);
        assertThat(Tests.inThread(arena::close)).isNull();
        assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_INT, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void taken_inAnAutomaticArena_comesBackWhenForgotten() throws Exception {
        takeAndForget();
        for (int tries = 0; pool.stats().blocksInUse() != 0; tries++) {
            assertThat(tries).as("the block of a forgotten arena never came back").isLessThan(600);
            System.gc();
            Thread.sleep(10);
        }
    }

    private void takeAndForget() {
        MemorySegment segment = BlockSegments.take(pool, Arena.ofAuto());
        segment.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        assertThat(pool.stats().blocksInUse()).isEqualTo(1);
    }

    @Test
    void taken_forTheGlobalArena_isRefused() {
        assertThatThrownBy(() -> BlockSegments.take(pool, Arena.global())).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("never closed");
        assertThatThrownBy(() -> BlockSegments.allocator(pool, Arena.global())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void taken_beyondTheLimit_isRefused_andTheRestStaysGood() {
        try (Arena arena = Arena.ofConfined()) {
            for (int i = 0; i < BLOCKS; i++) {
                BlockSegments.take(pool, arena).fill((byte) i);
            }
            assertThatThrownBy(() -> BlockSegments.take(pool, arena)).isInstanceOf(PoolExhaustedException.class);
            assertThat(pool.stats().blocksInUse()).isEqualTo(BLOCKS);
        }
    }

    @Test
    void taken_fromAClosedPool_isRefused() {
        BlockPool closed = BlockPool.builder().backend(Tests.BACKEND).name("closed").blockBytes(64).maximumBytes(64).build();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = BlockSegments.take(closed, arena);
            closed.close();
            assertThatThrownBy(() -> BlockSegments.take(closed, arena)).isInstanceOf(PoolClosedException.class);
            segment.set(ValueLayout.JAVA_LONG, 0, 3); /* closing the pool takes nothing away that is in use */
            assertThat(segment.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(3);
        }
    }

    // allocator

    @Test
    void allocator_givesSlicesOfBlocks_alignedAsAsked() {
        try (Arena arena = Arena.ofConfined()) {
            SegmentAllocator allocator = BlockSegments.allocator(pool, arena);
            for (long alignment = 1; alignment <= 64; alignment *= 2) {
                MemorySegment segment = allocator.allocate(100, alignment);
                assertThat(segment.byteSize()).isEqualTo(100);
                assertThat(segment.address() % alignment).isZero();
                assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, 100))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            }
            assertThat(allocator.allocate(ValueLayout.JAVA_LONG).byteSize()).isEqualTo(8);
            assertThat(allocator.allocate(0).byteSize()).isZero();
            assertThat(allocator.allocateFrom("twelve bytes").getString(0)).isEqualTo("twelve bytes");
            assertThat(allocator.allocateFrom(ValueLayout.JAVA_INT, 1, 2, 3).getAtIndex(ValueLayout.JAVA_INT, 2)).isEqualTo(3);
        }
    }

    @Test
    void allocator_refusesWhatIsNoRequest() {
        try (Arena arena = Arena.ofConfined()) {
            for (SegmentAllocator allocator : List.of(BlockSegments.allocator(pool, arena), sizedIn(arena))) {
                assertThatThrownBy(() -> allocator.allocate(-1, 1)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("-1");
                assertThatThrownBy(() -> allocator.allocate(8, 0)).isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> allocator.allocate(8, -8)).isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> allocator.allocate(8, 24)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("power of two");
                assertThatThrownBy(() -> allocator.allocate(Long.MAX_VALUE, 8)).isInstanceOf(RuntimeException.class);
            }
            assertThat(pool.stats().blocksInUse()).isZero();
        }
        closeSized();
    }

    @Test
    void allocator_refusesWhatDoesNotFitIntoABlock_andTakesNothing() {
        try (Arena arena = Arena.ofConfined()) {
            SegmentAllocator allocator = BlockSegments.allocator(pool, arena);
            assertThatThrownBy(() -> allocator.allocate(BYTES + 1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("257", "256", "SizedPool");
            assertThatThrownBy(() -> allocator.allocate(1, 1L << 62)).isInstanceOf(IllegalArgumentException.class);
            assertThat(pool.stats().blocksInUse()).isZero();
        }
    }

    @Test
    void allocator_segmentsDoNotOverlap() {
        try (Arena arena = Arena.ofConfined()) {
            SegmentAllocator allocator = BlockSegments.allocator(pool, arena);
            List<MemorySegment> all = new ArrayList<>();
            for (int i = 0; i < BLOCKS; i++) {
                all.add(allocator.allocate(BYTES).fill((byte) i));
            }
            for (int i = 0; i < BLOCKS; i++) {
                assertThat(all.get(i).get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) i);
                assertThat(all.get(i).get(ValueLayout.JAVA_BYTE, BYTES - 1)).isEqualTo((byte) i);
            }
        }
    }

    private final List<SizedPool> sized = new ArrayList<>();

    private SegmentAllocator sizedIn(Arena arena) {
        SizedPool made = SizedPool.builder().backend(Tests.BACKEND).name("sized").maximumBytes(64 << 20).build();
        sized.add(made);
        return BlockSegments.allocator(made, arena);
    }

    private void closeSized() {
        sized.forEach(SizedPool::close);
    }

    @Test
    void sizedAllocator_givesAnySize_andGetsItAllBack() {
        Set<Long> addresses = new HashSet<>();
        try (Arena arena = Arena.ofShared()) {
            SegmentAllocator allocator = sizedIn(arena);
            for (long bytes : new long[] {0, 1, 15, 16, 17, 100, 4096, 5000, 65536, 1 << 20, 5 << 20}) {
                for (long alignment : new long[] {1, 8, 64}) {
                    MemorySegment segment = allocator.allocate(bytes, alignment);
                    assertThat(segment.byteSize()).isEqualTo(bytes);
                    assertThat(segment.address() % alignment).isZero();
                    assertThat(addresses.add(segment.address())).isTrue();
                    segment.fill((byte) 7);
                }
            }
            assertThat(sized.get(0).stats().bytesInUse()).isPositive();
        }
        assertThat(sized.get(0).stats().bytesInUse()).isZero();
        closeSized();
    }
}
