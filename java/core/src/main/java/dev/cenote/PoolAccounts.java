package dev.cenote;

import java.util.ArrayList;
import java.util.List;

/**
 * Sums over the magazines of all threads, and takes over those of threads that died.
 */
final class PoolAccounts {

    private static final int LOOKS = 4; /* for idle threads, in the time that they have to be idle */
    private static final long STILL_LOOK_NANOS = 1_000_000_000L;

    private final LocalTable locals;
    private final Stripes stripes;
    private final List<LocalBlockPool> dying = new ArrayList<>(); /* dead, and the depot could not take all of it yet */
    private long lookedNanos = System.nanoTime();
    private long lookedStillNanos = lookedNanos;
    private long pastGets;
    private long pastOutside;

    PoolAccounts(LocalTable locals, Stripes stripes) {
        this.locals = locals;
        this.stripes = stripes;
    }

    /** What threads have done and hold. */
    record Sums(long gets, long outside, long held) {
    }

    /** Gives the blocks of dead threads' magazines back to the depot and keeps their sums. */
    synchronized void sweep() {
        dying.addAll(locals.takeDead());
        for (int i = dying.size() - 1; i >= 0; i--) {
            LocalBlockPool local = dying.get(i);
            local.flush();
            if (local.held() == 0) {
                pastGets += local.gets;
                pastOutside += local.outside();
                local.end();
                dying.remove(i);
            }
        }
    }

    /**
     * Gives to the depot what live threads and stripes have left idle for so long.
     *
     * @return true if something came, and no thread has used the pool for so long
     */
    synchronized boolean takeIdle(long nowNanos, long idleNanos) {
        if (nowNanos - lookedNanos < idleNanos / LOOKS) {
            return false;
        }
        lookedNanos = nowNanos;
        List<LocalBlockPool> parts = new ArrayList<>(locals.all());
        parts.addAll(stripes.all());
        boolean came = false;
        boolean isIdle = true;
        for (LocalBlockPool part : parts) {
            came |= part.takeIdle(nowNanos, idleNanos);
            isIdle &= part.isIdle(nowNanos, idleNanos);
        }
        return came && isIdle;
    }

    /**
     * Tells whether nobody has used the pool for so long, and the threads' magazines are as they will stay until somebody does.
     *
     * @param empties whether idle threads' magazines are emptied
     */
    synchronized boolean isStill(long nowNanos, long idleNanos, boolean empties) {
        if (nowNanos - lookedStillNanos < STILL_LOOK_NANOS) {
            return false; /* a list each time would be garbage all the time */
        }
        lookedStillNanos = nowNanos;
        List<LocalBlockPool> parts = new ArrayList<>(locals.all());
        parts.addAll(stripes.all());
        boolean isStill = dying.isEmpty();
        for (LocalBlockPool part : parts) {
            isStill &= part.isStill(nowNanos, idleNanos) && (!empties || part.held() == 0); /* looks at each */
        }
        return isStill;
    }

    /** What {@link #takeUnused} found in live threads' magazines. */
    enum Unused {
        /** Nothing. */
        NONE,
        /** Some, but their threads were at work there just then. */
        BUSY,
        /** Some, which are in the depot now. */
        CAME
    }

    /** Gives to the depot what one live thread has in its magazines and does not use at this moment. */
    synchronized Unused takeUnused() {
        Unused found = Unused.NONE;
        for (LocalBlockPool local : locals.all()) {
            if (local.owner != Thread.currentThread() && local.held() > 0) {
                if (local.takeUnused()) {
                    return Unused.CAME;
                }
                found = Unused.BUSY;
            }
        }
        return found;
    }

    /** Gives to the depot what all live threads have in their magazines and do not use at this moment. */
    synchronized void takeAllUnused() {
        for (LocalBlockPool local : locals.all()) {
            if (local.owner != Thread.currentThread() && local.held() > 0) {
                local.takeUnused();
            }
        }
    }

    /** True when no virtual thread holds a stripe at this moment. */
    boolean areStripesFree() {
        return stripes.all().stream().noneMatch(LocalBlockPool::isLocked);
    }

    /**
     * Adds up. While threads work, each part is of a slightly different moment; the sum of what is outside never falls
     * below the truth once no get can succeed any more (see {@link PoolLifetime}).
     */
    synchronized Sums sums() {
        long gets = pastGets;
        long outside = pastOutside;
        long held = 0;
        List<LocalBlockPool> parts = new ArrayList<>(dying);
        parts.addAll(locals.all());
        parts.addAll(stripes.all());
        for (LocalBlockPool part : parts) {
            gets += part.gets;
            outside += part.outside();
            held += part.held();
        }
        return new Sums(gets, outside, held);
    }
}
