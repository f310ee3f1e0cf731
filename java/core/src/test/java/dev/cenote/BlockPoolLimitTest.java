package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Pools at their limit or frozen: what they say, and that they serve again.
 */
@Timeout(300)
class BlockPoolLimitTest {

    @Test
    void fullPool_throwsWithSizesAndLimitAndServesAgain() {
        try (BlockPool pool = TestPools.builder().build()) {
            List<Block> taken = TestPools.takeAll(pool);
            assertThat(taken).hasSize(4096);
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(pool::get).isInstanceOf(PoolExhaustedException.class)
                    .hasMessageContaining("\"test\"").hasMessageContaining("256").hasMessageContaining("4096 in use")
                    .hasMessageContaining(String.valueOf(1 << 20)).hasMessageContaining("maximumBytes");
                assertThat(pool.tryGet()).isNull();
                assertThatThrownBy(() -> pool.get(Duration.ZERO)).isInstanceOf(PoolExhaustedException.class);
                assertThatThrownBy(() -> pool.get(Duration.ofSeconds(-1))).isInstanceOf(PoolExhaustedException.class);
            }
            Block last = taken.remove(taken.size() - 1);
            pool.put(last);
            assertThat(pool.get()).isSameAs(last);
            pool.put(last);
            taken.forEach(pool::put);
            assertThat(TestPools.takeAll(pool)).hasSize(4096).allSatisfy(block -> pool.put(block));
        }
    }

    @Test
    void poolOfOneBlock_serves() {
        try (BlockPool pool = TestPools.ofBlocks(1)) {
            for (int i = 0; i < 1000; i++) {
                Block block = pool.get();
                assertThat(pool.tryGet()).isNull();
                pool.put(block);
            }
        }
    }

    @Test
    void blocksPutByAnotherThread_areServed_whetherItPutsMoreOrNot() throws Exception {
        try (BlockPool pool = TestPools.builder().maximumBytes(64 * 256).magazineBlocks(4).build()) {
            Block[] all = new Block[64];
            pool.getAll(all, 0, 64);
            List<Block> taken = List.of(all);
            CountDownLatch put = new CountDownLatch(1);
            CountDownLatch hungry = new CountDownLatch(1);
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread other = new Thread(() -> {
                try {
                    for (int i = 0; i < 7; i++) { /* fewer than two magazines: all stay with this thread */
                        pool.put(taken.get(i));
                    }
                    put.countDown();
                    hungry.await();
                    pool.put(taken.get(7));
                } catch (Throwable e) {
                    failure.set(e);
                }
            });
            other.setDaemon(true);
            other.start();
            put.await();
            assertThat(pool.stats().blocksInMagazines()).isEqualTo(7);
            assertThat(TestPools.takeAll(pool)).containsExactlyInAnyOrderElementsOf(taken.subList(0, 7));
            assertThatThrownBy(pool::get).hasMessageContaining("64 in use, 0 free in other threads' magazines");
            hungry.countDown();
            assertThat(pool.get(Duration.ofMinutes(1))).isSameAs(taken.get(7));
            assertThat(failure.get()).isNull();
            other.join();
            taken.forEach(pool::put);
            assertThat(pool.stats().blocksInUse()).isZero();
        }
    }

    @Test
    void blocksInADeadThreadsMagazine_areServedAtOnce() throws Exception {
        try (BlockPool pool = TestPools.builder().maximumBytes(64 * 256).magazineBlocks(4).build()) {
            List<Block> taken = TestPools.takeAll(pool);
            TestPools.inThread(i -> taken.subList(0, 5).forEach(pool::put));
            List<Block> again = TestPools.takeAll(pool);
            assertThat(again).hasSize(5);
            again.forEach(pool::put);
            taken.subList(5, 64).forEach(pool::put);
        }
    }

    @Test
    void getWithTime_isServedByAPutOfAnotherThread() throws Exception {
        try (BlockPool pool = TestPools.ofBlocks(1)) {
            Block only = pool.get();
            Thread putter = new Thread(() -> pool.put(only));
            CountDownLatch started = new CountDownLatch(1);
            AtomicReference<Block> got = new AtomicReference<>();
            Thread waiter = new Thread(() -> {
                started.countDown();
                got.set(pool.get(Duration.ofMinutes(5)));
            });
            waiter.setDaemon(true);
            waiter.start();
            started.await();
            TestPools.await("the waiter parks", () -> waiter.getState() == Thread.State.TIMED_WAITING);
            putter.setDaemon(true);
            putter.start();
            waiter.join();
            putter.join();
            assertThat(got.get()).isSameAs(only);
            only.close();
        }
    }

    @Test
    void getWithTime_givesUpWithAnExceptionThatSaysForHowLong() {
        try (BlockPool pool = TestPools.ofBlocks(2)) {
            List<Block> taken = TestPools.takeAll(pool);
            assertThatThrownBy(() -> pool.get(Duration.ofMillis(20))).isInstanceOf(PoolExhaustedException.class)
                .hasMessageContaining("PT0.02S").hasMessageContaining("\"test\"").hasMessageContaining("2 are in use");
            taken.forEach(pool::put);
        }
    }

    @Test
    void interruptedWaiter_throwsAndKeepsItsFlag() throws Exception {
        try (BlockPool pool = TestPools.ofBlocks(1)) {
            Block only = pool.get();
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            AtomicReference<Boolean> flag = new AtomicReference<>();
            Thread waiter = new Thread(() -> {
                try {
                    pool.get(Duration.ofDays(1));
                } catch (Throwable e) {
                    thrown.set(e);
                    flag.set(Thread.currentThread().isInterrupted());
                }
            });
            waiter.setDaemon(true);
            waiter.start();
            TestPools.await("the waiter parks", () -> waiter.getState() == Thread.State.TIMED_WAITING);
            waiter.interrupt();
            waiter.join();
            assertThat(thrown.get()).isInstanceOf(PoolExhaustedException.class).hasMessageContaining("interrupted");
            assertThat(flag.get()).isTrue();
            only.close();
        }
    }

    @Test
    void hugeWaits_areNoOverflow() throws Exception {
        try (BlockPool pool = TestPools.ofBlocks(1)) {
            Block only = pool.get();
            Thread waiter = new Thread(() -> pool.get(Duration.ofSeconds(Long.MAX_VALUE)).close());
            waiter.setDaemon(true);
            waiter.start();
            TestPools.await("the waiter parks", () -> waiter.getState() == Thread.State.TIMED_WAITING);
            only.close();
            waiter.join();
        }
    }

    @Test
    void manyWaiters_areAllServedInTheEnd() throws Exception {
        try (BlockPool pool = TestPools.ofBlocks(2)) {
            TestPools.inThreads(12, index -> {
                for (int i = 0; i < 200; i++) {
                    Block block = pool.get(Duration.ofMinutes(2));
                    block.putLong(0, index);
                    Thread.onSpinWait();
                    assertThat(block.getLong(0)).isEqualTo(index);
                    pool.put(block);
                }
            });
            assertThat(pool.stats().blocksInUse()).isZero();
        }
    }

    @Test
    void frozenPool_servesWhatIsThereAndThenSaysThatItIsFrozen() {
        try (BlockPool pool = TestPools.builder().chunkBytes(4096).build()) {
            Block first = pool.get();
            pool.freeze();
            pool.freeze();
            List<Block> rest = TestPools.takeAll(pool);
            assertThat(rest).hasSizeLessThan(4096 - 1);
            assertThatThrownBy(pool::get).isInstanceOf(PoolExhaustedException.class).hasMessageContaining("frozen")
                .hasMessageContaining("thaw()").hasMessageContaining("\"test\"");
            pool.put(first);
            assertThat(pool.get()).isSameAs(first);
            pool.thaw();
            pool.thaw();
            List<Block> more = TestPools.takeAll(pool);
            assertThat(1 + rest.size() + more.size()).isEqualTo(4096);
            List<Block> all = new ArrayList<>(rest);
            all.addAll(more);
            all.add(first);
            all.forEach(pool::put);
            assertThat(pool.stats().blocksInUse()).isZero();
        }
    }

    @Test
    void waiterOnAFrozenPool_isServedWhenItThaws() throws Exception {
        try (BlockPool pool = TestPools.builder().chunkBytes(4096).build()) {
            pool.freeze();
            List<Block> taken = TestPools.takeAll(pool);
            AtomicReference<Block> got = new AtomicReference<>();
            Thread waiter = new Thread(() -> got.set(pool.get(Duration.ofMinutes(5))));
            waiter.setDaemon(true);
            waiter.start();
            TestPools.await("the waiter parks", () -> waiter.getState() == Thread.State.TIMED_WAITING);
            pool.thaw();
            waiter.join();
            assertThat(got.get()).isNotNull();
            pool.put(got.get());
            taken.forEach(pool::put);
        }
    }
}
