package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Blocks of any size, as objects: classes, limits, large pieces, mistakes, the end.
 */
class SizedPoolTest {

    private static SizedPool pool(long maximumBytes) {
        return SizedPool.builder().name("sized").backend(TestPools.BACKEND).maximumBytes(maximumBytes).build();
    }

    private static void fill(Block block, byte value) {
        block.putByte(0, value);
        block.putByte(block.bytes() - 1, value);
    }

    private static boolean holds(Block block, byte value) {
        return block.getByte(0) == value && block.getByte(block.bytes() - 1) == value;
    }

    @Test
    void everyBoundary_givesAtLeastTheBytesAsked() {
        try (SizedPool pool = pool(1 << 30)) {
            for (int index = 0; index <= SizeClasses.of(1 << 20); index++) {
                for (long bytes = SizeClasses.bytes(index) - 1; bytes <= SizeClasses.bytes(index) + 1; bytes++) {
                    Block block = pool.get(bytes);
                    assertThat((long) block.bytes()).isGreaterThanOrEqualTo(bytes).isEqualTo(pool.classBytes(bytes));
                    if (TestPools.hasAddresses()) {
                        assertThat(block.address() % 16).isZero();
                    }
                    fill(block, (byte) index);
                    assertThat(block.buffer().capacity()).isEqualTo(block.bytes());
                    block.close();
                }
            }
            assertThat(pool.stats().bytesInUse()).isZero();
            assertThat(pool.stats().largeGets()).isEqualTo(1);
        }
    }

    @Test
    void waste_isBoundedAndShown() {
        try (SizedPool pool = pool(1 << 28)) {
            for (long bytes : new long[] {1, 100, 129, 1000, 5000, 100_000}) {
                pool.get(bytes).close();
            }
            assertThat(pool.stats().classes()).hasSize(6);
            for (SizedPoolStats.SizeClassStats each : pool.stats().classes()) {
                assertThat(each.blocks().strideBytes()).isEqualTo(each.blockBytes());
                if (each.blockBytes() > 128) {
                    assertThat(each.wasteMax()).isLessThanOrEqualTo(0.125).isPositive();
                }
            }
        }
    }

    @Test
    void wrongSizes_areRefusedWithNumbers() {
        try (SizedPool pool = pool(1 << 20)) {
            for (long wrong : new long[] {0, -1, Long.MIN_VALUE, 1L << 31, Long.MAX_VALUE}) {
                assertThatThrownBy(() -> pool.get(wrong)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("\"sized\"").hasMessageContaining(String.valueOf(wrong));
                assertThatThrownBy(() -> pool.tryGet(wrong)).isInstanceOf(IllegalArgumentException.class);
            }
            for (long wrong : new long[] {0, -1, 3, 48, (1L << 30) + 1, 1L << 31, Long.MIN_VALUE}) {
                assertThatThrownBy(() -> pool.get(64, wrong)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("power of two");
            }
            assertThat(pool.stats().bytesCommitted()).isZero();
        }
    }

    @Test
    void alignedBlocks_lieOnTheirAlignment() {
        if (!TestPools.hasAddresses()) {
            return; /* nothing tells */
        }
        try (SizedPool pool = pool(1 << 28)) {
            Random random = new Random(3);
            for (int i = 0; i < 500; i++) {
                long alignment = 1L << random.nextInt(17);
                int bytes = 1 + random.nextInt(1 << random.nextInt(18));
                Block block = pool.get(bytes, alignment);
                assertThat(block.address() % alignment).as("%d bytes aligned to %d", bytes, alignment).isZero();
                assertThat(block.bytes()).isGreaterThanOrEqualTo(bytes);
                fill(block, (byte) 1);
                block.close();
            }
        }
    }

    @Test
    void oneBound_holdsForAllClassesAndLargePieces() {
        try (SizedPool pool = pool(4 << 20)) {
            List<Block> taken = new ArrayList<>();
            Random random = new Random(11);
            int refused = 0;
            while (refused < 50) {
                Block block = pool.tryGet(1 + random.nextInt(1 << (1 + random.nextInt(21))));
                if (block == null) {
                    refused++;
                } else {
                    taken.add(block);
                }
                assertThat(pool.stats().bytesCommitted()).isLessThanOrEqualTo(4 << 20);
            }
            assertThatThrownBy(() -> pool.get(2 << 20)).isInstanceOf(PoolExhaustedException.class)
                .hasMessageContaining("\"sized\" has no 2097152 bytes left").hasMessageContaining("of 4194304 bytes");
            taken.forEach(Block::close);
            assertThat(pool.stats().bytesInUse()).isZero();
            Block all = pool.get(3 << 20); /* what the classes keep goes back for it */
            fill(all, (byte) 5);
            assertThat(pool.tryGet(2 << 20)).isNull();
            all.close();
            assertThat(pool.stats().largeOut()).isZero();
        }
    }

    @Test
    void memoryOfOneSize_servesAnother() {
        try (SizedPool pool = pool(8 << 20)) {
            for (int round = 0; round < 4; round++) {
                int bytes = 1000 << (round * 2);
                List<Block> taken = new ArrayList<>();
                for (Block block = pool.tryGet(bytes); block != null; block = pool.tryGet(bytes)) {
                    taken.add(block);
                }
                assertThat((long) taken.size() * bytes).as("%d bytes", bytes).isGreaterThan(5 << 20);
                assertThatThrownBy(() -> pool.get(bytes)).isInstanceOf(PoolExhaustedException.class)
                    .hasMessageContaining("Put blocks back");
                taken.forEach(pool::put);
            }
        }
    }

    @Test
    void blocks_neverOverlap() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        try (SizedPool pool = pool(32 << 20)) {
            List<Block> out = new ArrayList<>();
            List<Byte> values = new ArrayList<>();
            for (int i = 0; i < 6_000; i++) {
                if (out.size() < 10 || random.nextInt(100) < 52) {
                    Block block = pool.tryGet(1 + random.nextInt(1 << (1 + random.nextInt(21))));
                    if (block == null) {
                        continue;
                    }
                    byte value = (byte) random.nextInt();
                    fill(block, value);
                    out.add(block);
                    values.add(value);
                } else {
                    int at = random.nextInt(out.size());
                    Block block = out.get(at);
                    assertThat(holds(block, values.get(at))).as("seed %d, step %d, %s", seed, i, block).isTrue();
                    block.close();
                    out.set(at, out.get(out.size() - 1));
                    values.set(at, values.get(values.size() - 1));
                    out.remove(out.size() - 1);
                    values.remove(values.size() - 1);
                }
            }
            out.forEach(Block::close);
            assertThat(pool.stats().bytesInUse()).isZero();
        }
    }

    @Test
    void mistakes_areToldAndDoNoHarm() {
        try (SizedPool pool = pool(16 << 20); SizedPool other = pool(16 << 20)) {
            for (int bytes : new int[] {100, 5000, 2 << 20}) {
                Block block = pool.get(bytes);
                assertThatThrownBy(() -> other.put(block)).isInstanceOf(ForeignEntryException.class)
                    .hasMessageContaining("\"sized\"");
                pool.put(block);
                assertThatThrownBy(() -> pool.put(block)).isInstanceOf(DoublePutException.class);
                assertThatThrownBy(block::close).isInstanceOf(DoublePutException.class);
            }
            assertThatThrownBy(() -> pool.put(null)).isInstanceOf(NullPointerException.class)
                .hasMessageContaining("\"sized\"");
            assertThat(pool.stats().bytesInUse()).isZero();
        }
    }

    @Test
    void largeBlocks_goBackFromAnyThread() throws Exception {
        try (SizedPool pool = pool(64 << 20)) {
            Block block = pool.get(5_000_000);
            assertThat(block.bytes()).isEqualTo(5_000_000);
            assertThat(pool.stats().largeBytes()).isEqualTo(5_000_000);
            ByteBuffer buffer = block.buffer();
            buffer.putLong(4_999_992, 42);
            assertThat(block.getLong(4_999_992)).isEqualTo(42);
            TestPools.inThread(i -> block.close());
            assertThat(pool.stats().largeOut()).isZero();
            assertThat(pool.stats().bytesCommitted()).isZero();
        }
    }

    @Test
    void closedPool_keepsWhatIsOutAndRefusesMore() {
        SizedPool pool = pool(64 << 20);
        Block small = pool.get(100);
        Block medium = pool.get(10_000);
        Block large = pool.get(3 << 20);
        fill(small, (byte) 1);
        fill(medium, (byte) 2);
        fill(large, (byte) 3);
        pool.close();
        pool.close();
        assertThat(pool.isClosed()).isTrue();
        for (int bytes : new int[] {100, 10_000, 50_000, 3 << 20}) {
            assertThatThrownBy(() -> pool.get(bytes)).isInstanceOf(PoolClosedException.class);
            assertThatThrownBy(() -> pool.tryGet(bytes)).isInstanceOf(PoolClosedException.class);
        }
        assertThat(holds(small, (byte) 1) && holds(medium, (byte) 2) && holds(large, (byte) 3)).isTrue();
        small.close();
        medium.close();
        large.close();
        assertThat(pool.stats().bytesInUse()).isZero();
    }

    @Test
    void idleMemory_goesBackByTrim() {
        try (SizedPool pool = pool(64 << 20)) {
            List<Block> taken = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                taken.add(pool.get(100 + 10 * i));
            }
            long peak = pool.stats().bytesCommitted();
            taken.forEach(Block::close);
            assertThat(pool.trim()).isPositive();
            assertThat(pool.stats().bytesCommitted()).isLessThan(peak / 4);
        }
    }

    @Test
    void manyThreads_shareTheBound() throws Exception {
        try (SizedPool pool = pool(8 << 20)) {
            TestPools.inThreads(4, index -> {
                Random random = new Random(index);
                Block[] held = new Block[64];
                for (int i = 0; i < 3_000; i++) {
                    int at = random.nextInt(held.length);
                    if (held[at] != null) {
                        assertThat(holds(held[at], (byte) (index * 64 + at))).isTrue();
                        held[at].close();
                    }
                    held[at] = pool.tryGet(1 + random.nextInt(1 << (1 + random.nextInt(17))));
                    if (held[at] != null) {
                        fill(held[at], (byte) (index * 64 + at));
                    }
                }
                for (Block block : held) {
                    if (block != null) {
                        block.close();
                    }
                }
            });
            assertThat(pool.stats().bytesInUse()).isZero();
            assertThat(pool.stats().bytesCommitted()).isLessThanOrEqualTo(8 << 20);
        }
    }

    @Test
    void builder_namesTheOptionAtFault() {
        assertThatThrownBy(() -> SizedPool.builder().maximumBytes(1).build()).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("maximumBytes is 1");
        assertThatThrownBy(() -> SizedPool.builder().largestPooledBytes(1).build())
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("largestPooledBytes is 1");
        assertThatThrownBy(() -> SizedPool.builder().chunkBytes(1).build()).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("chunkBytes is 1");
        assertThatThrownBy(() -> SizedPool.builder().name(" ").build()).isInstanceOf(IllegalArgumentException.class);
    }
}
