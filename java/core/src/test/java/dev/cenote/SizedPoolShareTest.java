package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A sized pool at its maximum gives what nobody uses, whatever live threads that do other things have left in slabs and magazines.
 */
@Timeout(300)
@SuppressWarnings("try") // holders are there, and need not be spoken to
class SizedPoolShareTest {

    private static final int SLABS = 16;
    private static final int BYTES = 2048;
    private static final int OWNERS = 3;
    private static final int TO_A_SLAB = Slab.BYTES / BYTES;

    private static SizedPool pool(Duration retainFor) {
        return SizedPool.builder().name("shared").backend(TestPools.BACKEND).maximumBytes(SLABS * (long) Slab.BYTES)
            .chunkBytes(Slab.BYTES).largestPooledBytes(256 << 10).retainFor(retainFor).build();
    }

    private static SizedPool pool() {
        assumeTrue(TestPools.hasAddresses());
        return pool(Duration.ofHours(1));
    }

    private static void isEmptyAndValid(SizedPool pool) {
        assertThat(pool.stats().bytesInUse()).isZero();
        assertThat(pool.isValid()).isTrue();
    }

    /** One class in each thread, so that each has a slab to itself and nothing out of it. */
    private static void takeAndFree(SizedPool pool, int index) {
        for (int i = 0; i < 100; i++) {
            allocateInTheEndAndFree(pool); /* with so many at work at once some are refused now and then */
        }
    }

    @Test
    void idleThreadsSlabs_serveAnyNumberOfThreads() throws Exception {
        try (SizedPool pool = pool()) {
            try (Holders holders = new Holders(4 * SLABS, index -> takeAndFree(pool, index), index -> takeAndFree(pool, index))) {
                isEmptyAndValid(pool);
            }
            isEmptyAndValid(pool);
        }
    }

    @Test
    void idleThreadsSlabs_serveEverythingElse() throws Exception {
        for (long bytes : new long[] {100, 8 << 10, 40 << 10, 200 << 10, 600 << 10}) {
            try (SizedPool pool = pool()) {
                try (Holders holders = new Holders(SLABS, index -> takeAndFree(pool, index), index -> takeAndFree(pool, index))) {
                    long address = pool.allocate(bytes);
                    pool.free(address, bytes);
                    pool.get(bytes).close();
                }
                isEmptyAndValid(pool);
            }
        }
    }

    @Test
    void idleThreadsMagazines_serveOtherSizes() throws Exception {
        try (SizedPool pool = pool(Duration.ofHours(1))) {
            long bytes = 20 << 10;
            int each = 6; /* two magazines */
            try (Holders holders = new Holders(7, index -> {
                Block[] some = new Block[each];
                for (int i = 0; i < each; i++) {
                    some[i] = pool.get(bytes);
                }
                for (Block block : some) {
                    block.close();
                }
            }, index -> pool.get(bytes).close())) {
                Block[] others = {pool.get(200 << 10), pool.get(200 << 10), pool.get(300 << 10)};
                for (Block block : others) {
                    block.close();
                }
            }
            isEmptyAndValid(pool);
        }
    }

    /** More slabs come back than a thread's magazines of them hold, while that thread is about to take one: over and over. */
    @Test
    void manySlabsThatComeBackAtOnce_areTakenOnceEach() throws Exception {
        assumeTrue(TestPools.hasAddresses());
        int keepers = 8;
        int sizes = 8;
        int slabs = 2 * keepers * sizes; /* half of them not taken before: then one thread fills and spills its magazines of slabs */
        try (SizedPool pool = SizedPool.builder().name("many").backend(TestPools.BACKEND).maximumBytes(slabs * (long) Slab.BYTES)
                .chunkBytes(Slab.BYTES).retainFor(Duration.ofHours(1)).build()) {
            CyclicBarrier together = new CyclicBarrier(keepers + 1);
            TestPools.inThreads(keepers + 1, index -> {
                for (int round = 0; round < 12; round++) {
                    for (int size = 1; size <= sizes && index < keepers; size++) {
                        long bytes = 1024L * size;
                        pool.free(allocateInTheEnd(pool, bytes, new AtomicLong()), bytes);
                    }
                    together.await(20, TimeUnit.SECONDS); /* else one failed */
                    if (index == keepers) {
                        Set<Long> mine = new HashSet<>();
                        for (int i = 0; i < slabs * TO_A_SLAB; i++) {
                            assertThat(mine.add(allocateInTheEnd(pool, BYTES, new AtomicLong()))).as("piece %d", i).isTrue();
                        }
                        mine.forEach(address -> pool.free(address, BYTES));
                    }
                    together.await(20, TimeUnit.SECONDS);
                }
            });
            isEmptyAndValid(pool);
        }
    }

    /** Each thread keeps a few small blocks of a chunk of its own: few against the chunk, and still it goes. */
    @Test
    void fewBlocksInMagazines_keepNoChunk() throws Exception {
        assumeTrue(TestPools.BACKEND != Backend.JAVA, "the java backend keeps the chunk that it carves");
        try (SizedPool pool = pool(Duration.ofHours(1))) {
            try (Holders holders = new Holders(SLABS - 2, index -> pool.get(16 * (1 + index)).close(), index -> pool.get(16 * (1 + index)).close())) {
                long before = pool.stats().bytesCommitted();
                assertThat(before).isGreaterThan(pool.maximumBytes() / 2);
                pool.get(pool.maximumBytes() / 2).close();
            }
            isEmptyAndValid(pool);
        }
    }

    /** Each slab has one piece out: nothing can go back, and still every piece is to be had. */
    @Test
    void slabsInUse_areSharedAtTheEnd() throws Exception {
        try (SizedPool pool = pool()) {
            long[] held = new long[SLABS];
            try (Holders holders = new Holders(SLABS, index -> held[index] = pool.allocate(BYTES), index -> {
                pool.free(held[index], BYTES);
                allocateInTheEndAndFree(pool); /* somebody has just looked in vain */
            })) {
                Set<Long> mine = new HashSet<>();
                for (int i = 0; i < SLABS * (TO_A_SLAB - 1); i++) {
                    long address = pool.allocate(BYTES);
                    TestMemory.mark(address, BYTES, (byte) i);
                    assertThat(mine.add(address)).isTrue();
                }
                for (long address : held) {
                    assertThat(mine).doesNotContain(address);
                }
                assertThatThrownBy(() -> pool.allocate(BYTES)).isInstanceOf(PoolExhaustedException.class)
                    .hasMessageContaining("\"shared\"");
                mine.forEach(address -> pool.free(address, BYTES));
            }
            isEmptyAndValid(pool);
        }
    }

    @Test
    void ownersGoOn_afterTheirSlabsWent() throws Exception {
        try (SizedPool pool = pool()) {
            int count = TO_A_SLAB + 3;
            long[][] kept = new long[4][count];
            try (Holders holders = new Holders(4, index -> {
                for (int i = 0; i < count; i++) {
                    kept[index][i] = pool.allocate(BYTES);
                    TestMemory.mark(kept[index][i], BYTES, (byte) (index * count + i));
                }
                for (int i = 1; i < count; i += 2) {
                    pool.free(kept[index][i], BYTES);
                }
            }, index -> {
                allocateInTheEndAndFree(pool);
                for (int i = 0; i < count; i += 2) { /* what is its own slab's still, and what is another's by now */
                    assertThat(TestMemory.isMarked(kept[index][i], BYTES, (byte) (index * count + i))).isTrue();
                    pool.free(kept[index][i], BYTES);
                    assertThatThrownBy(() -> pool.free(kept[index][0], BYTES)).isInstanceOf(DoublePutException.class);
                }
                takeAndFree(pool, index);
            })) {
                pool.trim();
                List<Long> mine = new ArrayList<>();
                try {
                    for (;;) {
                        mine.add(pool.allocate(BYTES));
                    }
                } catch (PoolExhaustedException e) {
                    assertThat(new HashSet<>(mine)).hasSize(SLABS * TO_A_SLAB - 4 * (count + 1) / 2);
                }
                mine.forEach(address -> pool.free(address, BYTES));
            }
            isEmptyAndValid(pool);
        }
    }

    /** Each takes its part of all that there is, whenever it likes, and rests now and then. */
    @Test
    void threadsAtTheLimit_loseNothing_andFindAll() throws Exception {
        int threads = 4;
        int part = SLABS * TO_A_SLAB / threads;
        try (SizedPool pool = pool()) {
            AtomicLong refused = new AtomicLong();
            TestPools.inThreads(threads, index -> {
                SplittableRandom random = new SplittableRandom(index);
                ArrayDeque<Long> mine = new ArrayDeque<>();
                for (int round = 0; round < 300; round++) {
                    while (mine.size() < part) {
                        mine.add(allocateInTheEnd(pool, BYTES, refused));
                        TestMemory.mark(mine.getLast(), BYTES, (byte) index);
                    }
                    for (int left = random.nextInt(part); mine.size() > left; ) {
                        long address = random.nextBoolean() ? mine.pollFirst() : mine.pollLast();
                        assertThat(TestMemory.isMarked(address, BYTES, (byte) index)).isTrue();
                        pool.free(address, BYTES);
                    }
                    if (random.nextInt(4) == 0) {
                        LockSupport.parkNanos(100_000);
                    }
                }
                mine.forEach(address -> pool.free(address, BYTES));
            });
            isEmptyAndValid(pool);
            assertThat(refused.get()).as("refused while others were at work, of %d", 300 * SLABS * TO_A_SLAB).isLessThan(1000);
        }
    }

    /** Owners that have nothing out every few operations, while somebody comes for what they do not use, over and over. */
    @Test
    void ownersAtWork_areNotDisturbed() throws Exception {
        try (SizedPool pool = pool()) {
            AtomicInteger working = new AtomicInteger(OWNERS);
            TestPools.inThreads(OWNERS + 1, index -> {
                if (index == OWNERS) {
                    while (working.get() > 0) {
                        pool.trim();
                    }
                    return;
                }
                try {
                    work(pool, index);
                } finally {
                    working.decrementAndGet();
                }
            });
            isEmptyAndValid(pool);
        }
    }

    private static void work(SizedPool pool, int index) {
        SplittableRandom random = new SplittableRandom(index);
        long[] mine = new long[4];
        for (int i = 0; i < 8000; i++) {
            if (i % 50 == index) {
                pool.trim(); /* inside for long, in calls to the depot */
            }
            int count = 1 + random.nextInt(mine.length);
            int bytes = 512 << random.nextInt(3);
            for (int k = 0; k < count; k++) {
                mine[k] = allocateInTheEnd(pool, bytes, new AtomicLong());
                TestMemory.mark(mine[k], 64, (byte) (4 * index + k));
            }
            for (int k = 0; k < count; k++) {
                assertThat(TestMemory.isMarked(mine[k], 64, (byte) (4 * index + k))).as("loop %d", i).isTrue();
                pool.free(mine[k], bytes);
            }
        }
    }

    /** An owner lets many slabs go, one after the other, while another thread comes for the same. */
    @Test
    void ownerAndAnother_letTheSameSlabsGo() throws Exception {
        int bytes = 8 << 10;
        long[] pieces = new long[(SLABS - 2) * (Slab.BYTES / bytes)];
        CyclicBarrier together = new CyclicBarrier(2);
        try (SizedPool pool = pool()) {
            TestPools.inThreads(2, index -> {
                for (int round = 0; round < 400; round++) {
                    for (int i = 0; i < pieces.length && index == 0; i++) {
                        pieces[i] = allocateInTheEnd(pool, bytes, new AtomicLong());
                    }
                    together.await();
                    for (int i = 0; i < pieces.length && index == 1; i++) {
                        pool.free(pieces[i], bytes);
                    }
                    together.await();
                    for (int i = 0; i < round % 40 && index == 1; i++) {
                        Thread.onSpinWait();
                    }
                    pool.trim();
                    together.await();
                }
            });
            isEmptyAndValid(pool);
        }
    }

    private static void allocateInTheEndAndFree(SizedPool pool) {
        pool.free(allocateInTheEnd(pool, BYTES, new AtomicLong()), BYTES);
    }

    private static long allocateInTheEnd(SizedPool pool, long bytes, AtomicLong refused) {
        for (;;) {
            try {
                return pool.allocate(bytes);
            } catch (PoolExhaustedException e) { /* what is free is at work at this moment */
                refused.incrementAndGet();
                LockSupport.parkNanos(10_000);
            }
        }
    }

    /** Several classes, which take slabs from each other all the time; threads that end, and virtual ones where there are. */
    @Test
    void anySizes_atTheLimit_keepTheirContents() throws Exception {
        try (SizedPool pool = pool()) {
            AtomicLong served = new AtomicLong();
            for (int generation = 0; generation < 4; generation++) {
                int seed = generation;
                TestPools.inThreads(6, index -> {
                    SplittableRandom random = new SplittableRandom(31 * seed + index);
                    ArrayDeque<long[]> mine = new ArrayDeque<>();
                    for (int i = 0; i < 6000; i++) {
                        int bytes = 256 << random.nextInt(6);
                        if (mine.size() > 40 || random.nextInt(5) == 0) {
                            giveBack(pool, mine, random.nextInt(1 + mine.size()), index);
                        }
                        try {
                            mine.add(new long[] {pool.allocate(bytes), bytes});
                            TestMemory.mark(mine.getLast()[0], bytes, (byte) index);
                            served.incrementAndGet();
                        } catch (PoolExhaustedException e) {
                            giveBack(pool, mine, mine.size() / 2, index);
                        }
                        if (random.nextInt(500) == 0) {
                            giveBack(pool, mine, 0, index);
                            LockSupport.parkNanos(1_000_000);
                        }
                    }
                    giveBack(pool, mine, 0, index);
                });
            }
            isEmptyAndValid(pool);
            assertThat(served.get()).isPositive();
        }
    }

    private static void giveBack(SizedPool pool, ArrayDeque<long[]> mine, int left, int index) {
        while (mine.size() > left) {
            long[] piece = mine.poll();
            assertThat(TestMemory.isMarked(piece[0], (int) piece[1], (byte) index)).isTrue();
            pool.free(piece[0], piece[1]);
        }
    }

    @Test
    void trim_takesWhatLiveThreadsKeep() throws Exception {
        try (SizedPool pool = pool()) {
            try (Holders holders = new Holders(SLABS / 2, index -> {
                takeAndFree(pool, index);
                pool.get(40 << 10).close();
            }, index -> takeAndFree(pool, index))) {
                assertThat(pool.stats().bytesCommitted()).isGreaterThanOrEqualTo(SLABS / 2 * (long) Slab.BYTES);
                assertThat(pool.trim()).isPositive();
                TestPools.await("its memory, given back", () -> pool.stats().bytesCommitted() <= 2 * Slab.BYTES); /* the java backend carves one chunk */
            }
            isEmptyAndValid(pool);
        }
    }

    @Test
    void idleThreads_keepNothing() throws Exception {
        assumeTrue(TestPools.hasAddresses());
        try (SizedPool pool = pool(Duration.ofMillis(200))) {
            try (Holders holders = new Holders(SLABS, index -> takeAndFree(pool, index), index -> takeAndFree(pool, index))) {
                TestPools.await("their slabs, given back", () -> pool.stats().bytesCommitted() <= 2 * Slab.BYTES);
            }
            isEmptyAndValid(pool);
        }
    }

    @Test
    void trimOfAClosedPool_doesNothing() throws Exception {
        SizedPool pool = pool();
        long address = pool.allocate(BYTES);
        pool.free(address, BYTES);
        inVirtualThreadIfThereAre(() -> pool.free(pool.allocate(300), 300));
        pool.close();
        pool.trim();
        inVirtualThreadIfThereAre(pool::trim);
        assertThat(pool.isValid()).isTrue();
    }

    private static void inVirtualThreadIfThereAre(Runnable work) throws Exception {
        if (Runtime.version().feature() >= 21) {
            ExecutorService executor = (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
            try {
                Future<?> done = executor.submit(work);
                done.get();
            } finally {
                executor.shutdown();
            }
        }
    }
}
