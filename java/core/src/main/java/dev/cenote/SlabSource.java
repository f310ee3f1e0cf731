package dev.cenote;

import org.jspecify.annotations.Nullable;

/**
 * Where a {@link SlabCache} gets slabs from and gives them to.
 */
interface SlabSource {

    /**
     * {@return a slab that nobody owns, to be cut}
     *
     * @throws PoolExhaustedException if there is none
     */
    Slab take();

    /** {@return slabs by their addresses, see {@link SlabDirectory#first}} */
    Slab[] table();

    /** {@return the slab that a block lies in} */
    Slab slab(long address);

    /** Somebody uses the pool, see {@link dev.cenote.internal.Pulse}. */
    void beat();

    /** Takes back a slab whose blocks are all free and which nobody owns. */
    void give(Slab slab);

    /**
     * {@return a slab of that class with free blocks whose owner died, now the heir's; null: there is none}
     *
     * @param any also one of which more than a quarter is in use, whose lines the heir will share with others
     */
    @Nullable Slab adopt(int index, SlabCache heir, boolean any);

    /** {@return false for a while after {@link #foundNone}} A program that lives at its bound would do nothing else but look. */
    boolean mayFind(int index);

    /** Nothing of a class was found with live threads, by a search that began at that time. */
    void foundNone(int index, long beganNanos);

    /**
     * Gives slabs back that live threads have and no block of which is in use.
     *
     * @return true if one came
     */
    boolean reclaim();

    /**
     * {@return a slab of that class with free blocks that another thread goes on using, now the heir's; null: there is none;
     * {@link Slab#NONE}: there are, and their threads are at work there at this moment}
     */
    @Nullable Slab share(int index, SlabCache heir);
}
