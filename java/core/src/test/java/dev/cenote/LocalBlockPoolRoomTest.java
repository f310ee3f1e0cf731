package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A thread's magazines get room for more when it swings between many blocks and few, and give it up when blocks run short. */
class LocalBlockPoolRoomTest {

    private static final int BLOCKS = 4096;
    private static final int SWING = 200;

    private static BlockPool pool() {
        return TestPools.builder().blockBytes(1024).maximumBytes(BLOCKS * 1024L).magazineBlocks(32).build();
    }

    private static long exchanges(BlockPool pool) {
        return pool.stats().exchanges();
    }

    private static void swing(LocalBlockPool local, int times) {
        Block[] blocks = new Block[SWING];
        for (int i = 0; i < times; i++) {
            local.getAll(blocks, 0, SWING);
            local.putAll(blocks, 0, SWING);
        }
    }

    @Test
    void aSwingingThread_goesToTheDepotNoMore() {
        try (BlockPool pool = pool()) {
            LocalBlockPool local = pool.local();
            swing(local, 30);
            long before = exchanges(pool);
            swing(local, 100);
            assertThat(exchanges(pool)).isEqualTo(before);
            assertThat(pool.stats().bytesInUse()).isZero();
        }
    }

    @Test
    void aThreadThatOnlyPuts_keepsTwoMagazines() {
        try (BlockPool pool = pool()) {
            Block[] blocks = new Block[1024];
            Thread taker = new Thread(() -> pool.getAll(blocks, 0, blocks.length));
            taker.start();
            join(taker);
            LocalBlockPool local = pool.local();
            local.putAll(blocks, 0, blocks.length);
            assertThat(local.held()).isBetween(32, 64);
        }
    }

    @Test
    void blocksThatRunShort_takeTheRoomBack() {
        try (BlockPool pool = pool()) {
            LocalBlockPool local = pool.local();
            swing(local, 30);
            assertThat(local.held()).isGreaterThan(64);
            pool.raise(BlockPool.HUNGRY);
            local.put(local.get()); /* empties the magazines */
            assertThat(local.held()).isZero();
            Block[] blocks = new Block[SWING];
            local.getAll(blocks, 0, SWING);
            local.putAll(blocks, 0, SWING);
            assertThat(local.held()).isBetween(32, 64);
            assertThat(pool.stats().bytesInUse()).isZero();
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
