package dev.cenote.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The depot of the java backend: its two stacks, their stamps, and what happens without them.
 */
@Timeout(300)
class JavaDepotTest {

    private static final int BLOCKS = 4;

    private final JavaCounters counters = new JavaCounters();

    private JavaStack stackOf(JavaMagazines magazines, int count, long stampUnit) {
        JavaStack stack = new JavaStack(magazines, counters, stampUnit);
        int first = magazines.add();
        for (int i = first; i < first + count; i++) {
            stack.push(i);
        }
        return stack;
    }

    @Test
    void popOfEmpty_givesNone() {
        assertThat(new JavaStack(new JavaMagazines(BLOCKS), counters).pop()).isEqualTo(JavaStack.NONE);
        assertThat(new JavaStack(new JavaMagazines(BLOCKS), counters).takeAll()).isEqualTo(JavaStack.NONE);
    }

    @Test
    void stack_givesTheNewestFirst() {
        JavaStack stack = stackOf(new JavaMagazines(BLOCKS), 5, JavaStack.STAMP_UNIT);
        for (int i = 4; i >= 0; i--) {
            assertThat(stack.pop()).isEqualTo(i);
        }
        assertThat(stack.pop()).isEqualTo(JavaStack.NONE);
    }

    @Test
    void everyChange_movesTheStamp() {
        JavaMagazines magazines = new JavaMagazines(BLOCKS);
        JavaStack stack = stackOf(magazines, 3, JavaStack.STAMP_UNIT);
        long stamp = stack.stamp();
        int magazine = stack.pop();
        assertThat(stack.stamp()).isEqualTo(stamp + 1);
        stack.push(magazine);
        assertThat(stack.stamp()).isEqualTo(stamp + 2);
        stack.takeAll();
        assertThat(stack.stamp()).isEqualTo(stamp + 3);
        stack.pop();
        assertThat(stack.stamp()).as("an empty pop changes nothing").isEqualTo(stamp + 3);
    }

    @Test
    void stamp_wrapsWithoutTouchingTheIndex() {
        JavaStack stack = stackOf(new JavaMagazines(BLOCKS), 3, JavaStack.STAMP_UNIT);
        stack.setStamp((1L << 40) - 1);
        assertThat(stack.pop()).isEqualTo(2);
        assertThat(stack.stamp()).isZero();
        stack.push(2);
        assertThat(stack.stamp()).isEqualTo(1);
        assertThat(List.of(stack.pop(), stack.pop(), stack.pop(), stack.pop())).containsExactly(2, 1, 0, -1);
    }

    /** Lets another thread act between a pop's load of the top and its compare-and-swap. */
    private static final class InterruptedMagazines extends JavaMagazines {
        private Runnable meanwhile = () -> { };

        InterruptedMagazines() {
            super(BLOCKS);
        }

        @Override
        public int next(int magazine) {
            int next = super.next(magazine);
            Runnable now = meanwhile;
            meanwhile = () -> { };
            now.run();
            return next;
        }
    }

    @Test
    void topThatWentAndCameBack_isNoticedWithStampsAndNotWithout() {
        for (long unit : new long[] {JavaStack.STAMP_UNIT, 0}) {
            InterruptedMagazines magazines = new InterruptedMagazines();
            JavaStack stack = stackOf(magazines, 3, unit);
            magazines.meanwhile = () -> { /* 2 1 0: takes 2 and 1, gives 2 back; 1 stays with the other thread */
                assertThat(stack.pop()).isEqualTo(2);
                assertThat(stack.pop()).isEqualTo(1);
                stack.push(2);
            };
            assertThat(stack.pop()).isEqualTo(2);
            List<Integer> rest = new ArrayList<>();
            for (int i = stack.pop(); i != JavaStack.NONE && rest.size() < 5; i = stack.pop()) {
                rest.add(i);
            }
            if (unit != 0) {
                assertThat(rest).as("1 is with the other thread").containsExactly(0);
            } else {
                assertThat(rest).as("the canary: without stamps, 1 is handed out twice").containsExactly(1, 0);
            }
        }
    }

    @Test
    void magazinesAreMade_slabBySlab() {
        JavaMagazines magazines = new JavaMagazines(64);
        for (int i = 0; i < 40; i++) {
            assertThat(magazines.add()).isEqualTo(i * JavaMagazines.SLAB);
        }
        int[] blocks = new int[64];
        for (int m = 0; m < 40 * JavaMagazines.SLAB; m++) {
            for (int i = 0; i < 64; i++) {
                blocks[i] = m * 64 + i;
            }
            magazines.fill(m, blocks, 0, 64);
        }
        for (int m = 0; m < 40 * JavaMagazines.SLAB; m++) {
            assertThat(magazines.count(m)).isEqualTo(64);
            assertThat(magazines.entry(m, 0)).isEqualTo(m * 64);
            assertThat(magazines.entry(m, 63)).isEqualTo(m * 64 + 63);
        }
    }

    @Test
    void depot_givesPartsOfAMagazineWhenLessIsWanted() {
        JavaDepot depot = new JavaDepot(BLOCKS, counters);
        assertThat(depot.get(new int[4], 0, 4)).isZero();
        assertThat(depot.put(new int[] {9, 10, 11, 12, 13}, 1, 4)).isTrue();
        assertThat(depot.length()).isEqualTo(1);
        int[] into = new int[6];
        assertThat(depot.get(into, 1, 3)).isEqualTo(3);
        assertThat(into).containsExactly(0, 11, 12, 13, 0, 0);
        assertThat(depot.length()).isEqualTo(1);
        assertThat(depot.get(into, 0, 3)).isEqualTo(1);
        assertThat(into[0]).isEqualTo(10);
        assertThat(depot.length()).isZero();
    }

    @Test
    void surplus_isWhatNobodyNeededSinceTheLastLook() {
        JavaDepot depot = new JavaDepot(1, counters);
        for (int i = 0; i < 10; i++) {
            depot.put(new int[] {i}, 0, 1);
        }
        depot.surplus();
        int[] into = new int[1];
        for (int i = 0; i < 4; i++) {
            depot.get(into, 0, 1);
        }
        for (int i = 0; i < 3; i++) {
            depot.put(new int[] {i}, 0, 1);
        }
        assertThat(depot.surplus()).isEqualTo(6);
        assertThat(depot.surplus()).isEqualTo(9);
    }

    @Test
    void threadsExchangingMagazines_loseAndDoubleNone() throws Exception {
        JavaDepot depot = new JavaDepot(BLOCKS, counters);
        int all = 400;
        for (int i = 0; i < all; i += BLOCKS) {
            depot.put(new int[] {i, i + 1, i + 2, i + 3}, 0, BLOCKS);
        }
        int[] owners = new int[all];
        Thread[] threads = new Thread[4];
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        for (int t = 0; t < threads.length; t++) {
            int owner = t + 1;
            threads[t] = new Thread(() -> exchange(depot, owners, owner), "exchanger-" + t);
            threads[t].setUncaughtExceptionHandler((thread, e) -> failures.add(e));
            threads[t].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
        boolean[] seen = new boolean[all];
        int[] into = new int[BLOCKS];
        int found = 0;
        for (int n = depot.get(into, 0, BLOCKS); n != 0; n = depot.get(into, 0, BLOCKS)) {
            for (int i = 0; i < n; i++) {
                assertThat(seen[into[i]]).isFalse();
                seen[into[i]] = true;
                found++;
            }
        }
        assertThat(found).isEqualTo(all);
        assertThat(depot.length()).isZero();
    }

    /** Owners are written plainly: whoever holds a block sees its last owner's write through the depot, or the test fails. */
    private static void exchange(JavaDepot depot, int[] owners, int owner) {
        int[] mine = new int[BLOCKS];
        for (int round = 0; round < 300_000; round++) {
            int count = depot.get(mine, 0, 1 + round % BLOCKS);
            for (int i = 0; i < count; i++) {
                if (owners[mine[i]] != 0) {
                    throw new AssertionError("block " + mine[i] + " belongs to " + owners[mine[i]] + " and " + owner);
                }
                owners[mine[i]] = owner;
            }
            for (int i = 0; i < count; i++) {
                if (owners[mine[i]] != owner) {
                    throw new AssertionError("block " + mine[i] + " was taken over by " + owners[mine[i]]);
                }
                owners[mine[i]] = 0;
            }
            if (count != 0) {
                depot.put(mine, 0, count);
            }
        }
    }
}
