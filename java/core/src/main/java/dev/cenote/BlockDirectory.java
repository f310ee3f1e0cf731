package dev.cenote;

import dev.cenote.internal.BlockStore;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.IntConsumer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A pool's {@link Block} objects by number, its chunks' views, and the way back from an address to a number.
 * <p>A block comes into being when it is taken for the first time, under a lock, since the table may be replaced by a
 * larger one at the same moment. An element of the table is set once; so a thread may keep a table that was replaced, and
 * asks here only for what it does not find there.
 * <p>Where chunks keep their address (native core), nothing here is ever taken back. Where a chunk can come back with other
 * memory (java backend), {@link #forget} drops its blocks and views while they are with nobody; its blocks are made anew,
 * and an old {@code Block} object that somebody kept stays free for ever, so putting it is refused.
 */
final class BlockDirectory {

    /** The table begins with this length, 4 KiB of references, and doubles. */
    private static final int BLOCKS_FIRST = 1 << 10;
    /** Blocks made at most when the pool opens. */
    private static final int BLOCKS_AT_ONCE = 1 << 16;
    private static final VarHandle VIEW = MethodHandles.arrayElementVarHandle(ByteBuffer[].class);

    private final BlockPool pool;
    private final BlockStore store;
    private final int blockBytes;
    private final int stride;
    private final int blocksPerChunk;
    private final long chunkBytes;
    private final int granuleShift;
    private final int granulesPerChunk;
    private final double slotsPerByte;
    /** By number. Replaced whole, under the lock, when it grows; elements are set under the lock. */
    private volatile @Nullable Block[] blocks;
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
        this.blocks = new Block[Math.min(BLOCKS_FIRST, store.blocksMax())];
    }

    /** {@return the table of this moment; what stands in it stays} */
    @Nullable Block[] table() {
        return blocks;
    }

    /** Gives the block with a number, made if need be. Only the number's owner calls. */
    synchronized Block block(int number) {
        @Nullable Block[] table = blocks;
        if (number >= table.length) {
            table = Arrays.copyOf(table, (int) Math.min(store.blocksMax(), Math.max(number + 1L, 2L * table.length)));
            blocks = table;
        }
        Block block = table[number];
        if (block == null) {
            block = make(number);
            table[number] = block;
        }
        return block;
    }

    /**
     * Makes the blocks of numbers that were cut from their chunk just now, so that taking them for the first time costs no
     * more than taking them again. Seen by the newest of them; for others there is {@link #block}.
     */
    void prepare(int[] numbers, int from, int count) {
        @Nullable Block[] table = blocks;
        int newest = numbers[from + count - 1];
        if (newest < table.length && table[newest] != null) {
            return;
        }
        synchronized (this) {
            for (int i = from; i < from + count; i++) {
                block(numbers[i]);
            }
        }
    }

    /**
     * Moves the states of free blocks to the calling thread's processor, many at a time. Each was written last by the thread
     * that put it; a get that came upon that by itself would wait for its line, and then once more to write to it. Only the
     * numbers' owner calls.
     */
    void fetch(int[] numbers, int from, int count) {
        @Nullable Block[] table = blocks;
        for (int i = from + count - 1; i >= from; i--) { /* in the order in which they are taken */
            int number = numbers[i];
            Block block = number < table.length ? table[number] : null;
            if (block != null && block.state == Block.FREE) { /* else one of its two places was used, see LocalBlockPool */
                block.state = Block.FREE; /* the same value: the store brings the line for writing */
            }
        }
    }

    /**
     * Makes the blocks of the memory that was prepared when the pool was opened, {@value #BLOCKS_AT_ONCE} of them at most, so
     * that the first gets make no objects.
     */
    void prepareFirst(long bytes) {
        int count = (int) Math.min(bytes / chunkBytes * blocksPerChunk, Math.min(BLOCKS_AT_ONCE, store.blocksMax()));
        for (int number = 0; number < count; number++) {
            block(number);
        }
    }

    private Block make(int number) {
        int chunk = number / blocksPerChunk;
        int start = number % blocksPerChunk * stride;
        Chunks now = known(chunk);
        ByteBuffer view = now.view(chunk);
        if (view == null) {
            throw new AssertionError("chunk " + chunk + " was learned and is not known");
        }
        long base = now.addresses[chunk];
        return new Block(pool, number, blockBytes, view, start, base == 0 ? 0 : base + start);
    }

    private Chunks known(int chunk) {
        Chunks now = chunks;
        return now.view(chunk) != null ? now : learn(chunk);
    }

    private Chunks learn(int chunk) {
        try {
            return learnAlone(chunk);
        } catch (IllegalStateException e) { /* only for who does not own the block, or came too late for the pool */
            throw pool.isClosed() ? PoolTexts.closed(pool) : new CenoteException("pool \"" + pool.name() + "\" gave the memory of"
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

    /** {@link #forget} for the store, which outlives a pool that was forgotten and must not keep it. */
    IntConsumer forgetter() {
        WeakReference<BlockDirectory> weak = new WeakReference<>(this);
        return chunk -> {
            BlockDirectory directory = weak.get();
            if (directory != null) {
                directory.forget(chunk);
            }
        };
    }

    /** Lets go of a chunk's blocks and views. All of them are free, and with nobody. */
    synchronized void forget(int chunk) {
        @Nullable Block[] table = blocks;
        long end = Math.min(table.length, (chunk + 1L) * blocksPerChunk);
        for (int number = chunk * blocksPerChunk; number < end; number++) {
            table[number] = null;
        }
        chunks.remove(chunk);
    }

    private Chunks enlarged(Chunks now, int chunksNeeded) {
        int length = chunksNeeded > now.views.length ? Math.max(chunksNeeded, 2 * now.views.length) : now.views.length;
        int known = 1; /* the one that is to come */
        for (int i = 0; i < now.views.length; i++) {
            known += now.view(i) != null ? 1 : 0;
        }
        int granules = now.granules.length;
        while (granules < 4L * granulesPerChunk * known) { /* a quarter full, so that as many come before the next time */
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
        @Nullable Block[] table = blocks;
        return number < table.length ? table[number] : null;
    }
}
