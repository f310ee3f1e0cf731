package dev.cenote.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A lock-free stack of magazines, or of anything with an index: one 64-bit word, the top one's index + 1 in the low 24 bits and a stamp above,
 * replaced whole by compare-and-swap.
 * <p>After Treiber (IBM RJ 5118, 1986). Every change moves the stamp, so a top that went and came back is noticed (ABA).
 * The stamp has 40 bits and wraps after 2^40 changes: at 50 million changes a second, more than one such word takes
 * today, after six hours. To be deceived, a thread would have to stand still between its load and its compare-and-swap
 * while exactly a multiple of 2^40 changes pass, and find the same magazine on top; a thread that stands still that long
 * is stopped in a debugger. The native core has a 64-bit stamp.
 */
public final class JavaStack {

    /** Bits of an index; the highest value stands for none. */
    public static final int INDEX_BITS = 24;
    static final long STAMP_UNIT = 1L << INDEX_BITS;
    /** No element. */
    public static final int NONE = -1;

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final long INDEX_MASK = STAMP_UNIT - 1;
    private static final int TOP = 16; /* a line pair of padding on either side */

    private final long[] top = new long[2 * TOP + 1];
    private final StackLinks magazines;
    private final JavaCounters counters;
    private final long stampUnit;

    /**
     * An empty stack, which counts nothing.
     *
     * @param links what lies below each element
     */
    public JavaStack(StackLinks links) {
        this(links, new JavaCounters(), STAMP_UNIT);
    }

    JavaStack(StackLinks magazines, JavaCounters counters) {
        this(magazines, counters, STAMP_UNIT);
    }

    /** With 0 as unit there are no stamps: for tests that must find such a stack broken. */
    JavaStack(StackLinks magazines, JavaCounters counters, long stampUnit) {
        this.magazines = magazines;
        this.counters = counters;
        this.stampUnit = stampUnit;
    }

    private static int index(long word) {
        return (int) (word & INDEX_MASK) - 1;
    }

    private long changed(long word, int index) {
        return (word & ~INDEX_MASK) + stampUnit | index + 1;
    }

    /** {@return the newest, taken off, or NONE} */
    public int pop() {
        long seen = (long) LONGS.getAcquire(top, TOP); /* shows the magazine's next; pairs with the CAS in push */
        int failures = 0;
        while (index(seen) != NONE) {
            /* next may be stale if another thread took the magazine meanwhile; then the stamp moved and the CAS fails */
            long want = changed(seen, magazines.next(index(seen)));
            /* volatile: acquires the entries from push, and hands on to the next pop what earlier pushes released */
            long was = (long) LONGS.compareAndExchange(top, TOP, seen, want);
            if (was == seen) {
                break;
            }
            seen = was;
            failures++;
        }
        count(failures);
        return index(seen);
    }

    /** Puts one on top. */
    public void push(int magazine) {
        pushList(magazine, magazine);
    }

    /** Puts a private list, linked by next, on top; {@code first} becomes the newest. */
    public void pushList(int first, int last) {
        long seen = (long) LONGS.getAcquire(top, TOP);
        int failures = 0;
        for (;;) {
            magazines.setNext(last, index(seen)); /* ordered by the release of the CAS */
            long was = (long) LONGS.compareAndExchange(top, TOP, seen, changed(seen, first)); /* releases the entries */
            if (was == seen) {
                break;
            }
            seen = was;
            failures++;
        }
        count(failures);
    }

    /** {@return all, taken off by one compare-and-swap: the newest of a private list linked by next, or NONE} */
    public int takeAll() {
        long seen = (long) LONGS.getAcquire(top, TOP);
        while (index(seen) != NONE) {
            long was = (long) LONGS.compareAndExchange(top, TOP, seen, changed(seen, NONE)); /* acquires the entries */
            if (was == seen) {
                break;
            }
            seen = was;
        }
        return index(seen);
    }

    /** The stamp; for tests. */
    long stamp() {
        return (long) LONGS.getAcquire(top, TOP) >>> INDEX_BITS;
    }

    /** Sets the stamp of a stack that nobody else uses; for tests of the wrap. */
    void setStamp(long stamp) {
        LONGS.setRelease(top, TOP, stamp << INDEX_BITS | (long) LONGS.getAcquire(top, TOP) & INDEX_MASK);
    }

    private void count(int failures) {
        if (failures != 0) {
            counters.add(StoreCounter.CAS_FAILURES, failures);
        }
    }
}
