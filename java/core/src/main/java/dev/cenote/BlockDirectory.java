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
 * thread ever makes a given block, and no lock guards it.
 * <p>Where chunks keep their address (native core), nothing here is ever taken back. Where a chunk can come back with other
 * memory (java backend), {@link #forget} drops its blocks and views while they are with nobody; its blocks are made anew,
 * and an old {@code Block} object that somebody kept stays free for ever, so putting it is refused.
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
    private final long chunkBytes;
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

        /** A chunk that does not begin on a granule shares its first and last one with neighbours. */
        void add(int chunk, ByteBuffer view, long address, int shift, long chunkBytes) {
            for (long granule = address >>> shift; address != 0 && granule <= address + chunkBytes - 1 >>> shift; granule++) {
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

        /** Its granules stay until the next enlargement; nothing is found by them. */
        void remove(int chunk) {
            if (chunk < views.length) {
                VIEW.setRelease(views, chunk, (ByteBuffer) null);
                addresses[chunk] = 0;
            }
        }
    }

    BlockDirectory(BlockPool pool, BlockStore store, int blockBytes) {
        this.pool = pool;
        this.store = store;
        this.blockBytes = blockBytes;
        this.stride = store.stride();
        this.blocksPerChunk = store.blocksPerChunk();
        this.chunkBytes = store.chunkBytes();
        this.granuleShift = chunkBytes >= 1 << 21 ? 21 : 12; /* native chunks begin on such a boundary */
        this.granulesPerChunk = (int) ((chunkBytes + (1L << granuleShift) - 1) >>> granuleShift) + 1;
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

    private Chunks learn(int chunk) {
        try {
            return learnAlone(chunk);
        } catch (IllegalStateException e) { /* only for who does not own the block, or came too late for the pool */
            throw pool.isClosed() ? pool.closed() : new CenoteException("pool \"" + pool.name() + "\" gave the memory of"
                + " chunk " + chunk + " back: its blocks were put, and a block must not be used after that", e);
        }
    }

    private synchronized Chunks learnAlone(int chunk) {
        Chunks now = chunks;
        if (now.view(chunk) != null) {
            return now;
        }
        if (chunk >= now.views.length || 2 * (now.granulesUsed + granulesPerChunk) > now.granules.length) {
            now = enlarged(now, chunk + 1);
        }
        long address = store.hasAddresses() ? store.chunkAddress(chunk) : 0;
        now.add(chunk, store.chunk(chunk), address, granuleShift, chunkBytes);
        chunks = now;
        return now;
    }

    /** Lets go of a chunk's blocks and views. All of them are free, and with nobody. */
    synchronized void forget(int chunk) {
        for (int i = 0; i < blocksPerChunk; i++) {
            int number = chunk * blocksPerChunk + i;
            int segment = number >>> SEGMENT_SHIFT;
            if (number < 0 || segment >= segments.length) {
                break; /* the last chunk is used in part */
            }
            if (segments[segment] != null && (number & SEGMENT_MASK) < segments[segment].length) {
                segments[segment][number & SEGMENT_MASK] = null;
            }
        }
        chunks.remove(chunk);
    }

    private Chunks enlarged(Chunks now, int chunksNeeded) {
        int length = chunksNeeded > now.views.length ? Math.max(chunksNeeded, 2 * now.views.length) : now.views.length;
        int granules = now.granules.length;
        while (granules < 4L * granulesPerChunk * length) {
            granules *= 2;
        }
        Chunks larger = new Chunks(length, granules);
        for (int i = 0; i < now.views.length; i++) {
            ByteBuffer view = now.view(i);
            if (view != null) {
                larger.add(i, view, now.addresses[i], granuleShift, chunkBytes);
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
            int chunk = now.chunkOfGranule[slot];
            if (now.granules[slot] == granule && address - now.addresses[chunk] < chunkBytes) {
                Block block = startingAt(chunk, address - now.addresses[chunk]);
                if (block != null && block.address() == address) { /* not if the chunk just went and came back elsewhere */
                    return block;
                }
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
