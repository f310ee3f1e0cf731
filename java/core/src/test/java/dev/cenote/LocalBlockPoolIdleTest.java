package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a live thread left in its magazines goes back when the thread does nothing any more, and never while it does something.
 */
@Timeout(300)
class LocalBlockPoolIdleTest {

    private static final int BLOCKS = 4096;
    private static final long HOUR_NANOS = 3_600_000_000_000L;

    /** In any order: the blocks in its magazines lie in many chunks. */
    @Test
    void aBurst_goesBackThoughItsThreadLivesOn() throws Exception {
        try (BlockPool pool = TestPools.builder().blockBytes(4096).maximumBytes(64 << 20).initialBytes(0)
                .retainFor(Duration.ofMillis(100)).build()) {
            List<Block> taken = TestPools.takeAll(pool);
            Collections.shuffle(taken, new Random(1));
            taken.forEach(pool::put);
            TestPools.await("the burst's memory, given back", () -> pool.stats().bytesCommitted() <= 4 << 20);
            assertThat(pool.local().held()).isZero();
        }
    }

    /** The pool's own upkeep goes by a clock that is far behind the test's, and does nothing. */
    @Test
    void aPoolThatNobodyUsed_givesItsChunksBackWithTheMagazines() throws Exception {
        try (BlockPool pool = hourly()) {
            TestPools.takeAll(pool).forEach(pool::put);
            long later = System.nanoTime() + 2 * HOUR_NANOS;
            TestPools.inThread(index -> assertThat(pool.takeIdle(later)).isFalse());
            TestPools.inThread(index -> assertThat(pool.takeIdle(later + HOUR_NANOS)).isTrue());
            TestPools.await("all memory, given back", () -> pool.stats().bytesCommitted() == 0);
        }
    }

    @Test
    void aPoolThatAnotherThreadUses_keepsItsChunks() throws Exception {
        try (BlockPool pool = hourly()) {
            TestPools.takeAll(pool).forEach(pool::put);
            Thread worker = new Thread(() -> {
                while (!Thread.interrupted()) {
                    pool.put(pool.get());
                }
            });
            worker.start();
            TestPools.await("the other thread's work", () -> pool.stats().gets() > 100_000);
            long later = System.nanoTime() + 2 * HOUR_NANOS;
            for (int look = 0; look < 4; look++) {
                long now = later + look * HOUR_NANOS;
                TestPools.inThread(index -> assertThat(pool.takeIdle(now)).isFalse());
                long before = pool.stats().gets();
                TestPools.await("more of it", () -> pool.stats().gets() > before + 1000);
            }
            assertThat(pool.local().held()).isZero();
            worker.interrupt();
            worker.join();
        }
    }

    /** As the upkeep thread does, which puts slabs for others. */
    @Test
    void theThreadThatLooks_givesItsOwnBack() {
        try (BlockPool pool = hourly()) {
            pool.put(pool.get());
            long later = System.nanoTime() + 2 * HOUR_NANOS;
            assertThat(pool.upkeep(later)).isFalse();
            assertThat(pool.stats().blocksInMagazines()).isPositive();
            assertThat(pool.upkeep(later + 2 * HOUR_NANOS)).isFalse();
            assertThat(pool.stats().blocksInMagazines()).isZero();
            assertThat(pool.upkeep(later + 5 * HOUR_NANOS)).as("nothing is left to do").isTrue();
            pool.put(pool.get());
            assertThat(pool.upkeep(later + 8 * HOUR_NANOS)).as("somebody used it").isFalse();
        }
    }

    private static BlockPool hourly() {
        return TestPools.builder().blockBytes(4096).maximumBytes(16 << 20).initialBytes(0).retainFor(Duration.ofHours(1)).build();
    }

    @Test
    void whatVirtualThreadsLeft_goesBack() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "no virtual threads here");
        try (BlockPool pool = TestPools.builder().retainFor(Duration.ofMillis(100)).build()) {
            Runnable work = () -> pool.put(pool.get());
            Thread thread = (Thread) Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, work);
            thread.join();
            assertThat(pool.stats().gets()).isEqualTo(1);
            TestPools.await("the stripes' blocks, given back", () -> pool.stats().blocksInMagazines() == 0);
        }
    }

    @Test
    void aThreadThatComesBack_findsAllBlocksOnce() throws Exception {
        try (BlockPool pool = pool()) {
            LocalBlockPool local = pool.local();
            for (int round = 0; round < 10; round++) {
                for (int i = 0; i < 200; i++) { /* one comes to lie beside the magazines */
                    local.put(local.get());
                }
                long now = System.nanoTime();
                TestPools.inThread(index -> {
                    local.takeIdle(now, 0);
                    assertThat(local.held()).isPositive();
                    local.takeIdle(now + 1, 0);
                    assertThat(local.held()).isZero();
                    assertThat(pool.stats().blocksInUse()).isZero();
                });
                List<Block> all = TestPools.takeAll(pool);
                assertThat(new HashSet<>(all)).hasSameSizeAs(all).hasSize(BLOCKS);
                all.forEach(local::put);
            }
        }
    }

    @Test
    void aThreadThatIsNotIdleForLong_keepsWhatItHas() throws Exception {
        try (BlockPool pool = pool()) {
            LocalBlockPool local = pool.local();
            local.put(local.get());
            int held = local.held();
            look(local, 1_000, 500);
            look(local, 1_400, 500);
            assertThat(local.held()).isEqualTo(held);
            Block block = local.get();
            look(local, 1_600, 500);
            assertThat(local.held()).isEqualTo(held - 1);
            local.put(block);
            look(local, 2_000, 500);
            assertThat(local.held()).isEqualTo(held);
        }
    }

    /** From another thread: who is in a method of the magazines is not idle. */
    private static void look(LocalBlockPool local, long nowNanos, long idleNanos) throws Exception {
        TestPools.inThread(index -> local.takeIdle(nowNanos, idleNanos));
    }

    /** Threads work and pause; another takes what they leave as soon as they have done nothing between two looks. */
    @Test
    void threadsThatWorkWhileTheirMagazinesAreTaken_loseNothing() throws Exception {
        int threads = 3;
        try (BlockPool pool = pool()) {
            AtomicReference<LocalBlockPool>[] locals = references(threads);
            AtomicBoolean done = new AtomicBoolean();
            Thread taker = new Thread(() -> {
                while (!done.get()) {
                    for (AtomicReference<LocalBlockPool> each : locals) {
                        LocalBlockPool local = each.get();
                        if (local != null) {
                            local.takeIdle(System.nanoTime(), 0);
                        }
                    }
                }
            });
            taker.setDaemon(true);
            taker.start();
            TestPools.inThreads(threads, index -> {
                LocalBlockPool local = pool.local();
                locals[index].set(local);
                work(local, index + 1, new Random(index));
                locals[index].set(null);
                Thread.sleep(20); /* a look at it may be on its way, and must not meet the sweep of dead threads */
            });
            done.set(true);
            taker.join();
            assertThat(pool.stats().blocksInUse()).isZero();
            List<Block> all = TestPools.takeAll(pool);
            assertThat(new HashSet<>(all)).hasSameSizeAs(all).hasSize(BLOCKS);
            all.forEach(pool::put);
        }
    }

    private static void work(LocalBlockPool local, long mark, Random random) {
        List<Block> held = new ArrayList<>();
        for (int step = 0; step < 3_000; step++) {
            int count = random.nextInt(40);
            for (int i = 0; i < count; i++) {
                Block block = local.get();
                assertThat(block.getLong(0)).as("owner").isZero();
                block.putLong(0, mark);
                held.add(block);
            }
            while (held.size() > random.nextInt(60)) {
                Block block = held.remove(held.size() - 1);
                assertThat(block.getLong(0)).isEqualTo(mark);
                block.putLong(0, 0);
                local.put(block);
            }
            if (step % 4 == 0) {
                LockSupport.parkNanos(1 + random.nextInt(100_000));
            }
        }
        for (Block block : held) {
            block.putLong(0, 0);
            local.put(block);
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) /* an array of a generic type */
    private static AtomicReference<LocalBlockPool>[] references(int count) {
        AtomicReference<LocalBlockPool>[] references = new AtomicReference[count];
        Arrays.setAll(references, i -> new AtomicReference<>());
        return references;
    }

    /** Without upkeep of its own: the test looks. */
    private static BlockPool pool() {
        BlockPool pool = TestPools.builder().blockBytes(64).maximumBytes(BLOCKS * 64L).retainFor(Duration.ZERO).build();
        List<Block> all = TestPools.takeAll(pool);
        all.forEach(block -> block.putLong(0, 0));
        all.forEach(pool::put);
        return pool;
    }
}
