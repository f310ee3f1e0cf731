package dev.cenote.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The depot: the shared lock-free store of magazines. Two stacks, full magazines and empty ones.
 */
final class JavaDepot {

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int LENGTH = 16; /* a line pair of padding on either side of both */
    private static final int LENGTH_MIN = 17;

    final JavaMagazines magazines;
    private final JavaStack full;
    private final JavaStack empty;
    /** Full magazines, and the least number of them since the trimmer last looked. Statistics: no order needed. */
    private final long[] lengths = new long[LENGTH_MIN + 1 + LENGTH];

    JavaDepot(int magazineBlocks, JavaCounters counters) {
        this(magazineBlocks, counters, JavaStack.STAMP_UNIT);
    }

    /** See {@link JavaStack#JavaStack(JavaMagazines, JavaCounters, long)}. */
    JavaDepot(int magazineBlocks, JavaCounters counters, long stampUnit) {
        this.magazines = new JavaMagazines(magazineBlocks);
        this.full = new JavaStack(magazines, counters, stampUnit);
        this.empty = new JavaStack(magazines, counters, stampUnit);
    }

    /** Takes up to {@code want} blocks of one magazine; 0 when there is none. Lock-free. */
    int get(int[] into, int from, int want) {
        int magazine = full.pop();
        if (magazine == JavaStack.NONE) {
            lower(0);
            return 0;
        }
        lower((long) LONGS.getAndAdd(lengths, LENGTH, -1L) - 1);
        int taken = magazines.drain(magazine, into, from, want);
        if (magazines.count(magazine) != 0) {
            full.push(magazine);
            LONGS.getAndAdd(lengths, LENGTH, 1L);
        } else {
            empty.push(magazine);
        }
        return taken;
    }

    /** Gives blocks as one magazine; false when none could be made. Lock-free but for a new slab. */
    boolean put(int[] blocks, int from, int count) {
        int magazine = empty.pop();
        if (magazine == JavaStack.NONE) {
            magazine = magazines.add();
            if (magazine == JavaStack.NONE) {
                return false;
            }
            empty.pushList(magazine + 1, magazine + JavaMagazines.SLAB - 1);
        }
        magazines.fill(magazine, blocks, from, count);
        full.push(magazine);
        LONGS.getAndAdd(lengths, LENGTH, 1L);
        return true;
    }

    private void lower(long length) {
        if (length < (long) LONGS.getOpaque(lengths, LENGTH_MIN)) {
            LONGS.setOpaque(lengths, LENGTH_MIN, length);
        }
    }

    /** Takes all full magazines as a private list, newest first; the first one or NONE. */
    int takeAll() {
        int first = full.takeAll();
        long taken = 0;
        for (int i = first; i != JavaStack.NONE; i = magazines.next(i)) {
            taken++;
        }
        LONGS.getAndAdd(lengths, LENGTH, -taken);
        return first;
    }

    /** Gives a private list of full magazines back. */
    void giveBack(int first, int last, long count) {
        full.pushList(first, last);
        LONGS.getAndAdd(lengths, LENGTH, count);
    }

    /** Gives the empty ones of a private list back: from {@code first} to the end of the list. */
    void giveBackEmpty(int first) {
        int next;
        for (int i = first; i != JavaStack.NONE; i = next) {
            next = magazines.next(i);
            magazines.setCount(i, 0);
            empty.push(i);
        }
    }

    /** Full magazines, about; exact when nobody exchanges. */
    long length() {
        return Math.max(0, (long) LONGS.getOpaque(lengths, LENGTH));
    }

    /** The least length since the last call: magazines that nobody needed meanwhile. */
    long surplus() {
        long length = length();
        long least = Math.max(0, (long) LONGS.getOpaque(lengths, LENGTH_MIN));
        LONGS.setOpaque(lengths, LENGTH_MIN, length); /* races with a get: one magazine too many, harmless */
        return Math.min(least, length);
    }
}
