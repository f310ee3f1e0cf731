package dev.cenote.flow;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.LongSupplier;

/**
 * A pool's time: nanoseconds that never go back. If the clock behind it jumps back, time goes on from where it was.
 */
final class PoolClock {

    /** Two threads' readings may be noted in the other order; more than this is a jump. */
    private static final long JUMP_NANOS = 1_000_000_000L;
    private static final VarHandle LATEST;

    static {
        try {
            LATEST = MethodHandles.lookup().findVarHandle(PoolClock.class, "latest", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The clock of pools that were given none. */
    static final LongSupplier SYSTEM = System::nanoTime;

    private final LongSupplier source;
    /** What to add to the source; changes with each jump back. */
    private volatile long offset;
    /** A recent result; a late one is harmless. */
    private long latest;

    PoolClock(LongSupplier source) {
        this.source = source;
        this.latest = source.getAsLong();
    }

    long now() {
        return source == SYSTEM ? System.nanoTime() : checked(); /* the JVM's does not go back: nothing to be noted, which all threads would write */
    }

    private long checked() {
        long now = source.getAsLong() + offset;
        long seen = (long) LATEST.getOpaque(this);
        if (now - seen >= 0) {
            LATEST.setOpaque(this, now);
            return now;
        }
        return seen - now > JUMP_NANOS ? jumped() : seen;
    }

    private synchronized long jumped() {
        long now = source.getAsLong() + offset;
        long seen = (long) LATEST.getOpaque(this);
        if (seen - now > JUMP_NANOS) {
            offset += seen - now;
        }
        return seen;
    }
}
