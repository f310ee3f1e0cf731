package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Numbers in a thread's magazines that its table of blocks does not show yet, and numbers that stand in two places.
 */
class LocalBlockPoolTableTest {

    private static final int BLOCKS = 4096; /* four times what a table begins with */
    private static final int FEW = 20;

    private static BlockPool pool() {
        return TestPools.builder().blockBytes(64).maximumBytes(BLOCKS * 64L).build();
    }

    /** All blocks, taken by another thread; the last ones lie beyond the table that this thread knows. */
    private static Block[] takenElsewhere(BlockPool pool) throws Exception {
        Block[] blocks = new Block[BLOCKS];
        TestPools.inThread(index -> pool.getAll(blocks, 0, BLOCKS));
        Arrays.sort(blocks, (a, b) -> Integer.compare(a.number, b.number));
        return blocks;
    }

    @Test
    void blocksBeyondTheTable_arePutAndTakenOneByOne() throws Exception {
        try (BlockPool pool = pool()) {
            LocalBlockPool local = pool.local();
            Block[] blocks = takenElsewhere(pool);
            Block[] last = Arrays.copyOfRange(blocks, BLOCKS - FEW, BLOCKS);
            for (Block block : last) {
                local.put(block);
            }
            assertThatThrownBy(() -> local.put(last[0])).isInstanceOf(DoublePutException.class);
            for (int i = FEW - 1; i >= 0; i--) {
                assertThat(local.get()).isSameAs(last[i]);
            }
            local.putAll(blocks, 0, BLOCKS);
            assertThat(pool.stats().blocksInUse()).isZero();
        }
    }

    @Test
    void blocksBeyondTheTable_arePutAndTakenTogether() throws Exception {
        try (BlockPool pool = pool()) {
            LocalBlockPool local = pool.local();
            Block[] blocks = takenElsewhere(pool);
            local.putAll(blocks, BLOCKS - FEW, FEW);
            Block[] back = new Block[FEW];
            local.getAll(back, 0, FEW);
            assertThat(back).containsExactlyInAnyOrder(Arrays.copyOfRange(blocks, BLOCKS - FEW, BLOCKS));
            local.putAll(blocks, 0, BLOCKS);
            assertThat(pool.stats().blocksInUse()).isZero();
        }
    }

    @Test
    void blocksBeyondTheTable_arePutByAddress() throws Exception {
        try (BlockPool pool = pool()) {
            assumeTrue(TestPools.hasAddresses());
            LocalBlockPool local = pool.local();
            Block[] blocks = takenElsewhere(pool);
            local.put(blocks[BLOCKS - 1]);
            local.flush(); /* its number stays behind the magazines, where what was taken last is looked for */
            pool.putAddress(blocks[BLOCKS - 2].address());
            assertThat(local.get()).isSameAs(blocks[BLOCKS - 2]);
            pool.put(blocks[BLOCKS - 2]);
            local.putAll(blocks, 0, BLOCKS - 2);
            assertThat(pool.stats().blocksInUse()).isZero();
        }
    }

    /** What two puts at the same moment lead to: one of them saw the state before the other changed it. */
    @Test
    void aBlockInTwoPlaces_isGivenOnce() throws Exception {
        try (BlockPool pool = pool()) {
            LocalBlockPool local = pool.local();
            Block block = local.get();
            local.put(block);
            block.state = pool.marks().mark();
            TestPools.inThread(index -> {
                pool.put(block);
                pool.local().flush();
            });
            assertThat(local.get()).isSameAs(block);
            List<Block> rest = TestPools.takeAll(pool);
            assertThat(rest).hasSize(BLOCKS - 1).doesNotContain(block).doesNotHaveDuplicates();
            assertThat(pool.stats().duplicatesDropped()).isEqualTo(1);
            local.put(block);
            rest.forEach(local::put);
            assertThat(pool.stats().blocksInUse()).isZero();
        }
    }
}
