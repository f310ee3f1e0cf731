package dev.cenote;

import dev.cenote.internal.BlockStore;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * A pool's {@link Block} objects by number, its chunks' views, and the way back from an address to a number.
 * <p>Segments of 1024 blocks come into being when the first of their numbers leaves the depot; a block, when it is taken
 * for the first time. A number has one owner at any time, and passes from one to the next through the depot, so only one
 * thread ever makes a given block, and no lock guards it. Chunks keep their index and address, so nothing here is ever
 * taken back.
 */
final class BlockDirectory {

    static final int SEGMENT_SHIFT = 10;
    static final int SEGMENT_MASK = (1 << SEGMENT_SHIFT) - 1;

    private static final VarHandle SEGMENT = MethodHandles.arrayElementVarHandle(Block[][].class);

    private final BlockPool pool;
    private final BlockStore store;
    private final int blockBytes;
    private final int stride;
    private final int blocksPerChunk;
    private final int granuleShift;
    private final int granulesPerChunk;
    private final double slotsPerByte;
    /** By number >>> SEGMENT_SHIFT; an element is set once. */
    final Block[][] segments;

    private static final VarHandle VIEW = MethodHandles.arrayElementVarHandle(ByteBuffer[].class);

    private volatile Chunks chunks = new Chunks(4, 16);

    /**
     * What is known of chunks: filled in place while there is room, else replaced by a larger one. A granule is put in
     * before any address of it is given to anybody, so whoever holds an address finds it.
     */
    private static final class Chunks {
        final @Nullable ByteBuffer[] views; /* set last of a chunk's entries, by release */
        final long[] addresses;
        final long[] granules;
        final int[] chunkOfGranule;
        int granulesUsed;

        Chunks(int chunks, int granules) {
            this.views = new ByteBuffer[chunks];
            this.addresses = new long[chunks];
            this.granules = new long[granules];
            this.chunkOfGranule = new int[granules];
        }

        @Nullable ByteBuffer view(int chunk) {
            return chunk < views.length ? (ByteBuffer) VIEW.getAcquire(views, chunk) : null; /* pairs with add */
        }

        void add(int chunk, ByteBuffer view, long address, int shift, long granulesPerChunk) {
            for (long i = 0; address != 0 && i < granulesPerChunk; i++) {
                long granule = (address >>> shift) + i;
                int slot = slot(granule, granules.length - 1);
                while (granules[slot] != 0) {
                    slot = (slot + 1) & (granules.length - 1);
                }
                chunkOfGranule[slot] = chunk;
                granules[slot] = granule;
                granulesUsed++;
            }
            addresses[chunk] = address;
            VIEW.setRelease(views, chunk, view); /* shows the entries above; pairs with view */
        }
    }

    BlockDirectory(BlockPool pool, BlockStore store, int blockBytes) {
        this.pool = pool;
        this.store = store;
        this.blockBytes = blockBytes;
        this.stride = store.stride();
        this.blocksPerChunk = store.blocksPerChunk();
        this.granuleShift = store.chunkBytes() >= 1 << 21 ? 21 : 12; /* chunks begin on such a boundary */
        this.granulesPerChunk = (int) ((store.chunkBytes() + (1L << granuleShift) - 1) >>> granuleShift);
        this.slotsPerByte = 1.0 / stride;
        this.segments = new Block[((store.blocksMax() - 1) >>> SEGMENT_SHIFT) + 1][];
    }

    /** Makes sure that the segments of these numbers exist. Slow path, once per magazine. */
    void prepare(int[] numbers, int from, int count) {
        for (int i = from; i < from + count; i++) {
            int segment = numbers[i] >>> SEGMENT_SHIFT;
            if (segments[segment] == null) {
                int blocks = Math.min(1 << SEGMENT_SHIFT, store.blocksMax() - (segment << SEGMENT_SHIFT));
                SEGMENT.compareAndSet(segments, segment, (Block[]) null, new Block[blocks]);
            }
        }
    }

    /** Makes the block with a number. Only the number's owner, and only when there is none. */
    Block make(int number) {
        int chunk = number / blocksPerChunk;
        long offset = (long) (number % blocksPerChunk) * stride;
        long base = known(chunk).addresses[chunk];
        Block made = new Block(pool, number, blockBytes, base == 0 ? 0 : base + offset);
        segments[number >>> SEGMENT_SHIFT][number & SEGMENT_MASK] = made;
        return made;
    }

    /** A new view of one block. */
    ByteBuffer view(int number) {
        int chunk = number / blocksPerChunk;
        ByteBuffer whole = known(chunk).view(chunk);
        if (whole == null) {
            throw new AssertionError("chunk " + chunk + " was learned and is not known");
        }
        return whole.slice(number % blocksPerChunk * stride, blockBytes).order(ByteOrder.nativeOrder());
    }

    private Chunks known(int chunk) {
        Chunks now = chunks;
        return now.view(chunk) != null ? now : learn(chunk);
    }

    private synchronized Chunks learn(int chunk) {
        Chunks now = chunks;
        if (now.view(chunk) != null) {
            return now;
        }
        if (chunk >= now.views.length || 2 * (now.granulesUsed + granulesPerChunk) > now.granules.length) {
            now = enlarged(now, chunk + 1);
        }
        long address = store.hasAddresses() ? store.chunkAddress(chunk) : 0;
        now.add(chunk, store.chunk(chunk), address, granuleShift, granulesPerChunk);
        chunks = now;
        return now;
    }

    private Chunks enlarged(Chunks now, int chunksNeeded) {
        int length = Math.max(chunksNeeded, now.views.length * 2);
        int granules = now.granules.length;
        while (granules < 2 * granulesPerChunk * length) {
            granules *= 2;
        }
        Chunks larger = new Chunks(length, granules);
        for (int i = 0; i < now.views.length; i++) {
            ByteBuffer view = now.view(i);
            if (view != null) {
                larger.add(i, view, now.addresses[i], granuleShift, granulesPerChunk);
            }
        }
        return larger;
    }

    private static int slot(long granule, int mask) {
        return (int) ((granule * 0x9E3779B97F4A7C15L) >>> 40) & mask;
    }

    /** {@return the block that starts at an address and was taken before, or null} */
    @Nullable Block at(long address) {
        Chunks now = chunks;
        long granule = address >>> granuleShift;
        int mask = now.granules.length - 1;
        for (int slot = slot(granule, mask); now.granules[slot] != 0; slot = (slot + 1) & mask) {
            if (now.granules[slot] == granule) {
                int chunk = now.chunkOfGranule[slot];
                return startingAt(chunk, address - now.addresses[chunk]);
            }
        }
        return null;
    }

    private @Nullable Block startingAt(int chunk, long offset) {
        int slot = (int) (offset * slotsPerByte + 0.5); /* exact for multiples of the stride; others fail the next line */
        if (offset < 0 || slot >= blocksPerChunk || (long) slot * stride != offset) {
            return null;
        }
        int number = chunk * blocksPerChunk + slot;
        Block[] segment = segments[number >>> SEGMENT_SHIFT];
        return segment == null || (number & SEGMENT_MASK) >= segment.length ? null : segment[number & SEGMENT_MASK];
    }
}
