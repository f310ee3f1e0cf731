package dev.cenote;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * The block that a loop keeps beside its magazines, put by another thread while its owner looks whether it is there.
 */
public final class NearCases {

    private static final int LOOPS = 130; /* enough for a block to become the near one */

    private NearCases() {
    }

    /** One for all samples: every thread has magazines of its own. */
    private static final class Shared {
        static final BlockPool POOL = BlockPool.builder().backend(Backend.JAVA).name("near").blockBytes(64)
            .maximumBytes(1 << 20).prefault(false).build();
    }

    private static Block near(LocalBlockPool local) {
        Block block = local.get();
        for (int i = 0; i < LOOPS; i++) {
            local.put(block);
            block = local.get();
        }
        return block;
    }

    /** A near block that another thread puts and takes is not given by its old place as well. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "Two blocks, each with one owner.")
    @Outcome(id = "0", expect = FORBIDDEN, desc = "One block with two owners.")
    @State
    public static class PutElsewhere {
        private volatile @Nullable Block sent;
        private @Nullable Block kept;
        private @Nullable Block taken;

        /** Hands its near block over and takes another. */
        @Actor
        public void owner() {
            LocalBlockPool local = Shared.POOL.local();
            sent = near(local);
            kept = local.get();
        }

        /** Puts what was handed over, and takes. */
        @Actor
        public void other() {
            Block block = sent;
            if (block != null) {
                Shared.POOL.put(block);
                taken = Shared.POOL.get();
            }
        }

        /** Looks who has what, and gives all back. */
        @Arbiter
        public void end(I_Result r) {
            Block first = kept;
            Block second = taken;
            r.r1 = first != second ? 1 : 0;
            if (first != null) {
                Shared.POOL.put(first);
            }
            if (second != null) {
                Shared.POOL.put(second);
            } else if (sent != null) {
                Shared.POOL.put(sent);
            }
        }
    }

    /** The canary: "free" is one value for all, so whoever looks takes a block that lies elsewhere. */
    @JCStressTest
    @Outcome(id = {"1, 0", "0, 1", "0, 0"}, expect = ACCEPTABLE, desc = "At most one has it.")
    @Outcome(id = "1, 1", expect = ACCEPTABLE_INTERESTING, desc = "Two owners: the place has to be part of the value.")
    @State
    public static class CanaryFreeWithoutAHome {
        private int state = 1; /* out; 0: free, wherever that is */

        /** Looks at its near place. */
        @Actor
        public void owner(II_Result r) {
            if (state == 0) {
                state = 1;
                r.r1 = 1;
            }
        }

        /** Puts into its own magazine, and takes from there. */
        @Actor
        public void other(II_Result r) {
            state = 0;
            if (state == 0) {
                state = 1;
                r.r2 = 1;
            }
        }
    }
}
