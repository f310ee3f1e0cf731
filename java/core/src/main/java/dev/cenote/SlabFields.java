package dev.cenote;

import org.jspecify.annotations.Nullable;

/**
 * What every thread reads of a {@link Slab} and hardly anybody writes: where it lies, how it is cut, whose it is.
 */
abstract class SlabFields {

    /** Its first byte; 0 of the slab that fills free places. */
    final long base;
    /** Its class while blocks are cut from it, else {@link Slab#NO_CLASS}. */
    int sizeClass = Slab.NO_CLASS;
    /** Bytes from block to block. */
    int stride;
    /** 2^32 / stride, rounded up: a multiplication instead of a division. */
    long reciprocal;
    /** How many blocks it is cut into. */
    int capacity;
    /** What the last word of the first half of {@link #bits} is when all of its blocks are free. */
    long lastWhole;
    /** Where in {@link #bits} the second half begins, a line pair or more away from the end of the first. */
    int span;
    /**
     * First half: a bit is 1 while its block is free, written by the owner. Second half: a bit is 1 while its block was given
     * back by another thread and the owner has not seen it, set by anybody, cleared by the owner.
     */
    long[] bits = new long[2];
    /** It stands in its owner's list of full slabs: the next block that comes back is special. Seldom written, by the owner. */
    boolean isFull;
    /** Whose it is; null while it is with the pool of slabs. Written by the one that holds the slab. */
    volatile @Nullable SlabCache owner;
    /** 1 while it stands in a stack of slabs that others gave blocks back to. */
    volatile int notified;
    /** Below it in that stack. */
    @Nullable Slab nextReturned;

    SlabFields(long base) {
        this.base = base;
    }
}

/**
 * Keeps the line pair between what all read and what the owner writes free.
 */
@SuppressWarnings("unused")
abstract class SlabPad extends SlabFields {
    private long p00, p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11, p12, p13, p14, p15;

    SlabPad(long base) {
        super(base);
    }
}
