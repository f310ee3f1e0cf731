package dev.cenote.internal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * The java backend's depot: what it publishes, and that nothing in it is given twice.
 */
public final class DepotCases {

    private DepotCases() {
    }

    /** A depot with magazines of one block each. */
    private static JavaDepot depotOf(int blocks) {
        JavaDepot depot = new JavaDepot(1, new JavaCounters());
        for (int i = 0; i < blocks; i++) {
            depot.put(new int[] {i}, 0, 1);
        }
        return depot;
    }

    /** What was written to a block before it was put is visible to who gets it. */
    @JCStressTest
    @Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "Not there yet.")
    @Outcome(id = "42, 43", expect = ACCEPTABLE, desc = "There, with its content.")
    @Outcome(expect = FORBIDDEN, desc = "There, without its content.")
    @State
    public static class ContentOfABlock {
        private final JavaDepot depot = depotOf(1);
        private int first;
        private int second;

        {
            depot.get(new int[1], 0, 1);
        }

        /** Writes and puts. */
        @Actor
        public void writer() {
            first = 42;
            second = 43;
            depot.put(new int[] {0}, 0, 1);
        }

        /** Gets and reads. */
        @Actor
        public void reader(II_Result r) {
            boolean got = depot.get(new int[1], 0, 1) == 1;
            r.r1 = got ? first : -1;
            r.r2 = got ? second : -1;
        }
    }

    /** The canary: the same without the depot's order. A depot of plain stores would show this. */
    @JCStressTest
    @Outcome(id = {"-1, -1", "42, 43"}, expect = ACCEPTABLE, desc = "Not there yet, or there with its content.")
    @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "There, without its content: the order is needed.")
    @State
    public static class CanaryContentByAPlainStore {
        private int there;
        private int first;
        private int second;

        /** Writes and publishes plainly. */
        @Actor
        public void writer() {
            first = 42;
            second = 43;
            there = 1;
        }

        /** Looks twice without order: the compiler may load the content first. */
        @Actor
        public void reader(II_Result r) {
            int before = first;
            int seen = there;
            int after = second;
            r.r1 = seen == 1 ? before : -1;
            r.r2 = seen == 1 ? after : -1;
        }
    }

    /** Two threads never get the same block, also when one of them just put another. */
    @JCStressTest
    @Outcome(id = {"0, 1, 0", "1, 0, 0", "0, 2, 0", "2, 0, 0", "1, 2, 0", "2, 1, 0"}, expect = ACCEPTABLE,
        desc = "Different blocks, and one is left.")
    @Outcome(expect = FORBIDDEN, desc = "A block twice, or none left.")
    @State
    public static class TwoGetsAndAPut {
        private final JavaDepot depot = depotOf(3);
        private final int[] third = new int[1];

        {
            depot.get(third, 0, 1);
        }

        private int take() {
            int[] into = new int[1];
            return depot.get(into, 0, 1) == 1 ? into[0] : -1;
        }

        /** Takes one. */
        @Actor
        public void one(III_Result r) {
            r.r1 = take();
        }

        /** Puts one, takes one. */
        @Actor
        public void other(III_Result r) {
            depot.put(third, 0, 1);
            r.r2 = take();
        }

        /** Looks that the rest is one block that nobody has. */
        @Arbiter
        public void rest(III_Result r) {
            int left = take();
            boolean conserved = left != -1 && left != r.r1 && left != r.r2 && r.r1 != r.r2 && take() == -1;
            r.r3 = conserved ? 0 : -1;
        }
    }

    /** Threads are admitted to grow one at a time, and a freeze that comes meanwhile takes effect. */
    @JCStressTest
    @Outcome(id = {"0, -201, 0", "-201, -201, 0", "0, -202, 0", "-202, -201, 0"}, expect = ACCEPTABLE,
        desc = "Admitted one at a time (0), else busy (-202) or frozen (-201); frozen in the end.")
    @Outcome(expect = FORBIDDEN, desc = "Both at once, or the freeze was lost.")
    @State
    public static class AdmissionsAndAFreeze {
        private final JavaGrowth growth = new JavaGrowth();
        private int inside; /* plain: the state machine is its only guard */
        private boolean together;

        private int admit() {
            int code = growth.admit();
            if (code == 0) {
                inside++;
                together |= inside != 1;
                inside--;
                growth.leave();
            }
            return code;
        }

        /** Asks. */
        @Actor
        public void one(III_Result r) {
            r.r1 = admit();
        }

        /** Freezes, then asks. */
        @Actor
        public void other(III_Result r) {
            growth.request(JavaGrowth.Event.FREEZE);
            r.r2 = admit();
        }

        /** Looks at the end. */
        @Arbiter
        public void end(III_Result r) {
            r.r3 = !together && inside == 0 && growth.state() == JavaGrowth.State.FROZEN ? 0 : -1;
        }
    }

    /** Of two threads that ask to grow at the same moment, at least one is admitted, and never both at once. */
    @JCStressTest
    @Outcome(id = {"0, -202, 0", "-202, 0, 0", "0, 0, 0"}, expect = ACCEPTABLE, desc = "One at a time.")
    @Outcome(expect = FORBIDDEN, desc = "Both at once, or none.")
    @State
    public static class TwoAdmissions {
        private final JavaGrowth growth = new JavaGrowth();
        private int grown; /* plain: an update is lost when both are inside */

        private int admit() {
            int code = growth.admit();
            if (code == 0) {
                grown++;
                growth.leave();
            }
            return code;
        }

        /** Asks. */
        @Actor
        public void one(III_Result r) {
            r.r1 = admit();
        }

        /** Asks too. */
        @Actor
        public void other(III_Result r) {
            r.r2 = admit();
        }

        /** Counts. */
        @Arbiter
        public void end(III_Result r) {
            int admitted = (r.r1 == 0 ? 1 : 0) + (r.r2 == 0 ? 1 : 0);
            r.r3 = grown == admitted && growth.state() == JavaGrowth.State.READY ? 0 : -1;
        }
    }

    /** Two threads cut blocks from one chunk: never the same, never beyond its end. */
    @JCStressTest
    @Outcome(id = {"2, 1, 3", "1, 2, 3"}, expect = ACCEPTABLE, desc = "Three blocks, each once.")
    @Outcome(expect = FORBIDDEN, desc = "A block twice, or lost.")
    @State
    public static class TwoCarvers {
        private final JavaCarve carve = new JavaCarve(new JavaShape(4096, 3 * 4096, 3, 2, 3, 1, 0));
        private final int[] one = {-1, -1};
        private final int[] other = {-1, -1};

        {
            carve.publish(0);
        }

        /** Cuts. */
        @Actor
        public void one(III_Result r) {
            r.r1 = carve.take(one, 0, 2);
        }

        /** Cuts too. */
        @Actor
        public void other(III_Result r) {
            r.r2 = carve.take(other, 0, 2);
        }

        /** Counts different blocks. */
        @Arbiter
        public void end(III_Result r) {
            int seen = 0;
            for (int block : new int[] {one[0], one[1], other[0], other[1]}) {
                seen |= block < 0 ? 0 : 1 << block;
            }
            r.r3 = Integer.bitCount(seen);
        }
    }
}
