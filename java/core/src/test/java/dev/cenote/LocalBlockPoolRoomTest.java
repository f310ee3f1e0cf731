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
            int here = local.held();
            Block[] rest = new Block[BLOCKS];
            Thread taker = new Thread(() -> {
                int taken = 0;
                for (Block block = pool.tryGet(); block != null; block = pool.tryGet()) {
                    rest[taken++] = block;
                }
                assertThat(taken).isGreaterThanOrEqualTo(BLOCKS - here - 64);
            });
            taker.start();
            join(taker);
            local.put(local.get()); /* the pool is hungry: this put empties the magazines */
            assertThat(local.held()).isZero();
            for (Block block : rest) {
                if (block != null) {
                    local.put(block);
                }
            }
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
