package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Threads that come and go, virtual threads, and blocks handed from one to another.
 */
@Timeout(300)
class BlockPoolThreadsTest {

    @Test
    void tenThousandThreadsThatDieWithFullMagazines_loseNothing() throws Exception {
        try (BlockPool pool = TestPools.builder().maximumBytes(1024 * 256).build()) {
            for (int round = 0; round < 100; round++) {
                TestPools.inThreads(100, index -> {
                    Block[] held = new Block[3];
                    for (int i = 0; i < held.length; i++) {
                        held[i] = pool.get(Duration.ofMinutes(1));
                        held[i].putInt(0, index);
                    }
                    for (Block block : held) {
                        assertThat(block.getInt(0)).isEqualTo(index);
                        pool.put(block);
                    }
                });
            }
            assertThat(pool.stats().gets()).isEqualTo(30_000);
            assertThat(pool.stats().blocksInUse()).isZero();
            List<Block> all = TestPools.takeAll(pool);
            assertThat(all).hasSize(1024).doesNotHaveDuplicates();
            all.forEach(pool::put);
        }
    }

    @Test
    void blocksOfThreadsThatDied_mayBePutByOthers() throws Exception {
        try (BlockPool pool = TestPools.builder().build()) {
            ConcurrentLinkedQueue<Block> orphans = new ConcurrentLinkedQueue<>();
            TestPools.inThreads(64, index -> orphans.add(pool.local().get()));
            assertThat(orphans).hasSize(64).doesNotHaveDuplicates();
            assertThat(pool.stats().blocksInUse()).isEqualTo(64);
            orphans.forEach(pool::put);
            assertThat(pool.stats().blocksInUse()).isZero();
            assertThat(TestPools.takeAll(pool)).hasSize(4096).allSatisfy(pool::put);
        }
    }

    @Test
    void local_refusesEveryOtherThread() throws Exception {
        try (BlockPool pool = TestPools.builder().build()) {
            AtomicReference<LocalBlockPool> local = new AtomicReference<>();
            Block block = pool.get();
            TestPools.inThread(index -> local.set(pool.local()));
            Block[] blocks = {block};
            assertThatThrownBy(() -> local.get().get()).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("\"test\"").hasMessageContaining("\"test-0\"")
                .hasMessageContaining(Thread.currentThread().getName());
            assertThatThrownBy(() -> local.get().tryGet()).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> local.get().put(block)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> local.get().getAll(blocks, 0, 1)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> local.get().putAll(blocks, 0, 1)).isInstanceOf(IllegalStateException.class);
            assertThat(pool.stats().blocksInUse()).isEqualTo(1);
            pool.put(block);
        }
    }

    @Test
    void manyLiveThreads_haveTheirOwnLocal() throws Exception {
        try (BlockPool pool = TestPools.builder().maximumBytes(8 << 20).magazineBlocks(8).build()) {
            ConcurrentLinkedQueue<LocalBlockPool> locals = new ConcurrentLinkedQueue<>();
            CountDownLatch allHere = new CountDownLatch(500);
            TestPools.inThreads(500, index -> {
                LocalBlockPool local = pool.local();
                locals.add(local);
                Block block;
                try {
                    block = local.get();
                    block.putInt(0, index);
                } finally {
                    allHere.countDown(); /* also when it fails: the others must not wait for it */
                }
                allHere.await();
                assertThat(pool.local()).isSameAs(local);
                assertThat(block.getInt(0)).isEqualTo(index);
                pool.put(block);
                assertThat(local.get()).isSameAs(block);
                local.put(block);
            });
            assertThat(locals).hasSize(500).doesNotHaveDuplicates();
            assertThat(pool.stats().blocksInUse()).isZero();
        }
    }

    @Test
    void handOff_showsTheReceiverWhatTheSenderWrote() throws Exception {
        try (BlockPool pool = TestPools.builder().blockBytes(128).maximumBytes(128 * 2000).build()) {
            BlockingQueue<Block> queue = new ArrayBlockingQueue<>(500);
            int messages = 400_000;
            TestPools.inThreads(2, index -> {
                for (int i = 0; i < messages; i++) {
                    if (index == 0) {
                        Block block = pool.get(Duration.ofMinutes(1));
                        for (int k = 0; k < 128; k += 8) {
                            block.putLong(k, i * 31L + k);
                        }
                        queue.put(block);
                    } else {
                        Block block = queue.take();
                        for (int k = 0; k < 128; k += 8) {
                            if (block.getLong(k) != i * 31L + k) {
                                throw new AssertionError("message " + i + " has " + block.getLong(k) + " at " + k);
                            }
                        }
                        pool.put(block);
                    }
                }
            });
            assertThat(pool.stats().blocksInUse()).isZero();
            assertThat(pool.stats().gets()).isEqualTo(messages);
        }
    }

    private static ExecutorService virtualThreads() throws Exception {
        try {
            return (ExecutorService) MethodHandles.publicLookup().findStatic(Executors.class,
                "newVirtualThreadPerTaskExecutor", MethodType.methodType(ExecutorService.class)).invoke();
        } catch (Exception e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void hundredThousandVirtualThreads_loseNothingAndHaveNoMagazines() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "no virtual threads here");
        try (BlockPool pool = TestPools.builder().maximumBytes(64 << 20).build()) {
            ExecutorService executor = virtualThreads();
            Collection<Future<?>> results = new ArrayList<>();
            for (int i = 0; i < 100_000; i++) {
                int index = i;
                results.add(executor.submit(() -> {
                    Block block = pool.get();
                    block.putInt(0, index);
                    Thread.yield();
                    if (block.getInt(0) != index) {
                        throw new AssertionError(block + " is held twice");
                    }
                    pool.put(block);
                }));
            }
            for (Future<?> result : results) {
                result.get();
            }
            executor.shutdown();
            BlockPoolStats stats = pool.stats();
            assertThat(stats.gets()).isEqualTo(100_000);
            assertThat(stats.blocksInUse()).isZero();
            assertThat(stats.blocksInMagazines()).isLessThanOrEqualTo(64 * 128); /* the stripes, whatever the threads */
            assertThat(TestPools.takeAll(pool)).hasSize(262_144).allSatisfy(pool::put);
        }
    }

    @Test
    void virtualThread_getsNoLocal() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "no virtual threads here");
        try (BlockPool pool = TestPools.builder().build()) {
            ExecutorService executor = virtualThreads();
            executor.submit(() -> {
                assertThatThrownBy(pool::local).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("virtual").hasMessageContaining("\"test\"");
                Block[] blocks = new Block[300];
                pool.getAll(blocks, 0, 300);
                pool.putAll(blocks, 0, 300);
            }).get();
            executor.shutdown();
            assertThat(pool.stats().blocksInUse()).isZero();
        }
    }
}
