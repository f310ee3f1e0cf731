package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.BitSet;
import java.util.concurrent.CyclicBarrier;
import java.util.function.ObjIntConsumer;
import org.junit.jupiter.api.Test;

/**
 * One slab: cutting, numbers, and blocks that several threads give back at once.
 */
class SlabTest {

    private static Slab slab(BlockPool pool, int index) {
        Slab slab = new Slab(pool.get());
        slab.cut(index);
        return slab;
    }

    private static BlockPool pool() {
        assumeTrue(TestPools.hasAddresses());
        return BlockPool.builder().backend(TestPools.BACKEND).blockBytes(Slab.BYTES).maximumBytes(1 << 20).build();
    }

    private static int takeAll(Slab slab, BitSet into) {
        int taken = 0;
        for (long free = slab.seek(); free != 0; free = slab.seek()) {
            into.set(slab.number(slab.take(free)));
            taken++;
        }
        return taken;
    }

    @Test
    void everyClass_isCutIntoAllItsBlocks() {
        try (BlockPool pool = pool()) {
            for (int index = 0; index < SmallSizes.CLASSES; index++) {
                Slab slab = slab(pool, index);
                int capacity = Slab.BYTES / (int) SizeClasses.bytes(index);
                assertThat(slab.isEmpty(0) && slab.isValid()).isTrue();
                BitSet taken = new BitSet();
                assertThat(takeAll(slab, taken)).isEqualTo(capacity).isEqualTo(taken.cardinality());
                assertThat(slab.hasFree()).isFalse();
                assertThat(slab.out()).isEqualTo(capacity);
                for (int number = 0; number < capacity; number++) {
                    assertThat(slab.isFree(number)).isFalse();
                    slab.give(number);
                    assertThat(slab.isFree(number)).isTrue();
                }
                assertThat(slab.isEmpty(0) && slab.isValid() && slab.out() == 0).isTrue();
                pool.put(slab.memory);
            }
        }
    }

    @Test
    void numbers_areThoseOfBlocksThatStartThere() {
        try (BlockPool pool = pool()) {
            for (int index = 0; index < SmallSizes.CLASSES; index++) {
                Slab slab = slab(pool, index);
                int bytes = (int) SizeClasses.bytes(index);
                for (int offset = 0; offset < Slab.BYTES; offset++) {
                    boolean starts = offset % bytes == 0 && offset / bytes < Slab.BYTES / bytes;
                    if (slab.number(slab.base + offset) != (starts ? offset / bytes : -1)) {
                        throw new AssertionError(bytes + " bytes, offset " + offset);
                    }
                }
                pool.put(slab.memory);
            }
        }
    }

    /** Two threads give all blocks back while the owner collects; tells how many blocks did not come back. */
    private static int lost(Slab slab, ObjIntConsumer<Slab> give) throws Exception {
        BitSet all = new BitSet();
        int capacity = takeAll(slab, all);
        CyclicBarrier start = new CyclicBarrier(3);
        TestPools.inThreads(3, thread -> {
            start.await();
            if (thread == 2) {
                for (int i = 0; i < 200; i++) {
                    slab.collect();
                }
            } else {
                for (int number = thread; number < capacity; number += 2) { /* neighbours in a word */
                    give.accept(slab, number);
                }
            }
        });
        slab.collect();
        return slab.out();
    }

    @Test
    void blocksGivenBackAtOnce_allComeBack() throws Exception {
        try (BlockPool pool = pool()) {
            Slab slab = slab(pool, 0);
            for (int round = 0; round < 300; round++) {
                assertThat(lost(slab, (to, number) -> assertThat(to.giveRemotely(number)).isTrue())).isZero();
                assertThat(slab.isEmpty(0) && slab.isValid()).isTrue();
            }
            pool.put(slab.memory);
        }
    }

    /** The canary: setting the bit in two steps must be found out by the same check. */
    @Test
    void bitsSetWithoutCompareAndSwap_areMissed() throws Exception {
        try (BlockPool pool = pool()) {
            int lost = 0;
            for (int round = 0; round < 20_000 && lost == 0; round++) {
                Slab slab = slab(pool, 0);
                lost = lost(slab, (to, number) -> {
                    int at = to.span + (number >>> 6);
                    long seen = to.bits[at];
                    Thread.onSpinWait();
                    to.bits[at] = seen | 1L << number;
                });
                pool.put(slab.memory);
            }
            assertThat(lost).isPositive();
        }
    }

    @Test
    void secondRemoteFree_isTold() {
        try (BlockPool pool = pool()) {
            Slab slab = slab(pool, 3);
            int number = slab.number(slab.take(slab.free()));
            assertThat(slab.giveRemotely(number)).isTrue();
            assertThat(slab.isFree(number)).isTrue();
            assertThat(slab.giveRemotely(number)).isFalse();
            assertThat(slab.collect()).isTrue();
            assertThat(slab.collect()).isFalse();
            assertThat(slab.isEmpty(0)).isTrue();
            pool.put(slab.memory);
        }
    }
}
