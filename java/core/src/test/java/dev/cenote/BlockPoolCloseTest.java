package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Closing a pool, with blocks out and with other threads at work.
 */
@Timeout(300)
class BlockPoolCloseTest {

    @Test
    void close_isIdempotent() {
        BlockPool pool = TestPools.builder().build();
        assertThat(pool.isClosed()).isFalse();
        pool.close();
        pool.close();
        assertThat(pool.isClosed()).isTrue();
        assertThat(pool.toString()).contains("closed");
    }

    @Test
    void everyGetOnAClosedPool_throwsNamingThePool() {
        BlockPool pool = TestPools.builder().build();
        LocalBlockPool local = pool.local();
        pool.put(pool.get());
        pool.close();
        Block[] into = new Block[2];
        assertThatThrownBy(pool::get).isInstanceOf(PoolClosedException.class).hasMessageContaining("\"test\"");
        assertThatThrownBy(pool::tryGet).isInstanceOf(PoolClosedException.class);
        assertThatThrownBy(() -> pool.get(Duration.ofSeconds(1))).isInstanceOf(PoolClosedException.class);
        assertThatThrownBy(() -> pool.getAll(into, 0, 2)).isInstanceOf(PoolClosedException.class);
        assertThatThrownBy(local::get).isInstanceOf(PoolClosedException.class);
        assertThatThrownBy(local::tryGet).isInstanceOf(PoolClosedException.class);
        assertThatThrownBy(() -> local.getAll(into, 0, 2)).isInstanceOf(PoolClosedException.class);
        assertThatThrownBy(pool::local).isInstanceOf(PoolClosedException.class);
        if (TestPools.hasAddresses()) {
            assertThatThrownBy(pool::getAddress).isInstanceOf(PoolClosedException.class);
            assertThatThrownBy(pool::tryGetAddress).isInstanceOf(PoolClosedException.class);
        }
        assertThat(into).containsOnlyNulls();
    }

    @Test
    void outstandingBlocks_stayValidAndTheLastPutReleases() throws Exception {
        BlockPool pool = TestPools.builder().maximumBytes(16 << 20).build();
        List<Block> out = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            out.add(pool.get());
            out.get(i).putLong(0, i);
        }
        pool.close();
        assertThat(pool.stats().blocksInUse()).isEqualTo(20_000);
        Thread.sleep(250); /* two turns of upkeep: it must not release */
        for (int i = 0; i < 20_000; i++) {
            assertThat(out.get(i).getLong(0)).isEqualTo(i);
            out.get(i).putLong(248, -i);
            assertThat(out.get(i).buffer().getLong(248)).isEqualTo(-i);
        }
        assertThat(pool.stats().bytesCommitted()).isPositive();
        for (int i = 0; i < 19_999; i++) {
            pool.put(out.get(i));
        }
        assertThat(out.get(19_999).getLong(0)).isEqualTo(19_999);
        assertThat(pool.stats().blocksInUse()).isEqualTo(1);
        out.get(19_999).close();
        assertThat(pool.stats().blocksInUse()).isZero();
        assertThatThrownBy(out.get(19_999)::close).isInstanceOf(CenoteException.class);
    }

    @Test
    void putAfterRelease_throwsAndHarmsNothing() throws Exception {
        BlockPool pool = TestPools.builder().build();
        Block block = pool.get();
        pool.put(block);
        pool.close();
        assertThatThrownBy(() -> pool.put(block)).isInstanceOf(PoolClosedException.class)
            .hasMessageContaining("\"test\"");
        TestPools.inThread(i -> assertThatThrownBy(block::close).isInstanceOf(PoolClosedException.class));
    }

    @Test
    void everythingElse_staysCallableAfterClose() throws Exception {
        BlockPool pool = TestPools.builder().build();
        pool.put(pool.get());
        BlockPoolStats before = pool.stats();
        pool.close();
        assertThat(pool.stats().gets()).isEqualTo(before.gets());
        assertThat(pool.trim()).isZero();
        pool.freeze();
        pool.thaw();
        TestPools.await("release", () -> pool.residentBytes() == 0);
        assertThatThrownBy(() -> pool.putAddress(64)).isInstanceOfAny(ForeignEntryException.class,
            UnsupportedOperationException.class);
    }

    @Test
    void closedPoolsMemory_goesBackWhenAnotherThreadPutsLast() throws Exception {
        BlockPool pool = TestPools.builder().build();
        Block block = pool.get();
        pool.close();
        TestPools.inThread(i -> pool.put(block));
        TestPools.await("release", () -> pool.residentBytes() == 0); /* answers 0 only when released */
    }

    @Test
    void waiter_isToldThatThePoolWasClosed() throws Exception {
        BlockPool pool = TestPools.ofBlocks(1);
        Block block = pool.get();
        AtomicInteger waiting = new AtomicInteger();
        Thread closer = new Thread(() -> {
            while (waiting.get() == 0) {
                Thread.onSpinWait();
            }
            pool.close();
        });
        closer.setDaemon(true);
        closer.start();
        waiting.set(1);
        assertThatThrownBy(() -> pool.get(Duration.ofDays(1))).isInstanceOf(PoolClosedException.class);
        closer.join();
        block.close();
    }

    @Test
    void close_whileThreadsGetAndPut_losesNothingAndReleases() throws Exception {
        for (int round = 0; round < 60; round++) {
            BlockPool pool = TestPools.builder().maximumBytes(4 << 20).build();
            AtomicInteger ready = new AtomicInteger();
            AtomicInteger seenClosed = new AtomicInteger();
            TestPools.inThreads(4, index -> {
                if (index == 0) {
                    while (ready.get() < 3) {
                        Thread.onSpinWait();
                    }
                    pool.close();
                    return;
                }
                List<Block> held = new ArrayList<>();
                try {
                    for (int i = 0;; i++) {
                        Block block = pool.get();
                        block.putLong(0, index);
                        held.add(block);
                        if (held.size() > 100) {
                            for (Block each : held) {
                                assertThat(each.getLong(0)).isEqualTo(index);
                                pool.put(each);
                            }
                            held.clear();
                        }
                        if (i == 1000) {
                            ready.incrementAndGet();
                        }
                    }
                } catch (PoolClosedException e) {
                    seenClosed.incrementAndGet();
                }
                for (Block each : held) {
                    assertThat(each.getLong(0)).isEqualTo(index);
                    pool.put(each);
                }
            });
            assertThat(seenClosed).hasValue(3);
            assertThat(pool.stats().blocksInUse()).isZero();
            TestPools.await("release in round " + round, () -> pool.residentBytes() == 0);
        }
    }

    @Test
    void closeByManyThreadsAtOnce_isOneClose() throws Exception {
        for (int round = 0; round < 50; round++) {
            BlockPool pool = TestPools.builder().build();
            pool.put(pool.get());
            TestPools.inThreads(4, index -> pool.close());
            assertThatThrownBy(pool::get).isInstanceOf(PoolClosedException.class);
            TestPools.await("release", () -> pool.residentBytes() == 0);
        }
    }
}
