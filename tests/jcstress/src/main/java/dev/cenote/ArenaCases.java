package dev.cenote;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Shared arenas: two threads that allocate; a close that meets an allocation, a reset, an access.
 */
public final class ArenaCases {

    private ArenaCases() {
    }

    private static final MemoryArenaBuilder SHARED = MemoryArena.builder().backend(Backend.JAVA).kind(ArenaKind.SHARED)
        .name("jcstress").chunkBytes(256);

    /** Counts what is out, for one arena, of a pool that all have in common. */
    private static final class Counted implements MemoryArenaProvider.Source {
        private static final int CHUNK = 256;
        private static final BlockPool POOL = BlockPool.builder().backend(Backend.JAVA).name("jcstress-chunks").blockBytes(CHUNK)
            .build();

        private final AtomicInteger out = new AtomicInteger();

        static MemoryArena arena(Counted source) {
            return new MemoryArena(new ArenaSettings("jcstress", ArenaKind.SHARED, source, CHUNK, Long.MAX_VALUE, CHUNK, null,
                false, Checks.BASIC, false));
        }

        @Override
        public Block take(long bytes) {
            out.getAndIncrement();
            return POOL.get();
        }

        @Override
        public void give(Block block) {
            out.getAndDecrement();
            block.close();
        }
    }

    /** Two pieces are two pieces, also when both threads take the first chunk. */
    @JCStressTest
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "Two pieces, both counted.")
    @Outcome(expect = FORBIDDEN, desc = "The same memory twice, or a piece that is not counted.")
    @State
    public static class TwoAllocate {
        private final MemoryArena arena = SHARED.build();
        private long one;
        private long other;

        /** Allocates. */
        @Actor
        public void one(III_Result r) {
            one = arena.allocate(100);
            arena.putLong(one, 1);
            r.r1 = arena.getLong(one) == 1 ? 1 : 0;
        }

        /** Allocates too. */
        @Actor
        public void other(III_Result r) {
            other = arena.allocate(100);
            arena.putLong(other, 2);
            r.r2 = arena.getLong(other) == 2 ? 1 : 0;
        }

        /** Looks at both. */
        @Arbiter
        public void end(III_Result r) {
            r.r3 = Math.abs(one - other) >= 104 && arena.getLong(one) == 1 && arena.getLong(other) == 2
                && arena.stats().allocations() == 2 ? 1 : 0;
            arena.close();
        }
    }

    /** An allocation is served or refused; either way the arena ends closed, with nothing held. */
    @JCStressTest
    @Outcome(id = {"1, 1", "0, 1"}, expect = ACCEPTABLE, desc = "Served, or refused.")
    @Outcome(expect = FORBIDDEN, desc = "A chunk is held by a closed arena.")
    @State
    public static class CloseAgainstAllocate {
        private final Counted source = new Counted();
        private final MemoryArena arena = Counted.arena(source);

        /** Allocates. */
        @Actor
        public void allocator(II_Result r) {
            try {
                r.r1 = arena.allocate(16) != 0 ? 1 : -1;
            } catch (IllegalStateException e) {
                r.r1 = 0;
            }
        }

        /** Closes. */
        @Actor
        public void closer() {
            arena.close();
        }

        /** Looks what is left. */
        @Arbiter
        public void end(II_Result r) {
            MemoryArenaStats stats = arena.stats();
            r.r2 = !arena.isOpen() && stats.chunks() == 0 && stats.chunksInLimbo() == 0 && source.out.get() == 0 ? 1 : 0;
        }
    }

    /** A reset keeps a chunk while the arena closes: one of both gives it back. */
    @JCStressTest
    @Outcome(id = {"1, 1", "0, 1"}, expect = ACCEPTABLE, desc = "Reset before the close, or refused.")
    @Outcome(expect = FORBIDDEN, desc = "A chunk is held by a closed arena.")
    @State
    public static class CloseAgainstReset {
        private final Counted source = new Counted();
        private final MemoryArena arena = Counted.arena(source);

        /** Takes the chunk that the reset keeps. */
        public CloseAgainstReset() {
            arena.allocate(16);
        }

        /** Resets. */
        @Actor
        public void resetter(II_Result r) {
            try {
                arena.reset();
                r.r1 = 1;
            } catch (IllegalStateException e) {
                r.r1 = 0;
            }
        }

        /** Closes. */
        @Actor
        public void closer() {
            arena.close();
        }

        /** Looks what is left. */
        @Arbiter
        public void end(II_Result r) {
            MemoryArenaStats stats = arena.stats();
            r.r2 = !arena.isOpen() && stats.chunks() == 0 && stats.allocations() == 1 && source.out.get() == 0 ? 1 : 0;
        }
    }

    /** The canary: the kept chunk is published without a fence before the state is looked at. */
    @JCStressTest
    @Outcome(id = {"1, 0", "0, 1", "0, 0"}, expect = ACCEPTABLE, desc = "One of them gives the chunk back.")
    @Outcome(id = "1, 1", expect = ACCEPTABLE_INTERESTING, desc = "Neither does: the fence is needed.")
    @State
    public static class CanaryKeepWithoutFence {
        private static final VarHandle SPARE;
        private static final VarHandle CLOSED;
        private int spare;
        private int closed;

        static {
            try {
                SPARE = MethodHandles.lookup().findVarHandle(CanaryKeepWithoutFence.class, "spare", int.class);
                CLOSED = MethodHandles.lookup().findVarHandle(CanaryKeepWithoutFence.class, "closed", int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        /** Keeps a chunk by a release store, then looks whether the arena is open. */
        @Actor
        public void resetter(II_Result r) {
            SPARE.setRelease(this, 1);
            r.r1 = (int) CLOSED.getAcquire(this) == 0 ? 1 : 0;
        }

        /** Closes with a full fence, then looks for kept chunks. */
        @Actor
        public void closer(II_Result r) {
            CLOSED.setVolatile(this, 1);
            r.r2 = (int) SPARE.getVolatile(this) == 0 ? 1 : 0;
        }
    }

    /** Who is inside after having seen the arena open is seen by the closer. */
    @JCStressTest
    @Outcome(id = {"1, 0", "0, 1", "0, 0"}, expect = ACCEPTABLE, desc = "One of them saw the other.")
    @Outcome(id = "1, 1", expect = FORBIDDEN, desc = "Inside of memory that the closer gives away.")
    @State
    public static class CloseAgainstAccess {
        private final ArenaPins pins = new ArenaPins();
        private volatile boolean closed;

        /** Enters, as an access does; stays. */
        @Actor
        public void access(II_Result r) {
            pins.enter();
            r.r1 = closed ? 0 : 1;
        }

        /** Closes, as {@link SharedRegion} does. */
        @Actor
        public void closer(II_Result r) {
            closed = true;
            r.r2 = pins.areFree() ? 1 : 0;
        }
    }

    /** The canary: a counter without the fence that the volatile addition brings. */
    @JCStressTest
    @Outcome(id = {"1, 0", "0, 1", "0, 0"}, expect = ACCEPTABLE, desc = "One of them saw the other.")
    @Outcome(id = "1, 1", expect = ACCEPTABLE_INTERESTING, desc = "Neither saw the other: the fence is needed.")
    @State
    public static class CanaryPinWithoutFence {
        private static final VarHandle INSIDE;
        private static final VarHandle CLOSED;
        private int inside;
        private int closed;

        static {
            try {
                INSIDE = MethodHandles.lookup().findVarHandle(CanaryPinWithoutFence.class, "inside", int.class);
                CLOSED = MethodHandles.lookup().findVarHandle(CanaryPinWithoutFence.class, "closed", int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        /** Enters by a release store. */
        @Actor
        public void access(II_Result r) {
            INSIDE.setRelease(this, 1);
            r.r1 = (int) CLOSED.getAcquire(this) == 0 ? 1 : 0;
        }

        /** Closes with a full fence. */
        @Actor
        public void closer(II_Result r) {
            CLOSED.setVolatile(this, 1);
            r.r2 = (int) INSIDE.getVolatile(this) == 0 ? 1 : 0;
        }
    }
}
