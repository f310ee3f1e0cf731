package dev.cenote;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * The facade's own races: closing against getting, and threads that register at the same moment.
 */
public final class PoolCases {

    private PoolCases() {
    }

    private static BlockPool pool() {
        return BlockPool.builder().backend(Backend.JAVA).name("jcstress").blockBytes(64).maximumBytes(64 * 64)
            .prefault(false).build();
    }

    /** A pool is not released while a block is out: a get that succeeded keeps the memory. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The get came first; its block keeps the memory.")
    @Outcome(id = {"0, 1", "0, 0"}, expect = ACCEPTABLE, desc = "The close came first; released now or by upkeep.")
    @Outcome(id = "1, 1", expect = FORBIDDEN, desc = "Released under a block in use.")
    @State
    public static class CloseAgainstGet {
        private final BlockPool pool = pool();

        {
            pool.put(pool.get()); /* memory is there, so that the get is short */
        }

        /** Gets; keeps the block. */
        @Actor
        public void getter(II_Result r) {
            try {
                pool.get().putLong(0, 1);
                r.r1 = 1;
            } catch (PoolClosedException e) {
                r.r1 = 0;
            }
        }

        /** Closes. */
        @Actor
        public void closer() {
            pool.close();
        }

        /** Looks whether the memory is gone: a released pool answers 0, an open one of the java backend -1. */
        @Arbiter
        public void end(II_Result r) {
            r.r2 = pool.residentBytes() == 0 ? 1 : 0;
        }
    }

    /** The canary: a getter that reads "open" and takes, a closer that only sets the word and looks. */
    @JCStressTest
    @Outcome(id = {"0, 0", "0, 1", "1, 1"}, expect = ACCEPTABLE, desc = "One of them saw the other.")
    @Outcome(id = "1, 0", expect = ACCEPTABLE_INTERESTING,
        desc = "Taken from an open pool, and the closer saw nothing out: sealing is needed.")
    @State
    public static class CanaryCloseWithoutSealing {
        private static final VarHandle CLOSED;
        private int closed;
        private int taken;

        static {
            try {
                CLOSED = MethodHandles.lookup().findVarHandle(CanaryCloseWithoutSealing.class, "closed", int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        /** Gets as a hot path does: no fence. */
        @Actor
        public void getter(II_Result r) {
            boolean open = (int) CLOSED.getOpaque(this) == 0;
            if (open) {
                taken = 1;
            }
            r.r1 = open ? 1 : 0;
        }

        /** Closes with a full fence, and looks at what is out without waiting for anybody. */
        @Actor
        public void closer(II_Result r) {
            CLOSED.setVolatile(this, 1);
            r.r2 = taken;
        }
    }

    /** Two threads that use a pool for the first time get magazines of their own, and different blocks. */
    @JCStressTest
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "Each its own, and both are known to the pool.")
    @Outcome(expect = FORBIDDEN, desc = "Shared magazines, a shared block, or a lost registration.")
    @State
    public static class TwoFirstUses {
        private final BlockPool pool = pool();
        private volatile LocalBlockPool one;
        private volatile LocalBlockPool other;
        private volatile Block oneBlock;
        private volatile Block otherBlock;

        /** Uses it. */
        @Actor
        public void one(III_Result r) {
            oneBlock = pool.get();
            one = pool.local();
            r.r1 = one.owner == Thread.currentThread() && pool.local() == one ? 1 : 0;
        }

        /** Uses it too. */
        @Actor
        public void other(III_Result r) {
            otherBlock = pool.get();
            other = pool.local();
            r.r2 = other.owner == Thread.currentThread() && pool.local() == other ? 1 : 0;
        }

        /** Looks at the sums. */
        @Arbiter
        public void end(III_Result r) {
            BlockPoolStats stats = pool.stats();
            r.r3 = one != other && oneBlock != otherBlock && stats.gets() == 2 && stats.blocksInUse() == 2 ? 1 : 0;
            pool.put(oneBlock);
            pool.put(otherBlock);
            pool.close();
        }
    }

    /** The canary: a table in which places are taken without a lock. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Each found its place.")
    @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "One registration overwrote the other: the lock is needed.")
    @State
    public static class CanaryRegistrationWithoutALock {
        private final Object[] slots = new Object[2];
        private final Object first = new Object();
        private final Object second = new Object();

        private void register(Object who) {
            slots[slots[0] == null ? 0 : 1] = who;
        }

        /** Registers. */
        @Actor
        public void one() {
            register(first);
        }

        /** Registers too. */
        @Actor
        public void other() {
            register(second);
        }

        /** Looks who is there. */
        @Arbiter
        public void end(II_Result r) {
            r.r1 = slots[0] == first || slots[1] == first ? 1 : 0;
            r.r2 = slots[0] == second || slots[1] == second ? 1 : 0;
        }
    }

    /** What one virtual thread wrote under a stripe's lock is visible to the next holder. */
    @JCStressTest
    @Outcome(id = {"1, 2, 2", "2, 1, 2"}, expect = ACCEPTABLE, desc = "One after the other.")
    @Outcome(expect = FORBIDDEN, desc = "Both at once, or an update was lost.")
    @State
    public static class StripeLock {
        private int count; /* plain: the lock is its only guard */

        private int count() {
            while (!Stripe.LOCAL.tryLock()) {
                Thread.onSpinWait();
            }
            int mine = ++count;
            Stripe.LOCAL.unlock();
            return mine;
        }

        /** Counts. */
        @Actor
        public void one(III_Result r) {
            r.r1 = count();
        }

        /** Counts too. */
        @Actor
        public void other(III_Result r) {
            r.r2 = count();
        }

        /** Looks at the end. */
        @Arbiter
        public void end(III_Result r) {
            r.r3 = count;
        }
    }

    /** A lock that all samples share: making a pool for each would leave few samples. */
    private static final class Stripe {
        private static final BlockPool POOL = pool();
        static final LocalBlockPool LOCAL = POOL.local();
    }
}
