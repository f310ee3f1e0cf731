package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The block that a loop takes and puts again and again has a place of its own beside the magazines. It is there or elsewhere,
 * never both, whoever puts it; and nobody who looks for blocks overlooks it.
 */
class LocalBlockPoolNearTest {

    private static final int BLOCKS = 512;
    private static final int MAGAZINE = 8;
    private static final int LOOPS = 200; /* enough for a block to become the near one */

    private static BlockPool pool() {
        return builder().build();
    }

    private static BlockPoolBuilder builder() {
        return TestPools.builder().blockBytes(64).maximumBytes(BLOCKS * 64L).magazineBlocks(MAGAZINE);
    }

    private static Block loop(LocalBlockPool local) {
        Block last = local.get();
        local.put(last);
        for (int i = 0; i < LOOPS; i++) {
            Block block = local.get();
            assertThat(block).isSameAs(last);
            local.put(block);
        }
        return last;
    }

    private static Block[] allButOne(LocalBlockPool local) {
        Block[] rest = new Block[BLOCKS - 1];
        local.getAll(rest, 0, rest.length);
        return rest;
    }

    /** Another thread has it now: free, and somewhere else. */
    private static void putElsewhere(BlockPool pool, Block... blocks) throws Exception {
        TestPools.inThread(index -> pool.putAll(blocks, 0, blocks.length));
    }

    @Test
    void putByAnotherThread_itIsNotHereAnyMore() throws Exception {
        try (BlockPool pool = pool()) {
            LocalBlockPool local = pool.local();
            Block near = loop(local);
            assertThat(local.get()).isSameAs(near);
            putElsewhere(pool, near);
            List<Block> all = TestPools.takeAll(pool);
            assertThat(new HashSet<>(all)).hasSameSizeAs(all).hasSize(BLOCKS);
            all.forEach(pool::put);
        }
    }

    @Test
    void putInBulk_itIsInTheMagazinesAndNotHere() {
        try (BlockPool pool = pool()) {
            LocalBlockPool local = pool.local();
            Block near = loop(local);
            Block[] two = {local.get(), local.get()};
            assertThat(two[0]).isSameAs(near);
            local.putAll(two, 0, 2);
            List<Block> all = TestPools.takeAll(pool);
            assertThat(new HashSet<>(all)).hasSameSizeAs(all).hasSize(BLOCKS);
            all.forEach(pool::put);
        }
    }

    @Test
    void handedOverAndBack_itIsHereAgain() throws Exception {
        try (BlockPool pool = pool()) {
            LocalBlockPool local = pool.local();
            Block near = loop(local);
            assertThat(local.get()).isSameAs(near);
            TestPools.inThread(index -> {
                pool.put(near);
                assertThat(pool.get()).isSameAs(near);
            });
            local.put(near);
            assertThat(local.get()).isSameAs(near);
            assertThat(local.get()).isNotSameAs(near);
        }
    }

    @Test
    void whileItIsOut_anotherCanTakeItsPlace() {
        try (BlockPool pool = pool()) {
            LocalBlockPool local = pool.local();
            Block first = loop(local);
            assertThat(local.get()).isSameAs(first);
            Block second = loop(local);
            assertThat(second).isNotSameAs(first);
            local.put(first);
            assertThat(List.of(local.get(), local.get())).containsExactlyInAnyOrder(first, second);
        }
    }

    @Test
    void whileItIsHere_noOtherTakesItsPlace() {
        try (BlockPool pool = pool()) {
            LocalBlockPool local = pool.local();
            Block[] some = new Block[MAGAZINE];
            local.getAll(some, 0, MAGAZINE);
            local.putAll(some, 0, MAGAZINE); /* so that a second get need not go to the depot, which gives the place up */
            Block near = loop(local);
            for (int i = 0; i < LOOPS; i++) {
                Block first = local.get();
                assertThat(first).isSameAs(near);
                Block second = local.get();
                local.put(first);
                local.put(second);
            }
            List<Block> all = TestPools.takeAll(pool);
            assertThat(new HashSet<>(all)).hasSameSizeAs(all).hasSize(BLOCKS);
            all.forEach(pool::put);
        }
    }

    @Test
    void puttingItTwice_isRefused() {
        try (BlockPool pool = pool(); BlockPool other = pool()) {
            LocalBlockPool local = pool.local();
            Block near = loop(local);
            assertThatThrownBy(() -> local.put(near)).isInstanceOf(DoublePutException.class).hasMessageContaining("\"test\"");
            assertThatThrownBy(() -> pool.put(near)).isInstanceOf(DoublePutException.class);
            assertThatThrownBy(() -> other.put(near)).isInstanceOf(ForeignEntryException.class);
            assertThat(near).asString().endsWith("free");
            assertThat(local.get()).isSameAs(near).asString().endsWith("taken");
            assertThat(local.get()).isNotSameAs(near);
        }
    }

    @Test
    void statistics_countItWhereItIs() {
        try (BlockPool pool = pool()) {
            LocalBlockPool local = pool.local();
            loop(local);
            int held = local.held();
            assertThat(pool.stats().blocksInUse()).isZero();
            Block near = local.get();
            assertThat(pool.stats().blocksInUse()).isEqualTo(1);
            assertThat(local.held()).isEqualTo(held - 1);
            local.put(near);
            assertThat(pool.stats().blocksInUse()).isZero();
            assertThat(local.held()).isEqualTo(held);
            assertThat(pool.stats().gets()).isEqualTo(LOOPS + 2);
        }
    }

    @Test
    void whenMagazinesAndDepotAreEmpty_itIsTakenBeforeAnybodyHearsOfExhaustion() throws Exception {
        try (BlockPool pool = pool()) {
            LocalBlockPool local = pool.local();
            Block[] rest = allButOne(local);
            Block near = loop(local);
            pool.raise(BlockPool.HUNGRY); /* alarms all, and it waits here */
            assertThat(local.tryGet()).isSameAs(near);
            assertThat(local.tryGet()).isNull();
            local.putAll(rest, 0, rest.length);
            local.put(near);
        }
    }

    @Test
    void whenOthersFindNothing_theyTakeIt() throws Exception {
        try (BlockPool pool = pool()) {
            LocalBlockPool local = pool.local();
            Block[] rest = allButOne(local);
            Block near = loop(local);
            TestPools.inThread(index -> {
                assertThat(pool.tryGet()).isSameAs(near);
                assertThat(pool.tryGet()).isNull();
            });
            assertThat(local.tryGet()).isNull();
            local.put(near);
            assertThat(local.get()).isSameAs(near);
            local.putAll(rest, 0, rest.length);
            local.put(near);
        }
    }

    @Test
    void whenOthersAreHungry_itGoesToThemWithTheNextPut() throws Exception {
        try (BlockPool pool = pool()) {
            LocalBlockPool local = pool.local();
            Block[] rest = allButOne(local);
            Block near = loop(local);
            pool.raise(BlockPool.HUNGRY);
            local.put(rest[0]);
            TestPools.inThread(index -> {
                assertThat(List.of(pool.get(), pool.get())).containsExactlyInAnyOrder(near, rest[0]);
                pool.put(near);
                pool.put(rest[0]);
            });
            local.putAll(rest, 1, rest.length - 1);
        }
    }

    @Test
    void putDuringAnAlarm_feedsThoseWhoWait() throws Exception {
        try (BlockPool pool = pool()) {
            LocalBlockPool local = pool.local();
            Block[] rest = allButOne(local);
            Block near = loop(local);
            assertThat(local.get()).isSameAs(near);
            TestPools.inThread(index -> assertThat(pool.tryGet()).isNull());
            local.put(near);
            TestPools.inThread(index -> {
                assertThat(pool.tryGet()).isSameAs(near);
                pool.put(near);
            });
            local.putAll(rest, 0, rest.length);
        }
    }

    @Test
    void theEndOfItsThread_bringsItBack() throws Exception {
        try (BlockPool pool = pool()) {
            TestPools.inThread(index -> loop(pool.local()));
            pool.trim();
            assertThat(pool.stats().blocksInUse()).isZero();
            List<Block> all = TestPools.takeAll(pool);
            assertThat(new HashSet<>(all)).hasSameSizeAs(all).hasSize(BLOCKS);
            all.forEach(pool::put);
        }
    }

    @Test
    void aClosedPool_neitherGivesItNorWaitsForIt() throws Exception {
        BlockPool pool = pool();
        LocalBlockPool local = pool.local();
        loop(local);
        pool.close();
        assertThatThrownBy(local::get).isInstanceOf(PoolClosedException.class);
        TestPools.await("release", () -> pool.residentBytes() == 0); /* answers 0 only when released */
    }

    @Test
    void putIntoAClosedPool_theLastOneReleasesTheMemory() throws Exception {
        BlockPool pool = pool();
        LocalBlockPool local = pool.local();
        Block near = loop(local);
        assertThat(local.get()).isSameAs(near);
        pool.close();
        near.putLong(0, 7);
        assertThat(pool.residentBytes()).isNotZero();
        local.put(near);
        TestPools.await("release", () -> pool.residentBytes() == 0);
    }

    @Test
    void byAddress_theSame() {
        assumeTrue(TestPools.hasAddresses(), "no addresses here");
        try (BlockPool pool = pool()) {
            long last = pool.getAddress();
            pool.putAddress(last);
            for (int i = 0; i < LOOPS; i++) {
                long address = pool.getAddress();
                assertThat(address).isEqualTo(last);
                pool.putAddress(address);
            }
            assertThatThrownBy(() -> pool.putAddress(last)).isInstanceOf(DoublePutException.class);
            assertThat(pool.getAddress()).isEqualTo(last);
            assertThat(pool.getAddress()).isNotEqualTo(last);
        }
    }

    @ParameterizedTest
    @EnumSource(Checks.class)
    void atEveryLevelOfChecks_eachBlockIsInOnePlace(Checks checks) {
        try (BlockPool pool = builder().checks(checks).build()) {
            LocalBlockPool local = pool.local();
            for (int i = 0; i < 4 * LOOPS; i++) {
                Block block = local.get();
                block.putLong(0, i);
                local.put(block);
            }
            Block[] some = {local.get(), local.get(), local.get()};
            Block last = some[1];
            for (int i = 0; i < 4 * LOOPS; i++) {
                local.put(last);
                last = local.get();
            }
            local.put(some[0]);
            local.put(last);
            local.put(some[2]);
            pool.trim();
            assertThat(pool.stats().blocksInUse()).isZero();
            List<Block> all = TestPools.takeAll(pool);
            assertThat(new HashSet<>(all)).hasSameSizeAs(all);
            assertThat(all.stream().mapToLong(Block::bytes).sum()).isEqualTo(BLOCKS * 64L);
            all.forEach(pool::put);
        }
    }

    @Test
    void whatARefillBrings_isTakenNext() throws Exception {
        try (BlockPool pool = pool()) {
            LocalBlockPool local = pool.local();
            Set<Block> held = Collections.newSetFromMap(new IdentityHashMap<>());
            Block near = loop(local);
            Block[] drained = new Block[local.held()];
            local.getAll(drained, 0, drained.length);
            assertThat(drained).contains(near);
            putElsewhere(pool, drained);
            for (int i = 0; i < BLOCKS / 2; i++) { /* many refills; each block once */
                assertThat(held.add(local.get())).isTrue();
            }
            for (Block block : held) {
                local.put(block);
            }
        }
    }

    @Test
    void whatASpillMovesIntoItsPlace_isTakenNext() {
        try (BlockPool pool = pool()) {
            LocalBlockPool local = pool.local();
            Block[] some = new Block[6 * MAGAZINE];
            local.getAll(some, 0, some.length);
            int next = 0;
            while (local.held() < 2 * MAGAZINE - 1) {
                local.put(some[next++]);
            }
            loop(local);
            while (next < some.length) { /* spills */
                local.put(some[next++]);
            }
            Set<Block> taken = Collections.newSetFromMap(new IdentityHashMap<>());
            for (int i = 0; i < BLOCKS; i++) {
                assertThat(taken.add(local.get())).as("block %d", i).isTrue();
            }
            for (Block block : taken) {
                local.put(block);
            }
        }
    }

    /** Loops, batches in any order, bulk, other threads and trims, against a set of what is held. */
    @RepeatedTest(20)
    void whateverHappens_noBlockIsGivenTwice() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (BlockPool pool = pool()) {
            LocalBlockPool local = pool.local();
            List<Block> held = new ArrayList<>();
            Set<Block> known = Collections.newSetFromMap(new IdentityHashMap<>());
            for (int step = 0; step < 400; step++) {
                switch (random.nextInt(8)) {
                    case 0, 1 -> loop(local);
                    case 2 -> take(local, held, known, 1 + random.nextInt(3 * MAGAZINE), seed);
                    case 3 -> takeBulk(local, held, known, 1 + random.nextInt(3 * MAGAZINE), seed);
                    case 4 -> {
                        Collections.shuffle(held, random);
                        put(local, held, known, random.nextInt(held.size() + 1));
                    }
                    case 5 -> putBulk(local, held, known, random.nextInt(held.size() + 1));
                    case 6 -> TestPools.inThread(index -> {
                        int count = random.nextInt(held.size() + 1);
                        for (int i = 0; i < count; i++) {
                            Block block = held.remove(held.size() - 1);
                            known.remove(block);
                            pool.put(block);
                        }
                    });
                    default -> pool.trim();
                }
                if (held.size() > BLOCKS / 2) {
                    put(local, held, known, held.size());
                }
            }
            put(local, held, known, held.size());
            List<Block> all = TestPools.takeAll(pool);
            assertThat(new HashSet<>(all)).as("seed %d", seed).hasSize(all.size()).hasSize(BLOCKS);
            all.forEach(pool::put);
            assertThat(pool.stats().bytesInUse()).as("seed %d", seed).isZero();
        }
    }

    private static void take(LocalBlockPool local, List<Block> held, Set<Block> known, int count, long seed) {
        for (int i = 0; i < count; i++) {
            Block block = local.get();
            assertThat(known.add(block)).as("given twice, seed %d", seed).isTrue();
            held.add(block);
        }
    }

    private static void takeBulk(LocalBlockPool local, List<Block> held, Set<Block> known, int count, long seed) {
        Block[] blocks = new Block[count];
        local.getAll(blocks, 0, count);
        for (Block block : blocks) {
            assertThat(known.add(block)).as("given twice, seed %d", seed).isTrue();
            held.add(block);
        }
    }

    private static void put(LocalBlockPool local, List<Block> held, Set<Block> known, int count) {
        for (int i = 0; i < count; i++) {
            Block block = held.remove(held.size() - 1);
            known.remove(block);
            local.put(block);
        }
    }

    private static void putBulk(LocalBlockPool local, List<Block> held, Set<Block> known, int count) {
        List<Block> some = held.subList(held.size() - count, held.size());
        known.removeAll(some);
        local.putAll(some.toArray(Block[]::new), 0, count);
        some.clear();
    }
}
