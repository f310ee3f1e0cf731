package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A pool at its maximum gives every block that nobody uses, whatever lies in the magazines of threads that do other things.
 */
@Timeout(300)
@SuppressWarnings("try") // holders are there, and need not be spoken to
class LocalBlockPoolShareTest {

    private static final int MAGAZINE = 16;
    private static final int BLOCKS = 256;

    private static BlockPool pool() {
        return TestPools.builder().maximumBytes(256L * BLOCKS).magazineBlocks(MAGAZINE).build();
    }

    @Test
    void everyThread_getsItsOneBlock() throws Exception {
        try (BlockPool pool = pool()) {
            Block[] held = new Block[BLOCKS];
            try (Holders holders = new Holders(BLOCKS, index -> held[index] = pool.get(), index -> pool.put(held[index]))) {
                assertThat(new HashSet<>(List.of(held))).hasSize(BLOCKS);
                assertThat(pool.tryGet()).isNull();
                assertThat(pool.stats().blocksInMagazines()).isZero();
            }
            assertThat(pool.stats().blocksInUse()).isZero();
        }
    }

    @Test
    void whatOthersPutAndKeep_isFound_andTheyGoOn() throws Exception {
        try (BlockPool pool = pool()) {
            for (int round = 0; round < 5; round++) {
                int first = 10 + 30 * round; /* so many of the blocks that one takes and puts come to lie beside the magazines */
                List<Block> all;
                try (Holders holders = new Holders(4, index -> {
                    for (int i = 0; i < first; i++) {
                        pool.put(pool.get());
                    }
                    List<Block> some = new ArrayList<>();
                    for (int i = 0; i < 2 * MAGAZINE; i++) {
                        some.add(pool.get());
                    }
                    some.forEach(pool::put);
                }, index -> {
                    for (int i = 0; i < 1000; i++) {
                        pool.put(pool.get());
                    }
                })) {
                    assertThat(pool.stats().blocksInMagazines()).isPositive();
                    all = TestPools.takeAll(pool);
                    assertThat(new HashSet<>(all)).hasSameSizeAs(all).hasSize(BLOCKS);
                    all.forEach(pool::put);
                }
                assertThat(pool.stats().blocksInUse()).isZero();
            }
        }
    }

    /** Each takes its part of all that there is, whenever it likes, and rests now and then: no get may fail. */
    @Test
    void threadsAtTheLimit_loseNothing_andFindAll() throws Exception {
        int threads = 4;
        try (BlockPool pool = pool()) {
            TestPools.inThreads(threads, index -> {
                SplittableRandom random = new SplittableRandom(index);
                ArrayDeque<Block> mine = new ArrayDeque<>();
                for (int round = 0; round < 200; round++) {
                    while (mine.size() < BLOCKS / threads) {
                        Block block = pool.get();
                        block.putLong(0, stamp(block, index));
                        mine.add(block);
                    }
                    for (int left = random.nextInt(BLOCKS / threads); mine.size() > left; ) {
                        Block block = random.nextBoolean() ? mine.pollFirst() : mine.pollLast();
                        assertThat(block.getLong(0)).isEqualTo(stamp(block, index));
                        pool.put(block);
                    }
                    if (random.nextInt(4) == 0) {
                        LockSupport.parkNanos(100_000);
                    }
                }
                mine.forEach(pool::put);
            });
            assertThat(pool.stats().blocksInUse()).isZero();
            List<Block> all = TestPools.takeAll(pool);
            assertThat(new HashSet<>(all)).hasSize(BLOCKS);
            all.forEach(pool::put);
        }
    }

    @Test
    void trim_takesWhatLivesOnInOtherThreads() throws Exception {
        try (BlockPool pool = TestPools.builder().blockBytes(4096).maximumBytes(16 << 20).initialBytes(0).retainFor(Duration.ofHours(1))
                .build()) {
            try (Holders holders = new Holders(8, index -> {
                Block[] some = new Block[200];
                pool.getAll(some, 0, some.length);
                pool.putAll(some, 0, some.length);
            }, index -> pool.put(pool.get()))) {
                assertThat(pool.stats().blocksInMagazines()).isPositive();
                assertThat(pool.trim()).isPositive();
                assertThat(pool.stats().blocksInMagazines()).isZero();
                TestPools.await("its memory, given back", () -> pool.stats().bytesCommitted() <= 2 << 20); /* the java backend carves one chunk */
            }
            assertThat(pool.stats().blocksInUse()).isZero();
        }
    }

    private static long stamp(Block block, int index) {
        return (long) System.identityHashCode(block) << 8 | index;
    }

    @Test
    void aNewThread_takesFewAtFirst_andMoreWhenItNeedsThem() {
        try (BlockPool pool = pool()) {
            LocalBlockPool local = pool.local();
            List<Block> taken = new ArrayList<>();
            int most = 0;
            for (int i = 0; i < BLOCKS; i++) {
                taken.add(local.get());
                most = Math.max(most, local.held());
                if (i == 0) {
                    assertThat(most).isLessThan(MAGAZINE / 4);
                }
            }
            assertThat(most).isEqualTo(2 * MAGAZINE - 1);
            taken.forEach(local::put);
        }
    }
}
