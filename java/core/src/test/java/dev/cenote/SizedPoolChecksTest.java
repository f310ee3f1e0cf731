package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What each level of checks finds in a pool of all sizes, and that none of them loses memory.
 */
class SizedPoolChecksTest {

    private static final int[] SIZES = {1, 24, 100, 700, 5000, 8192, 8193, 20_000, 60_000, 200_000};
    private static final int SMALL = 700;
    private static final int POOLED = 20_000;
    private static final int LARGE = 200_000; /* beyond the largest pooled size */

    private static SizedPool pool(Checks checks) {
        return SizedPool.builder().name("checked").backend(TestPools.BACKEND).maximumBytes(64 << 20)
            .largestPooledBytes(64 << 10).checks(checks).build();
    }

    private static void isEmptyAndValid(SizedPool pool) {
        assertThat(pool.stats().bytesInUse()).isZero();
        assertThat(pool.isValid()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void everyLevel_losesNoBlock(Checks checks) throws Exception {
        try (SizedPool pool = pool(checks)) {
            TestPools.inThreads(3, index -> {
                Block[] taken = new Block[SIZES.length];
                for (int turn = 0; turn < 200; turn++) {
                    for (int i = 0; i < SIZES.length; i++) {
                        taken[i] = pool.get(SIZES[i]);
                        taken[i].putByte(SIZES[i] - 1, (byte) index);
                    }
                    for (int i = 0; i < SIZES.length; i++) {
                        assertThat(taken[i].getByte(SIZES[i] - 1)).isEqualTo((byte) index);
                        pool.put(taken[i]);
                    }
                }
            });
            isEmptyAndValid(pool);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyLevel_losesNoPiece(Checks checks) throws Exception {
        assumeTrue(TestPools.hasAddresses());
        try (SizedPool pool = pool(checks)) {
            TestPools.inThreads(3, index -> {
                long[] taken = new long[SIZES.length];
                for (int turn = 0; turn < 200; turn++) {
                    for (int i = 0; i < SIZES.length; i++) {
                        taken[i] = pool.allocate(SIZES[i]);
                        TestMemory.mark(taken[i], SIZES[i], (byte) (index + i));
                    }
                    for (int i = 0; i < SIZES.length; i++) {
                        assertThat(TestMemory.isMarked(taken[i], SIZES[i], (byte) (index + i))).isTrue();
                        pool.free(taken[i], SIZES[i]);
                    }
                }
            });
            isEmptyAndValid(pool);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"BASIC", "SAMPLED", "PARANOID"})
    void doublePutAndForeignBlock_areRefused(Checks checks) {
        try (SizedPool pool = pool(checks); SizedPool other = pool(checks)) {
            for (int turn = 0; turn < 100; turn++) { /* watched and not */
                for (int bytes : SIZES) {
                    Block block = pool.get(bytes);
                    assertThatThrownBy(() -> other.put(block)).isInstanceOf(ForeignEntryException.class);
                    pool.put(block);
                    assertThatThrownBy(block::close).isInstanceOf(DoublePutException.class);
                }
            }
            isEmptyAndValid(pool);
        }
    }

    @ParameterizedTest
    @EnumSource
    void smallPieces_areLookedAfterOnEveryLevel(Checks checks) {
        assumeTrue(TestPools.hasAddresses());
        try (SizedPool pool = pool(checks)) {
            long kept = pool.allocate(SMALL); /* its slab stays */
            long piece = pool.allocate(SMALL);
            assertThatThrownBy(() -> pool.free(piece, 16)).isInstanceOf(ForeignEntryException.class);
            assertThatThrownBy(() -> pool.free(piece + 16, SMALL)).isInstanceOf(ForeignEntryException.class);
            pool.free(piece, SMALL);
            assertThatThrownBy(() -> pool.free(piece, SMALL)).isInstanceOf(DoublePutException.class);
            pool.free(kept, SMALL);
            isEmptyAndValid(pool);
        }
    }

    @ParameterizedTest
    @EnumSource
    void memoryOfItsOwn_isLookedAfterOnEveryLevel(Checks checks) {
        try (SizedPool pool = pool(checks)) {
            Block block = pool.get(LARGE);
            block.close();
            assertThatThrownBy(block::close).isInstanceOf(DoublePutException.class);
            isEmptyAndValid(pool);
        }
    }

    @Test
    void paranoid_refusesAStaleHandle_andFindsAWriteAfterPut() {
        try (SizedPool pool = pool(Checks.PARANOID)) {
            Block block = pool.get(POOLED);
            ByteBuffer kept = block.buffer();
            pool.put(block);
            assertThatThrownBy(() -> block.getLong(0)).isInstanceOf(StaleEntryException.class);
            kept.put(17, (byte) 1);
            pool.trim(); /* lets go of the quarantine */
            assertThat(block.pool().writesAfterPut()).isEqualTo(1);
        }
    }

    @Test
    void paranoid_tellsWhoHoldsABlock_basicDoesNot() {
        try (SizedPool paranoid = pool(Checks.PARANOID); SizedPool basic = pool(Checks.BASIC)) {
            try (Block watched = paranoid.get(POOLED); Block other = basic.get(POOLED)) {
                assertThat(watched.pool().dumpOutstanding().toString())
                    .contains("paranoid_tellsWhoHoldsABlock_basicDoesNot");
                assertThat(other.pool().dumpOutstanding().toString())
                    .doesNotContain("paranoid_tellsWhoHoldsABlock_basicDoesNot");
            }
            isEmptyAndValid(paranoid);
        }
    }
}
