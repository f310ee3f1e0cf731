package dev.cenote.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The magazines of a store by index: next, count and entries of each, in arrays outside of the blocks.
 * <p>They come in slabs and live as long as the store: a stale {@code next} may be read, never used. Whoever took a
 * magazine from a stack owns its count and entries; only {@code next} is read by others.
 */
class JavaMagazines implements StackLinks { /* not final: a test interrupts a pop in next() */

    /** Magazines in a slab. */
    static final int SLAB = 64;

    private static final VarHandle INTS = MethodHandles.arrayElementVarHandle(int[].class);
    private static final int INDEX_MAX = (1 << JavaStack.INDEX_BITS) - 2;
    private static final int NEXT = 0;
    private static final int COUNT = 1;
    private static final int ENTRIES = 2;
    private static final int LINE_PAIR = 32; /* ints */

    private final int stride;
    /** Replaced by a longer one when a slab is added, before any index of that slab is on a stack. */
    private volatile int[][] slabs = new int[0][];

    JavaMagazines(int magazineBlocks) {
        this.stride = (ENTRIES + magazineBlocks + LINE_PAIR - 1) / LINE_PAIR * LINE_PAIR;
    }

    private int[] slab(int magazine) {
        return slabs[magazine / SLAB];
    }

    private int at(int magazine, int field) {
        return magazine % SLAB * stride + field;
    }

    /** Opaque: a popper may read it while the owner of the magazine writes it. */
    @Override
    public int next(int magazine) {
        return (int) INTS.getOpaque(slab(magazine), at(magazine, NEXT)) - 1;
    }

    @Override
    public void setNext(int magazine, int next) {
        INTS.setOpaque(slab(magazine), at(magazine, NEXT), next + 1);
    }

    int count(int magazine) {
        return slab(magazine)[at(magazine, COUNT)];
    }

    void setCount(int magazine, int count) {
        slab(magazine)[at(magazine, COUNT)] = count;
    }

    int entry(int magazine, int index) {
        return slab(magazine)[at(magazine, ENTRIES + index)];
    }

    void setEntry(int magazine, int index, int block) {
        slab(magazine)[at(magazine, ENTRIES + index)] = block;
    }

    /** Replaces its entries. */
    void fill(int magazine, int[] blocks, int from, int count) {
        System.arraycopy(blocks, from, slab(magazine), at(magazine, ENTRIES), count);
        setCount(magazine, count);
    }

    /** Takes its newest entries, as many as it has or as are wanted; keeps their order. */
    int drain(int magazine, int[] into, int from, int want) {
        int count = count(magazine);
        int taken = Math.min(count, want);
        System.arraycopy(slab(magazine), at(magazine, ENTRIES + count - taken), into, from, taken);
        setCount(magazine, count - taken);
        return taken;
    }

    /**
     * Makes a slab, keeps its first magazine for the caller and links the others into the list first + 1 to
     * first + SLAB - 1.
     *
     * @return the index of the first, or NONE when the heap or the indices are used up
     */
    synchronized int add() {
        int[][] before = slabs;
        int first = before.length * SLAB;
        if (first + SLAB - 1 > INDEX_MAX) {
            return JavaStack.NONE;
        }
        try {
            int[][] longer = Arrays.copyOf(before, before.length + 1);
            longer[before.length] = new int[SLAB * stride + LINE_PAIR];
            slabs = longer;
        } catch (OutOfMemoryError e) {
            return JavaStack.NONE;
        }
        for (int i = first + 1; i + 1 < first + SLAB; i++) {
            setNext(i, i + 1);
        }
        return first;
    }
}
