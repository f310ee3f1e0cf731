package dev.cenote;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts who is inside of one shared arena: in an access, or filling a new piece with zeros.
 * <p>A thread counts itself in before it reads the arena's state, and out behind its last access, in a counter chosen by
 * its id, so two threads seldom meet. Whoever closes writes the state first and reads the counters afterwards; all four are
 * sequentially consistent. So a thread that counts itself in later sees the arena closed, and a counter that was seen at 0
 * after the state was written holds nobody that can still touch the arena's memory. Each counter may be seen at another
 * moment: a thread stays with its own.
 * <p>Nobody waits for anybody: a closer that finds somebody inside leaves the chunks to {@link ArenaLimbo}.
 */
final class ArenaPins {

    private static final int STRIPES_MAX = 16;
    private static final int LINE = 16; /* longs: a cache line and the one prefetched with it */
    private static final int STRIPES =
        Math.min(STRIPES_MAX, Integer.highestOneBit(4 * Runtime.getRuntime().availableProcessors() - 1));

    private final AtomicLongArray inside = new AtomicLongArray((STRIPES + 1) * LINE);

    @SuppressWarnings("deprecation") /* threadId() came with 19 */
    private static int slot() {
        return (((int) Thread.currentThread().getId() & (STRIPES - 1)) + 1) * LINE;
    }

    void enter() {
        inside.getAndIncrement(slot()); /* volatile: before the state is read */
    }

    void leave() {
        inside.getAndDecrement(slot()); /* volatile: behind the access */
    }

    /** {@return true if every counter was seen at 0: once the state says closed, nobody will touch the memory} */
    boolean areFree() {
        for (int stripe = 1; stripe <= STRIPES; stripe++) {
            if (inside.get(stripe * LINE) != 0) {
                return false;
            }
        }
        return true;
    }
}
