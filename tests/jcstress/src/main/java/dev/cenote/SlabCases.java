package dev.cenote;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * Small pieces that other threads give back while their owner looks for them.
 */
public final class SlabCases {

    private static final int INDEX = SmallSizes.CLASSES - 1; /* eight blocks to a slab */
    private static final long BASE = 1L << 20; /* an address that nobody touches */

    private SlabCases() {
    }

    /** One slab with all its blocks out, and its owner's cache. */
    private static final class Owned implements SlabSource {
        final Slab slab = new Slab(BASE);
        private final SlabCache cache = new SlabCache(null, SmallSizes.CLASSES, this);

        Owned() {
            slab.cut(INDEX);
            cache.current[INDEX] = slab;
            slab.owner = cache;
            slab.take(new long[8], 8, 8);
            java.util.Arrays.fill(slab.states, 0, slab.capacity, (byte) (INDEX + 1));
        }

        /** What the owner does when it runs out; tells how many blocks it has then. */
        int drain() {
            slab.collect();
            cache.drain();
            return slab.atHome();
        }

        /** The same when nobody else is at work; -1: the slab disagrees with itself. */
        int found() {
            int free = drain();
            return free == slab.capacity - slab.out() && slab.isValid() ? free : -1;
        }

        @Override
        public void beat() {
            /* nobody looks after it in the background */
        }

        @Override
        public Slab take() {
            throw new AssertionError("no other slab is needed");
        }

        @Override
        public Slab[] table() {
            return new Slab[] {slab};
        }

        @Override
        public Slab slab(long address) {
            return slab;
        }

        @Override
        public void give(Slab slab) {
            throw new AssertionError("the current slab stays");
        }

        @Override
        public @Nullable Slab adopt(int index, SlabCache heir, boolean any) {
            return null;
        }

        @Override
        public boolean mayFind(int index) {
            return false;
        }

        @Override
        public void foundNone(int index, long beganNanos) {
            throw new AssertionError("no other slab is needed");
        }

        @Override
        public boolean reclaim() {
            return false;
        }

        @Override
        public @Nullable Slab share(int index, SlabCache heir) {
            return null;
        }
    }

    /** Another thread gives blocks back while the owner drains: the owner gets them all, by then or by its next look. */
    @JCStressTest
    @Outcome(id = {"0, 2", "1, 2", "2, 2"}, expect = ACCEPTABLE, desc = "What the first look missed, the second finds.")
    @Outcome(expect = FORBIDDEN, desc = "A block or its notice was lost, or counted twice.")
    @State
    public static class FreesAgainstDrain {
        private final Owned owned = new Owned();

        /** Gives two blocks back. */
        @Actor
        public void other() {
            owned.slab.giveRemotely(1);
            owned.slab.giveRemotely(6);
        }

        /** Looks. */
        @Actor
        public void owner(II_Result r) {
            r.r1 = owned.drain();
        }

        /** Looks again. */
        @Arbiter
        public void end(II_Result r) {
            r.r2 = owned.found();
        }
    }

    /** Two threads give blocks of the same word back: none overwrites the other, and one notice is enough for both. */
    @JCStressTest
    @Outcome(id = "2", expect = ACCEPTABLE, desc = "Both are found.")
    @Outcome(expect = FORBIDDEN, desc = "A block or its notice was lost, or counted twice.")
    @State
    public static class TwoFrees {
        private final Owned owned = new Owned();

        /** Gives a block back. */
        @Actor
        public void one() {
            owned.slab.giveRemotely(1);
        }

        /** Gives another one back. */
        @Actor
        public void other() {
            owned.slab.giveRemotely(6);
        }

        /** Looks. */
        @Arbiter
        public void end(I_Result r) {
            r.r1 = owned.found();
        }
    }

    /** Two threads give the same block back at the same moment: it comes back once. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "It came back once.")
    @Outcome(expect = FORBIDDEN, desc = "It was lost, or counted twice.")
    @State
    public static class SameBlockTwice {
        private final Owned owned = new Owned();

        /** Gives it back. */
        @Actor
        public void one() {
            owned.slab.giveRemotely(3);
        }

        /** Gives it back too. */
        @Actor
        public void other() {
            owned.slab.giveRemotely(3);
        }

        /** Looks. */
        @Arbiter
        public void end(I_Result r) {
            r.r1 = owned.found();
        }
    }

    /**
     * Two blocks of one group come back, and the owner may see both by the mark of the first. Then it cuts the slab anew, into
     * fewer groups, before the mark of the second is set: which is no block's then.
     */
    @JCStressTest
    @Outcome(id = {"8, 8", "128, 128"}, expect = ACCEPTABLE, desc = "All are at home, of the new cut or the old one.")
    @Outcome(expect = FORBIDDEN, desc = "A block was lost or counted twice, or one came home that the slab does not have.")
    @State
    public static class MarkAfterTheNextCut {
        private static final int SMALL = SizeClasses.of(Slab.BYTES / 128);
        private static final int FIRST = 64; /* of the second group; the next cut has only one */

        private final Slab slab = new Slab(BASE);

        /** One block of the second group is out, and its neighbour has come back: its mark shows both. */
        public MarkAfterTheNextCut() {
            slab.cut(SMALL);
            slab.take(new long[128], 128, 128);
            for (int number = 0; number < 128; number++) {
                if (number == FIRST || number == FIRST + 1) {
                    slab.states[number] = (byte) (SMALL + 1);
                } else {
                    slab.bring(number);
                }
            }
            slab.giveRemotely(FIRST + 1);
        }

        /** Gives the block back. */
        @Actor
        public void other() {
            slab.giveRemotely(FIRST);
        }

        /** Looks; if all are back, cuts it anew and looks again. */
        @Actor
        public void owner() {
            slab.collect();
            if (slab.isEmpty()) {
                slab.cut(INDEX);
                slab.collect();
            }
        }

        /** Looks again. */
        @Arbiter
        public void end(II_Result r) {
            slab.collect();
            r.r1 = slab.isValid() ? slab.atHome() : -1;
            r.r2 = slab.capacity;
        }
    }

    /** The owner looks at the states of eight blocks at once while another thread gives two of them back. */
    @JCStressTest
    @Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "Each was found once, and what was written to them with it.")
    @Outcome(expect = FORBIDDEN, desc = "A block was lost, or seen before what was written to it.")
    @State
    public static class ContentsOfWhatCameBack {
        private final Owned owned = new Owned();
        private final int[] contents = new int[8];
        private int seen;
        private int right;

        /** Writes to two blocks and gives them back. */
        @Actor
        public void other() {
            contents[6] = 6;
            owned.slab.giveRemotely(6);
            contents[1] = 1;
            owned.slab.giveRemotely(1);
        }

        /** Looks, and takes what is there. */
        @Actor
        public void owner() {
            look();
        }

        private void look() {
            long[] into = new long[8];
            owned.slab.collect();
            int taken = owned.slab.take(into, 8, 8);
            for (int i = 8 - taken; i < 8; i++) {
                int number = owned.slab.number(into[i]);
                owned.slab.states[number] = (byte) (INDEX + 1);
                seen++;
                right += contents[number] == number ? 1 : 0;
            }
        }

        /** Looks again. */
        @Arbiter
        public void end(II_Result r) {
            look();
            r.r1 = seen;
            r.r2 = right;
        }
    }

    /** The canary: an owner that clears the marks only after it has looked at the states. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "The block was found.")
    @Outcome(id = "0", expect = ACCEPTABLE_INTERESTING,
        desc = "Given back between the look and the end of the mark: nobody looks there again.")
    @State
    public static class CanaryMarkClearedTooLate {
        private static final int MOMENT = 50;

        private final AtomicInteger first = new AtomicInteger(1); /* so that there is something to collect */
        private final AtomicInteger second = new AtomicInteger();
        private final AtomicInteger mark = new AtomicInteger(1);
        private int seen; /* the owner's */

        private void collect() {
            if (mark.get() == 1) {
                first.set(0);
                seen += second.getAndSet(0);
                for (int i = 0; i < MOMENT; i++) {
                    Thread.onSpinWait(); /* so that it shows in every run */
                }
                mark.set(0); /* the mistake: Slab.collect does this first */
            }
        }

        /** Gives another block back. */
        @Actor
        public void other() {
            second.set(1);
            mark.set(1);
        }

        /** Looks. */
        @Actor
        public void owner() {
            collect();
        }

        /** Looks again. */
        @Arbiter
        public void end(I_Result r) {
            collect();
            r.r1 = seen;
        }
    }

    /** The canary: an owner that takes the notice back only after it has looked at the bits. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "The block was found.")
    @Outcome(id = "0", expect = ACCEPTABLE_INTERESTING,
        desc = "Given back between the look and the end of the notice: nobody told the owner again.")
    @State
    public static class CanaryNoticeTakenBackTooLate {
        private static final int MOMENT = 50;

        private final AtomicInteger given = new AtomicInteger();
        private final AtomicInteger notified = new AtomicInteger();
        private final AtomicInteger stacked = new AtomicInteger();
        private int seen; /* the owner's */

        {
            give(1); /* so that there is something to drain */
        }

        private void give(int bit) {
            given.getAndAccumulate(bit, (a, b) -> a | b);
            if (notified.compareAndSet(0, 1)) {
                stacked.set(1);
            }
        }

        private void drain() {
            if (stacked.getAndSet(0) == 1) {
                seen |= given.getAndSet(0);
                for (int i = 0; i < MOMENT; i++) {
                    Thread.onSpinWait(); /* so that it shows in every run */
                }
                notified.set(0); /* the mistake: SlabCache.drain does this first */
            }
        }

        /** Gives another block back. */
        @Actor
        public void other() {
            give(2);
        }

        /** Looks. */
        @Actor
        public void owner() {
            drain();
        }

        /** Looks again. */
        @Arbiter
        public void end(I_Result r) {
            drain();
            r.r1 = seen >>> 1;
        }
    }

    /** The canary: states that share a word, written without a compare-and-swap. */
    @JCStressTest
    @Outcome(id = "2", expect = ACCEPTABLE, desc = "Both states are there.")
    @Outcome(id = "1", expect = ACCEPTABLE_INTERESTING, desc = "One free overwrote the other: its block is lost.")
    @State
    public static class CanaryFreeWithoutCompare {
        private long given;

        /** Gives a block back. */
        @Actor
        public void one() {
            given |= 1;
        }

        /** Gives another one back. */
        @Actor
        public void other() {
            given |= 2;
        }

        /** Counts them. */
        @Arbiter
        public void end(I_Result r) {
            r.r1 = Long.bitCount(given);
        }
    }
}
