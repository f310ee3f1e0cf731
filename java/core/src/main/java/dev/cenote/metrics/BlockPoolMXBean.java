package dev.cenote.metrics;

/**
 * A block pool as JConsole and its like see it, see {@link PoolBeans}. Levels in bytes, counters since the pool was built.
 */
public interface BlockPoolMXBean {

    /** {@return its name} */
    String getName();

    /** {@return bytes of a block} */
    int getBlockBytes();

    /** {@return bytes of blocks that are taken and not yet put} */
    long getBytesInUse();

    /** {@return bytes of blocks that are ready to be taken} */
    long getBytesFree();

    /** {@return bytes of address space} */
    long getBytesReserved();

    /** {@return bytes of memory in service} */
    long getBytesCommitted();

    /** {@return blocks taken} */
    long getGets();

    /** {@return blocks put} */
    long getPuts();

    /** {@return growths that published a chunk} */
    long getGrowths();

    /** {@return times that a get found no block} */
    long getGetsRefused();

    /** {@return growths for which the system or the container had no memory} */
    long getGrowthsFailed();

    /** {@return the longest growth, in nanoseconds} */
    long getGrowthNanosMax();

    /** {@return whether the pool is closed} */
    boolean isClosed();

    /** {@return the bytes that were taken out of service} Gives idle memory back to the system now. */
    long trim();
}
