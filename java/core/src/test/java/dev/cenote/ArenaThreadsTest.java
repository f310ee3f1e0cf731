package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.ref.WeakReference;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Arenas and threads: pieces of many threads never overlap, a close meets allocations and accesses at any moment, threads
 * die with arenas open.
 */
class ArenaThreadsTest {

    private static final int THREADS = 4;

    private TestArenas.CountingSource source;

    @BeforeEach
    void open() {
        source = new TestArenas.CountingSource(32 << 20);
    }

    @AfterEach
    void everyChunkIsBack() throws InterruptedException {
        TestPools.await("every chunk is back", () -> source.out.get() == 0);
        source.close();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CONFINED")
    void piecesOfManyThreads_neverOverlap(ArenaKind kind) throws Exception {
        MemoryArena arena = TestArenas.builder(kind, source).build();
        int each = 3000;
        long[][] pieces = new long[THREADS][each];
        TestPools.inThreads(THREADS, thread -> {
            for (int i = 0; i < each; i++) {
                int bytes = 16 + i % 200;
                long piece = i % 7 == 0 ? arena.allocate(bytes, 64) : arena.allocate(bytes);
                arena.putLong(piece, (long) thread << 32 | i);
                arena.putLong(piece + bytes - 8, ~((long) thread << 32 | i));
                pieces[thread][i] = piece;
            }
        });
        TestPools.inThreads(THREADS, reader -> {
            for (int thread = 0; thread < THREADS; thread++) {
                for (int i = 0; i < each; i++) {
                    long word = (long) thread << 32 | i;
                    assertThat(arena.getLong(pieces[thread][i] + 16 + i % 200 - 8)).isEqualTo(~word);
                    assertThat(arena.getLong(pieces[thread][i])).isEqualTo(word);
                }
            }
        });
        assertThat(arena.stats().allocations()).isEqualTo((long) THREADS * each);
        arena.close();
    }

    /** A writer that was let in holds the memory; what another arena writes there meanwhile would be found by it. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CONFINED")
    void closeMeetsAllocationsAndWrites_andNoMemoryIsShared(ArenaKind kind) throws Exception {
        AtomicReference<MemoryArena> current = new AtomicReference<>(TestArenas.builder(kind, source).build());
        AtomicLong served = new AtomicLong();
        AtomicLong refused = new AtomicLong();
        int closes = 400;
        TestPools.inThreads(THREADS, thread -> {
            if (thread == 0) {
                for (int i = 0; i < closes; i++) {
                    MemoryArena next = TestArenas.builder(kind, source).build();
                    current.getAndSet(next).close();
                    long enough = served.get() + 20;
                    for (int spins = 0; served.get() < enough && spins < 10_000; spins++) {
                        Thread.onSpinWait();
                    }
                }
                current.getAndSet(null).close();
                return;
            }
            for (MemoryArena arena = current.get(); arena != null; arena = current.get()) {
                try {
                    long piece = arena.allocate(128);
                    for (int i = 0; i < 16; i++) {
                        arena.putLong(piece + 8 * i, (long) thread << 32 | i);
                    }
                    for (int i = 0; i < 16; i++) {
                        long read = arena.getLong(piece + 8 * i); /* throws if the arena was closed: never another's bytes */
                        if (read != ((long) thread << 32 | i)) {
                            throw new AssertionError("another one's bytes: " + Long.toHexString(read));
                        }
                    }
                    served.incrementAndGet();
                } catch (IllegalStateException e) {
                    if (arena.isOpen()) {
                        throw new AssertionError("refused by an open arena", e);
                    }
                    refused.incrementAndGet();
                }
            }
        });
        assertThat(served.get()).isPositive();
        TestPools.await("limbo is empty", () -> MemoryArena.totals().chunksInLimbo() == 0);
    }

    @Test
    void chunks_stayWhileSomebodyIsInside_andTheCloserDoesNotWait() throws Exception {
        MemoryArena arena = TestArenas.builder(ArenaKind.SHARED, source).build();
        long piece = arena.allocate(64);
        ArenaRegion region = TestArenas.regionOf(arena);
        assertThat(region.enter(arena, piece, 8)).isNotNull();
        TestPools.inThread(index -> arena.close());
        assertThat(arena.isOpen()).isFalse();
        assertThat(region.state()).isEqualTo(ArenaState.CLOSING);
        assertThat(source.out).as("kept for whoever is inside").hasValue(1);
        assertThat(arena.stats().chunksInLimbo()).isEqualTo(1);
        assertThat(MemoryArena.totals().chunksInLimbo()).isPositive();
        Thread.sleep(250); /* two rounds of upkeep, which must not take it */
        assertThat(source.out).hasValue(1);
        region.leave();
        TestPools.await("it follows", () -> source.out.get() == 0);
        TestPools.await("the last move", () -> region.state() == ArenaState.CLOSED);
    }

    @Test
    void confinedArenasOfDeadThreads_areReclaimed_tenThousandTimes() throws Exception {
        long before = MemoryArena.totals().arenasReclaimed();
        int deaths = 10_000;
        int batch = 100;
        List<MemoryArena> open = Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < deaths / batch; i++) {
            List<Thread> threads = new ArrayList<>();
            for (int j = 0; j < batch; j++) {
                Thread thread = new Thread(() -> {
                    MemoryArena arena = TestArenas.builder(ArenaKind.CONFINED, source).build();
                    arena.putLong(arena.allocate(100), 1);
                    open.add(arena);
                });
                thread.start();
                threads.add(thread);
            }
            for (Thread thread : threads) {
                thread.join();
            }
            ArenaWatch.sweep();
            TestPools.await("none outlives its thread", () -> source.out.get() == 0); /* upkeep may be at one of them */
        }
        assertThat(open).hasSize(deaths).noneMatch(MemoryArena::isOpen);
        assertThat(MemoryArena.totals().arenasReclaimed() - before).isEqualTo(deaths);
        assertThatThrownBy(() -> open.get(0).allocate(8)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void upkeepFindsADeadOwner_byItself() throws Exception {
        AtomicReference<MemoryArena> left = new AtomicReference<>();
        TestPools.inThread(index -> {
            MemoryArena arena = TestArenas.builder(ArenaKind.CONFINED, source).build();
            arena.allocate(8);
            left.set(arena);
        });
        TestPools.await("the arena is closed", () -> !left.get().isOpen());
    }

    @Test
    void perThread_dyingThreadsLeaveTheirRegionsToOthers() throws Exception {
        MemoryArena arena = TestArenas.builder(ArenaKind.PER_THREAD, source).build();
        int threads = 2000;
        for (int i = 0; i < threads; i++) {
            int mine = i;
            TestPools.inThread(index -> arena.putLong(arena.allocate(64), mine));
        }
        int least = threads * 64 / TestArenas.CHUNK;
        assertThat(source.out.get()).isBetween(least, least + 2);
        assertThat(arena.stats().allocations()).isEqualTo(threads);
        arena.close();
    }

    @Test
    void perThread_liveThreadsBeyondTheTable_getPlaces() throws Exception {
        MemoryArena arena = TestArenas.builder(ArenaKind.PER_THREAD, source).build();
        int threads = 300;
        CountDownLatch all = new CountDownLatch(threads);
        TestPools.inThreads(threads, thread -> {
            long piece = arena.allocate(16);
            arena.putLong(piece, thread);
            all.countDown();
            all.await();
            assertThat(Math.abs(arena.allocate(16) - piece)).as("its own region").isEqualTo(16);
            assertThat(arena.getLong(piece)).isEqualTo(thread);
        });
        assertThat(source.out).hasValue(threads);
        arena.close();
    }

    @Test
    void automaticArena_isClosedWhenNobodyCanReachIt() throws Exception {
        WeakReference<MemoryArena> forgotten = new WeakReference<>(TestArenas.builder(ArenaKind.AUTOMATIC, source).build());
        MemoryArena arena = forgotten.get();
        arena.putLong(arena.allocate(16), 1);
        assertThat(source.out).hasValue(1);
        arena = null;
        TestPools.await("its chunk is back", () -> {
            System.gc();
            return source.out.get() == 0;
        });
    }

    @Test
    void automaticArenasBuffer_outlivesIt() throws Exception {
        WeakReference<MemoryArena> forgotten = new WeakReference<>(TestArenas.builder(ArenaKind.AUTOMATIC, source).build());
        java.nio.ByteBuffer buffer = forgotten.get().allocateBuffer(64).putLong(0, 42);
        forgotten.get().allocate(8);
        TestPools.await("the arena is gone", () -> {
            System.gc();
            return source.out.get() == 0;
        });
        assertThat(buffer.getLong(0)).isEqualTo(42);
    }

    @ParameterizedTest
    @EnumSource
    void virtualThreads_useEveryKind(ArenaKind kind) throws Exception {
        assumeTrue(Runtime.version().feature() >= 21);
        Method start = Thread.class.getMethod("startVirtualThread", Runnable.class);
        MemoryArena common = kind == ArenaKind.CONFINED ? null : TestArenas.builder(kind, source).build();
        List<Thread> threads = new ArrayList<>();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        int count = 2000;
        for (int i = 0; i < count; i++) {
            int mine = i;
            threads.add((Thread) start.invoke(null, (Runnable) () -> {
                try {
                    MemoryArena arena = common != null ? common : TestArenas.builder(kind, source).build();
                    long piece = arena.allocate(48);
                    arena.putLong(piece, mine);
                    Thread.yield();
                    long other = arena.allocate(48);
                    arena.putLong(other, ~mine);
                    assertThat(arena.getLong(piece)).isEqualTo(mine);
                    if (common == null) {
                        arena.close();
                    }
                } catch (Throwable e) {
                    failure.compareAndSet(null, e);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failure.get()).isNull();
        if (common != null) {
            assertThat(common.stats().allocations()).isEqualTo(2L * count);
            common.close();
        }
    }
}
