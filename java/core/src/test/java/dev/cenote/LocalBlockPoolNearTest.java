package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/**
 * The block that a loop takes and puts again and again is known without a look at the magazines. Whatever else comes to
 * stand in its place must be what the next get gives.
 */
class LocalBlockPoolNearTest {

    private static final int BLOCKS = 512;
    private static final int MAGAZINE = 8;
    private static final int LOOPS = 200; /* enough for a block to become the near one */

    private static BlockPool pool() {
        return TestPools.builder().blockBytes(64).maximumBytes(BLOCKS * 64L).magazineBlocks(MAGAZINE).build();
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

    /** Another thread has it now: free, and somewhere else. */
    private static void putElsewhere(BlockPool pool, Block... blocks) throws Exception {
        TestPools.inThread(index -> pool.putAll(blocks, 0, blocks.length));
    }

    @Test
    void anotherBlockInItsPlace_isTakenNext() throws Exception {
        try (BlockPool pool = pool()) {
            LocalBlockPool local = pool.local();
            Block other = local.get();
            Block near = loop(local);
            assertThat(local.get()).isSameAs(near);
            putElsewhere(pool, near);
            local.put(other);
            assertThat(local.get()).isSameAs(other);
        }
    }

    @Test
    void othersPutInBulk_areTakenNext() throws Exception {
        try (BlockPool pool = pool()) {
            LocalBlockPool local = pool.local();
            Block[] others = {local.get(), local.get()};
            Block near = loop(local);
            assertThat(local.get()).isSameAs(near);
            putElsewhere(pool, near);
            local.putAll(others, 0, 2);
            assertThat(local.get()).isSameAs(others[1]);
            assertThat(local.get()).isSameAs(others[0]);
        }
    }

    @Test
    void anotherBlockPutDuringAnAlarm_isTakenNext() throws Exception {
        try (BlockPool pool = pool()) {
            LocalBlockPool local = pool.local();
            Block other = local.get();
            Block near = loop(local);
            assertThat(local.get()).isSameAs(near);
            putElsewhere(pool, near);
            local.alarm();
            local.put(other);
            assertThat(local.get()).isSameAs(other);
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
