package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
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

    /** As an owner that hands all of them out; tells their numbers. */
    private static BitSet takeAll(Slab slab, int most) {
        BitSet taken = new BitSet();
        long[] into = new long[most];
        for (int count = slab.take(into, most, most); count != 0; count = slab.take(into, most, most)) {
            for (int i = most - count; i < most; i++) {
                int number = slab.number(into[i]);
                assertThat(slab.starts(into[i]) && !taken.get(number)).isTrue();
                slab.states[number] = (byte) (slab.sizeClass + 1);
                taken.set(number);
            }
        }
        return taken;
    }

    @Test
    void everyClass_isCutIntoAllItsBlocks() {
        try (BlockPool pool = pool()) {
            for (int index = 0; index < SmallSizes.CLASSES; index++) {
                Slab slab = slab(pool, index);
                int capacity = Slab.BYTES / (int) SizeClasses.bytes(index);
                assertThat(slab.isEmpty() && slab.isValid()).isTrue();
                BitSet taken = takeAll(slab, 1 + index % 40);
                assertThat(taken.cardinality()).isEqualTo(capacity).isEqualTo(taken.length());
                assertThat(slab.hasFree()).isFalse();
                assertThat(slab.out()).isEqualTo(capacity);
                for (int number = 0; number < capacity; number++) {
                    slab.states[number] = Slab.IN;
                    slab.bring(number);
                    slab.bring(number); /* a second time counts for nothing */
                    assertThat(slab.hasFree() && slab.isValid()).isTrue();
                }
                assertThat(slab.isEmpty() && slab.out() == 0).isTrue();
                pool.put(slab.memory);
            }
        }
    }

    @Test
    void numbers_areThoseOfTheBlocksThere() {
        try (BlockPool pool = pool()) {
            for (int index = 0; index < SmallSizes.CLASSES; index++) {
                Slab slab = slab(pool, index);
                int bytes = (int) SizeClasses.bytes(index);
                for (int offset = 0; offset < Slab.BYTES; offset++) {
                    boolean starts = offset % bytes == 0 && offset / bytes < Slab.BYTES / bytes;
                    if (slab.starts(slab.base + offset) != starts || slab.number(slab.base + offset) != offset / bytes) {
                        throw new AssertionError(bytes + " bytes, offset " + offset);
                    }
                }
                pool.put(slab.memory);
            }
        }
    }

    /** Two threads give all blocks back while the owner collects; tells how many blocks did not come back. */
    private static int lost(Slab slab, ObjIntConsumer<Slab> give) throws Exception {
        int capacity = takeAll(slab, 32).cardinality();
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
                assertThat(lost(slab, Slab::giveRemotely)).isZero();
                assertThat(slab.isEmpty() && slab.isValid()).isTrue();
            }
            pool.put(slab.memory);
        }
    }

    /** The canary: eight states that are written as one must be found out by the same check. */
    @Test
    void statesWrittenTogether_areMissed() throws Exception {
        VarHandle eight = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
        try (BlockPool pool = pool()) {
            int lost = 0;
            for (int round = 0; round < 20_000 && lost == 0; round++) {
                Slab slab = slab(pool, 0);
                lost = lost(slab, (to, number) -> {
                    long seen = (long) eight.get(to.states, number & -8);
                    Thread.onSpinWait();
                    eight.set(to.states, number & -8, seen | 0xFFL << 8 * (number & 7));
                    to.giveRemotely(number);
                });
                pool.put(slab.memory);
            }
            assertThat(lost).isPositive();
        }
    }

    @Test
    void markWithoutState_isNoBlock() {
        try (BlockPool pool = pool()) {
            Slab slab = slab(pool, 3);
            takeAll(slab, 32);
            slab.giveRemotely(70);
            assertThat(slab.out()).isEqualTo(slab.capacity - 1);
            slab.giveRemotely(70); /* twice at the same moment: counts once */
            assertThat(slab.collect()).isTrue();
            assertThat(slab.collect()).isFalse();
            slab.giveRemotely(71);
            slab.states[71] = Slab.IN;
            assertThat(slab.collect()).isFalse();
            assertThat(slab.out()).isEqualTo(slab.capacity - 2);
            pool.put(slab.memory);
        }
    }

    /** What went astray by two frees at the same moment is handed out once. */
    @Test
    void blockAtHomeThatIsOut_isNotTaken() {
        try (BlockPool pool = pool()) {
            Slab slab = slab(pool, SmallSizes.CLASSES - 1);
            slab.states[2] = (byte) (slab.sizeClass + 1);
            assertThat(takeAll(slab, 3).toString()).isEqualTo("{0, 1, 3, 4, 5, 6, 7}");
            slab.bring(2);
            assertThat(slab.hasFree()).isFalse();
            pool.put(slab.memory);
        }
    }

    @Test
    void retiredSlab_isEmpty() {
        try (BlockPool pool = pool()) {
            Slab slab = slab(pool, 5);
            takeAll(slab, 8);
            slab.giveRemotely(1);
            slab.retire();
            assertThat(slab.isEmpty() && slab.out() == 0).isTrue();
            pool.put(slab.memory);
        }
    }

    /** The state was seen by way of another block's mark, all came home, and the slab was cut into fewer before this one's mark. */
    @Test
    void aMarkThatComesAfterTheNextCut_isNoBlock() {
        Slab slab = new Slab(1L << 20);
        slab.cut(SizeClasses.of(1024));
        assertThat(slab.atHome()).isEqualTo(64);
        for (int mark = 0; mark < 64; mark++) {
            slab.states[4096 + mark] = 1;
        }
        assertThat(slab.collect()).isFalse();
        assertThat(slab.isEmpty()).isTrue();
        assertThat(slab.isValid()).isTrue();
    }
}
