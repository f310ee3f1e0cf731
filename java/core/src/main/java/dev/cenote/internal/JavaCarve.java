package dev.cenote.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Lazy carving: a cursor into the chunk that blocks are being cut from, so that publishing a chunk is O(1).
 * <p>One word, chunk number and next slot. Threads advance it by compare-and-swap; the admitted grower replaces an
 * exhausted one; the trimmer detaches one whose carved blocks it all holds. A cursor that comes back to an old value
 * means what it says, so ABA does no harm here.
 */
final class JavaCarve {

    static final long NONE = -1;

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int CURSOR = 16; /* a line pair of padding on either side */

    private final JavaShape shape;
    private final long[] cursor = new long[2 * CURSOR + 1];

    JavaCarve(JavaShape shape) {
        this.shape = shape;
        cursor[CURSOR] = NONE;
    }

    long cursor() {
        return (long) LONGS.getAcquire(cursor, CURSOR); /* pairs with publish */
    }

    static int chunk(long seen) {
        return (int) (seen >>> 32);
    }

    static int slot(long seen) {
        return (int) seen;
    }

    /** Blocks that are left under the cursor. */
    int left() {
        long seen = cursor();
        return seen == NONE ? 0 : shape.capacity(chunk(seen)) - slot(seen);
    }

    /** Cuts up to {@code want} blocks; the lowest is written last, so that the caller uses it first. */
    int take(int[] into, int from, int want) {
        long seen = cursor();
        for (;;) {
            if (seen == NONE) {
                return 0;
            }
            int taken = Math.min(want, shape.capacity(chunk(seen)) - slot(seen));
            if (taken == 0) {
                return 0;
            }
            long was = (long) LONGS.compareAndExchange(cursor, CURSOR, seen, seen + taken);
            if (was == seen) {
                int first = chunk(seen) * shape.blocksPerChunk() + slot(seen);
                for (int i = 0; i < taken; i++) {
                    into[from + i] = first + taken - 1 - i;
                }
                return taken;
            }
            seen = was;
        }
    }

    /** Starts carving a chunk. Only the admitted thread, and only when nothing is left. */
    void publish(int chunk) {
        LONGS.setRelease(cursor, CURSOR, (long) chunk << 32); /* shows the chunk; pairs with cursor */
    }

    /** Ends carving if the cursor still is what the caller saw. */
    boolean detach(long seen) {
        return LONGS.compareAndSet(cursor, CURSOR, seen, NONE);
    }
}
