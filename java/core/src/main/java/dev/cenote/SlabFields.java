package dev.cenote;

import org.jspecify.annotations.Nullable;

/**
 * What every thread reads of a {@link Slab} and hardly anybody writes: where it lies, how it is cut, whose it is.
 */
abstract class SlabFields {

    /** Its first byte; 0 of the slab that fills free places. */
    final long base;
    /**
     * The state of each block, by number, then a mark for each 64 of them: 1 when another thread gave one back. States are
     * written by whoever has the block, marks by anybody; cleared by the owner.
     */
    final byte[] states;
    /** Its class while blocks are cut from it, else {@link Slab#NO_CLASS}. */
    int sizeClass = Slab.NO_CLASS;
    /** Bytes from block to block. */
    int stride;
    /** 2^32 / stride, rounded up: a multiplication instead of a division. 0 before the first cut. */
    long reciprocal;
    /** How many blocks it is cut into. */
    int capacity;
    /** Whose it is; null while it is with the pool of slabs. Written by the one that holds the slab. */
    volatile @Nullable SlabCache owner;
    /** 1 while it stands in a stack of slabs that others gave blocks back to. */
    volatile int notified;
    /** Below it in that stack. */
    @Nullable Slab nextReturned;

    SlabFields(long base, byte[] states) {
        this.base = base;
        this.states = states;
    }
}

/**
 * Keeps the line pair between what all read and what the owner writes free.
 */
@SuppressWarnings("unused")
abstract class SlabPad extends SlabFields {
    private long p00, p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11, p12, p13, p14, p15;

    SlabPad(long base, byte[] states) {
        super(base, states);
    }
}
