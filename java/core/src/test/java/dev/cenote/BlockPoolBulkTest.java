package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many blocks in one call: all or none.
 */
class BlockPoolBulkTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 63, 64, 65, 127, 128, 129, 1000, 4096})
    void getAll_thenPutAll_movesThatMany(int count) {
        try (BlockPool pool = TestPools.builder().build()) {
            Block[] blocks = new Block[count + 4];
            pool.getAll(blocks, 2, count);
            assertThat(blocks[0]).isNull();
            assertThat(blocks[count + 2]).isNull();
            assertThat(Arrays.asList(blocks).subList(2, count + 2)).doesNotContainNull().doesNotHaveDuplicates();
            assertThat(pool.stats().blocksInUse()).isEqualTo(count);
            pool.putAll(blocks, 2, count);
            assertThat(pool.stats().blocksInUse()).isZero();
            LocalBlockPool local = pool.local();
            local.getAll(blocks, 2, count);
            assertThat(pool.stats().blocksInUse()).isEqualTo(count);
            local.putAll(blocks, 2, count);
            assertThat(pool.stats().blocksInUse()).isZero();
        }
    }

    @Test
    void getAll_ofMoreThanThereAre_takesNone() {
        try (BlockPool pool = TestPools.builder().build()) {
            Block one = pool.get();
            assertThatThrownBy(() -> pool.getAll(new Block[4096], 0, 4096)).isInstanceOf(PoolExhaustedException.class)
                .hasMessageContaining("\"test\"");
            assertThat(pool.stats().blocksInUse()).isEqualTo(1);
            Block[] rest = new Block[4095];
            pool.getAll(rest, 0, 4095);
            assertThat(rest).doesNotContain(one);
            pool.putAll(rest, 0, 4095);
            pool.put(one);
        }
    }

    @Test
    void wrongRanges_areRefusedBeforeAnythingMoves() {
        try (BlockPool pool = TestPools.builder().build()) {
            Block[] blocks = new Block[4];
            int[][] ranges = {{-1, 1}, {0, 5}, {4, 1}, {2, 3}, {0, -1}, {Integer.MAX_VALUE, 2}};
            for (int[] range : ranges) {
                assertThatThrownBy(() -> pool.getAll(blocks, range[0], range[1]))
                    .isInstanceOf(IndexOutOfBoundsException.class);
                assertThatThrownBy(() -> pool.putAll(blocks, range[0], range[1]))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            }
            assertThat(blocks).containsOnlyNulls();
            assertThat(pool.stats().blocksInUse()).isZero();
            assertThatThrownBy(() -> pool.getAll(null, 0, 1)).isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> pool.putAll(null, 0, 1)).isInstanceOf(NullPointerException.class);
        }
    }

    @Test
    void putAll_withAWrongBlock_throwsAndGaveBackTheOnesBefore() {
        try (BlockPool pool = TestPools.builder().build(); BlockPool other = TestPools.builder().name("o").build()) {
            Block[] blocks = new Block[5];
            pool.getAll(blocks, 0, 5);
            Block right = blocks[2];
            blocks[2] = other.get();
            assertThatThrownBy(() -> pool.putAll(blocks, 0, 5)).isInstanceOf(ForeignEntryException.class);
            assertThat(pool.stats().blocksInUse()).isEqualTo(3);
            other.put(blocks[2]);
            blocks[2] = null;
            assertThatThrownBy(() -> pool.putAll(blocks, 2, 3)).isInstanceOf(NullPointerException.class)
                .hasMessageContaining("\"test\"");
            blocks[2] = blocks[3];
            assertThatThrownBy(() -> pool.putAll(blocks, 2, 3)).isInstanceOf(DoublePutException.class);
            assertThat(pool.stats().blocksInUse()).isEqualTo(2);
            pool.put(right);
            pool.put(blocks[4]);
            assertThat(pool.stats().blocksInUse()).isZero();
        }
    }
}
