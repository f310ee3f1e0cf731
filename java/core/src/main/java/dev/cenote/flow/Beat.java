package dev.cenote.flow;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The time that entries age by, one for all pools of a flow scheduler: periods that ended and garbage collections that entries survived. The
 * scheduler moves it once a step, however many pools there are; callers read it.
 * <p>A pool whose scheduler is off has one of its own, which stands still.
 */
final class Beat {

    private static final VarHandle PERIOD;
    private static final VarHandle CYCLE;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            PERIOD = lookup.findVarHandle(Beat.class, "period", int.class);
            CYCLE = lookup.findVarHandle(Beat.class, "cycle", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused")
    private int period;
    @SuppressWarnings("unused")
    private int cycle;

    /** Heat periods that ended. A late answer is harmless: an access counts for the period before. */
    int period() {
        return (int) PERIOD.getOpaque(this);
    }

    /** Garbage collections, as the scheduler told. */
    int cycle() {
        return (int) CYCLE.getOpaque(this);
    }

    /** A step is over. The scheduler's, one thread at a time. */
    void endPeriod() {
        PERIOD.setOpaque(this, period() + 1);
    }

    /** Entries survived so many collections more. The scheduler's, one thread at a time. */
    void survive(int cycles) {
        if (cycles != 0) {
            CYCLE.setOpaque(this, cycle() + cycles);
        }
    }
}
