package dev.cenote.internal;

import dev.cenote.binding.NativeCalls;
import java.nio.ByteBuffer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Where the blocks of a pool live and where its magazines meet: the one interface of all backends.
 * <p>Blocks are numbered from 0; block {@code n} is the {@code n % blocksPerChunk}-th of chunk
 * {@code n / blocksPerChunk}. Every method may be called by any thread; an {@link Exchange} by one at a time.
 * <p>Codes below 0 are those of the native core, see {@link StoreCode}.
 */
public interface BlockStore {

    /** A thread's way into the depot. Used by one thread at a time. */
    interface Exchange {
        /**
         * Takes up to {@code want} blocks, at most two magazines; writes their numbers from {@code into[from]} on, the one
         * to be used first last. From the depot comes one magazine; two only of memory never used before.
         *
         * @return how many, at least 1, or a code of {@link StoreCode}
         */
        int get(int[] into, int from, int want);

        /**
         * Gives back {@code count} blocks, at most {@link BlockStore#magazineBlocks()}.
         *
         * @return 0, or a code of {@link StoreCode}; then none was taken
         */
        int put(int[] blocks, int from, int count);

        /** Ends it: no thread is in a call, and none will call again. Forgotten ones end with the garbage collection. */
        void close();
    }

    /** {@return a new way in} */
    Exchange open();

    /** {@return bytes from block to block} */
    int stride();

    /** {@return bytes of a chunk} */
    long chunkBytes();

    /** {@return blocks in a chunk} */
    int blocksPerChunk();

    /** {@return blocks in a full magazine} */
    int magazineBlocks();

    /** {@return blocks at most} */
    int blocksMax();

    /**
     * {@return a new view of a whole chunk in native byte order, or of its first 2^31-1 bytes}
     *
     * @param chunk a chunk that blocks came from
     * @throws IllegalStateException if its memory is gone: nobody owns a block of it
     */
    ByteBuffer chunk(int chunk);

    /**
     * {@return the address of a chunk, or 0 where this backend cannot tell it}
     *
     * @param chunk a chunk that blocks came from
     * @throws IllegalStateException if its memory is gone: nobody owns a block of it
     */
    long chunkAddress(int chunk);

    /** {@return true when {@link #chunkAddress} can tell addresses} */
    boolean hasAddresses();

    /** {@return the native library it runs on, for general allocation; null when it runs on none} */
    default @Nullable NativeCalls natives() {
        return null;
    }

    /**
     * {@return bytes taken out of service; the value of {@link StoreCode#BUSY} while another thread trims, which it soon has done}
     *
     * @param keepBytes idle memory to leave
     */
    long trim(long keepBytes);

    /**
     * Names who keeps objects by block number. A store whose chunks can come back with other memory tells it a chunk's
     * number while all blocks of the chunk are free and with nobody; it lets go of them before it returns. The others
     * keep every chunk's memory at its place and never tell.
     *
     * @param forget takes a chunk's number
     */
    void onRetire(IntConsumer forget);

    /** Closes the admission to growth. */
    void freeze();

    /** Opens the admission to growth. */
    void thaw();

    /** {@return the counters of this moment, in the order of {@link StoreCounter}} */
    long[] counters();

    /** {@return counts of growths by latency; bucket {@code i} begins at {@link #latencyFloor}} */
    long[] growthLatencies();

    /**
     * {@return the least latency in nanoseconds that falls into a bucket}
     *
     * @param bucket its index
     */
    long latencyFloor(int bucket);

    /** {@return bytes of the pool that are in memory now, or -1 where this backend cannot tell} */
    long residentBytes();

    /**
     * Does what is due in the background; called about every 100 ms.
     *
     * @param nowNanos {@link System#nanoTime()}
     */
    void upkeep(long nowNanos);

    /** Refuses gets and growth from now on; puts go on. */
    void close();

    /** Releases the memory of a closed store. Nobody uses a block any more. */
    void destroy();
}
