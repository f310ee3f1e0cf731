package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a pool tells about itself, and idle memory that goes back.
 */
@Timeout(300)
class BlockPoolStatsTest {

    private static void checkInvariants(BlockPoolStats stats) {
        assertThat(stats.blocksCarved()).isEqualTo(stats.blocksInUse() + stats.blocksFree());
        assertThat(stats.gets()).isEqualTo(stats.puts() + stats.blocksInUse());
        assertThat(stats.blocksInMagazines()).isLessThanOrEqualTo(stats.blocksFree());
        assertThat(stats.bytesInUse()).isEqualTo(stats.blocksInUse() * stats.blockBytes());
        assertThat(stats.bytesFree()).isEqualTo(stats.blocksFree() * stats.blockBytes());
        assertThat(stats.growthLatency().count()).isEqualTo(stats.growths());
        assertThat(stats.bytesCommitted()).isGreaterThanOrEqualTo(stats.blocksCarved() * stats.strideBytes());
        assertThat(stats.bytesReserved()).isGreaterThanOrEqualTo(stats.bytesCommitted());
    }

    @Test
    void numbers_addUpAtEveryStep() {
        try (BlockPool pool = TestPools.builder().blockBytes(100).maximumBytes(8 << 20).build()) {
            checkInvariants(pool.stats());
            List<Block> taken = new ArrayList<>();
            for (int i = 1; i <= 5000; i++) {
                taken.add(pool.get());
                if (i % 500 == 0) {
                    BlockPoolStats stats = pool.stats();
                    checkInvariants(stats);
                    assertThat(stats.blocksInUse()).isEqualTo(i);
                    assertThat(stats.gets()).isEqualTo(i);
                    assertThat(stats.puts()).isZero();
                }
            }
            for (int i = 1; i <= 5000; i++) {
                pool.put(taken.get(i - 1));
                if (i % 500 == 0) {
                    checkInvariants(pool.stats());
                    assertThat(pool.stats().puts()).isEqualTo(i);
                }
            }
            BlockPoolStats stats = pool.stats();
            assertThat(stats.pool()).isEqualTo("test");
            assertThat(stats.blockBytes()).isEqualTo(100);
            assertThat(stats.strideBytes()).isEqualTo(128);
            assertThat(stats.blocksInUse()).isZero();
            assertThat(stats.growths()).isPositive();
            assertThat(stats.exchanges()).isPositive();
            assertThat(stats.growthNanosMean()).isPositive();
            assertThat(stats.growthLatency().percentileNanos(1)).isGreaterThanOrEqualTo(stats.growthLatency()
                .percentileNanos(0.5));
        }
    }

    @Test
    void getsAtTheMaximum_areRefusedGets_andNoFailedGrowths() {
        try (BlockPool pool = TestPools.ofBlocks(8)) {
            List<Block> all = TestPools.takeAll(pool);
            assertThat(pool.tryGet()).isNull();
            assertThatThrownBy(pool::get).isInstanceOf(PoolExhaustedException.class);
            assertThat(pool.stats().getsRefused()).isEqualTo(3);
            assertThat(pool.stats().growthsFailed()).isZero();
            BlockPoolStats before = pool.stats();
            all.forEach(pool::put);
            pool.put(pool.get());
            assertThat(pool.stats().minus(before).getsRefused()).isZero();
        }
    }

    @Test
    void minus_givesWhatHappenedBetween() {
        try (BlockPool pool = TestPools.builder().build(); BlockPool other = TestPools.builder().name("o").build()) {
            pool.put(pool.get());
            BlockPoolStats before = pool.stats();
            Block block = pool.get();
            pool.put(pool.get());
            BlockPoolStats between = pool.stats().minus(before);
            assertThat(between.gets()).isEqualTo(2);
            assertThat(between.puts()).isEqualTo(1);
            assertThat(between.blocksInUse()).isEqualTo(1);
            assertThat(between.growths()).isZero();
            assertThat(between.growthLatency().count()).isZero();
            assertThat(before.gets()).isEqualTo(1);
            assertThatThrownBy(() -> pool.stats().minus(other.stats())).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"test\"").hasMessageContaining("\"o\"");
            pool.put(block);
        }
    }

    @Test
    void percentile_refusesWhatIsNoShare() {
        try (BlockPool pool = TestPools.builder().build()) {
            GrowthLatency latency = pool.stats().growthLatency();
            assertThat(latency.percentileNanos(0.5)).isZero();
            for (double wrong : new double[] {-0.1, 1.1, Double.NaN}) {
                assertThatThrownBy(() -> latency.percentileNanos(wrong)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("share");
            }
        }
    }

    @Test
    void stats_mayBeReadWhileThreadsWork() throws Exception {
        try (BlockPool pool = TestPools.builder().maximumBytes(16 << 20).build()) {
            AtomicBoolean done = new AtomicBoolean();
            TestPools.inThreads(3, index -> {
                if (index == 0) {
                    for (int i = 0; i < 300; i++) {
                        BlockPoolStats stats = pool.stats();
                        assertThat(stats.blocksInUse()).isBetween(0L, 65536L);
                        assertThat(stats.gets()).isNotNegative();
                    }
                    done.set(true);
                    return;
                }
                Block[] held = new Block[150];
                while (!done.get()) {
                    pool.getAll(held, 0, held.length);
                    pool.putAll(held, 0, held.length);
                }
            });
            checkInvariants(pool.stats());
            assertThat(pool.stats().blocksInUse()).isZero();
        }
    }

    private static BlockPool burstPool() {
        return TestPools.builder().blockBytes(4096).chunkBytes(1 << 20).initialBytes(1 << 20).maximumBytes(64 << 20)
            .retainFor(Duration.ZERO).build();
    }

    @Test
    void trimAfterABurst_givesBackAllButTheInitialBytes() {
        try (BlockPool pool = burstPool()) {
            List<Block> taken = TestPools.takeAll(pool);
            assertThat(taken).hasSize(16384);
            taken.forEach(block -> block.putLong(0, 1));
            assertThat(pool.trim()).isZero();
            taken.forEach(pool::put);
            long before = pool.stats().bytesCommitted();
            long trimmed = pool.trim();
            assertThat(trimmed).isGreaterThanOrEqualTo(60 << 20);
            BlockPoolStats stats = pool.stats();
            checkInvariants(stats);
            assertThat(before - stats.bytesCommitted()).isEqualTo(trimmed);
            assertThat(stats.bytesCommitted()).isBetween(1L << 20, 3L << 20);
            assertThat(stats.chunksRetired()).isGreaterThanOrEqualTo(60);
            assertThat(TestPools.takeAll(pool)).hasSize(16384).allSatisfy(pool::put);
            checkInvariants(pool.stats());
        }
    }

    @Test
    void trim_leavesChunksWithABlockInUseAlone() {
        try (BlockPool pool = burstPool()) {
            List<Block> taken = TestPools.takeAll(pool);
            List<Block> kept = new ArrayList<>();
            for (int i = 0; i < taken.size(); i++) {
                if (i % 2048 == 1000) { /* one block in every eighth chunk */
                    kept.add(taken.get(i));
                    taken.get(i).putLong(0, i);
                } else {
                    pool.put(taken.get(i));
                }
            }
            assertThat(pool.trim()).isPositive();
            Set<Block> again = Set.copyOf(TestPools.takeAll(pool));
            assertThat(again).hasSize(16384 - kept.size()).doesNotContainAnyElementsOf(kept);
            again.forEach(block -> block.putLong(0, -1));
            for (int i = 0; i < kept.size(); i++) {
                assertThat(kept.get(i).getLong(0)).isEqualTo(i * 2048L + 1000);
            }
            again.forEach(pool::put);
            kept.forEach(pool::put);
            checkInvariants(pool.stats());
        }
    }

    @Test
    void blocksKeptPastATrim_cannotBePutAgain() {
        try (BlockPool pool = burstPool()) {
            List<Block> taken = TestPools.takeAll(pool);
            taken.forEach(pool::put);
            assertThat(pool.trim()).isPositive();
            for (int i = 0; i < taken.size(); i += 1000) {
                Block stale = taken.get(i);
                assertThatThrownBy(() -> pool.put(stale)).isInstanceOf(DoublePutException.class);
            }
            List<Block> again = TestPools.takeAll(pool);
            assertThat(again).hasSize(16384).doesNotHaveDuplicates();
            again.forEach(pool::put);
            assertThat(pool.stats().blocksInUse()).isZero();
        }
    }

    @Test
    void idleMemory_goesBackAfterItsTimeWithoutTraffic() throws Exception {
        try (BlockPool pool = TestPools.builder().blockBytes(4096).chunkBytes(1 << 20).maximumBytes(64 << 20)
                .retainFor(Duration.ofMillis(200)).build()) {
            TestPools.inThread(index -> TestPools.takeAll(pool).forEach(pool::put));
            assertThat(pool.stats().bytesCommitted()).isGreaterThanOrEqualTo(2 << 20);
            TestPools.await("idle chunks go", () -> pool.stats().bytesCommitted() <= 3 << 20);
            assertThat(TestPools.takeAll(pool)).hasSize(16384).allSatisfy(pool::put);
        }
    }

    @Test
    void retainedBytes_areBoundedWithoutTraffic() throws Exception {
        try (BlockPool pool = TestPools.builder().blockBytes(4096).chunkBytes(1 << 20).maximumBytes(64 << 20)
                .retainFor(Duration.ZERO).maximumRetainedBytes(8 << 20).build()) {
            TestPools.inThread(index -> TestPools.takeAll(pool).forEach(pool::put));
            TestPools.await("the bound holds", () -> pool.stats().blocksFree() * 4096 <= 10 << 20);
            assertThat(TestPools.takeAll(pool)).hasSize(16384).allSatisfy(pool::put);
        }
    }

    @Test
    void trimmingWhileThreadsWork_losesNothing() throws Exception {
        try (BlockPool pool = TestPools.builder().blockBytes(256).chunkBytes(65536).maximumBytes(4 << 20).build()) {
            AtomicBoolean done = new AtomicBoolean();
            TestPools.inThreads(4, index -> {
                if (index == 0) {
                    for (int i = 0; i < 400; i++) {
                        pool.trim();
                        Thread.yield();
                    }
                    done.set(true);
                    return;
                }
                Block[] held = new Block[2000];
                for (int i = 0; !done.get() || i < 20; i++) {
                    int count = (i * 37 + index * 701) % held.length;
                    pool.getAll(held, 0, count);
                    for (int k = 0; k < count; k++) {
                        held[k].putLong(0, index);
                    }
                    for (int k = 0; k < count; k++) {
                        if (held[k].getLong(0) != index) {
                            throw new AssertionError(held[k] + " is held twice");
                        }
                    }
                    pool.putAll(held, 0, count);
                }
            });
            checkInvariants(pool.stats());
            assertThat(pool.stats().blocksInUse()).isZero();
            assertThat(TestPools.takeAll(pool)).hasSize(16384).allSatisfy(pool::put);
        }
    }
}
