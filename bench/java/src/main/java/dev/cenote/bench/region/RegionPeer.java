package dev.cenote.bench.region;

/**
 * One way to allocate a batch of pieces, write the first word of each, and free all. Each peer has the loop itself, so that
 * what is compiled is the whole of it, as in a user's method.
 */
public abstract class RegionPeer {

    /** Pieces of a batch. */
    public static final int PIECES = 100;

    /** Made by reflection, one per measured JVM. */
    protected RegionPeer() {
    }

    /**
     * Allocates, writes, frees.
     *
     * @param sizes bytes of each piece, a multiple of {@link #PIECES} of them
     * @param from index of the first
     */
    public abstract void batch(int[] sizes, int from);

    /** Gives back what it holds. */
    public void close() {
    }
}
