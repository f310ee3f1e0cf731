package dev.cenote.internal;

/**
 * The sizes of a store, by the rules of {@code cn_block_pool.c}, so that limits are the same on every backend.
 *
 * @param stride bytes from block to block
 * @param chunkBytes bytes of a chunk
 * @param blocksPerChunk blocks in a chunk
 * @param magazineBlocks blocks in a full magazine
 * @param blocksMax blocks at most
 * @param chunksMax chunks at most
 * @param initialChunks chunks that are prepared at opening and never given back
 */
record JavaShape(int stride, long chunkBytes, int blocksPerChunk, int magazineBlocks, int blocksMax, int chunksMax,
        int initialChunks) {

    static final int MAGAZINE_MAX = 64;

    private static final int PAGE = 4096;
    private static final long CHUNK_BYTES_DEFAULT = 2L << 20;
    private static final long CHUNK_BYTES_MAX = 1L << 30;
    private static final long BLOCK_BYTES_MAX = 1L << 30;
    private static final long MAXIMUM_BYTES_MAX = 1L << 46;
    private static final long MAGAZINE_BYTES = 1L << 20; /* what a thread's magazine may hold of large blocks */

    static JavaShape of(StoreOptions options) throws StoreOpenException {
        long maximum = options.maximumBytes();
        check(options.blockBytes() >= 1 && options.blockBytes() <= BLOCK_BYTES_MAX);
        check(maximum <= MAXIMUM_BYTES_MAX && options.initialBytes() >= 0 && options.initialBytes() <= maximum);
        check(options.chunkBytes() >= 0 && options.chunkBytes() <= CHUNK_BYTES_MAX);
        check(options.magazineBlocks() >= 0 && options.magazineBlocks() <= MAGAZINE_MAX);
        long stride = roundUp(options.blockBytes(), options.blockBytes() >= 64 && !options.packed() ? 64 : 16);
        long blocksMax = maximum / stride;
        check(blocksMax >= 1 && blocksMax <= Integer.MAX_VALUE);
        long chunk = chunkBytes(options.chunkBytes(), stride, blocksMax);
        long perChunk = chunk / stride;
        long chunksMax = (blocksMax + perChunk - 1) / perChunk;
        long initial = Math.min(chunksMax, roundUp(options.initialBytes(), chunk) / chunk);
        return new JavaShape((int) stride, chunk, (int) perChunk,
            magazineBlocks(options.magazineBlocks(), stride, blocksMax), (int) blocksMax, (int) chunksMax,
            (int) initial);
    }

    private static void check(boolean holds) throws StoreOpenException {
        if (!holds) {
            throw new StoreOpenException(StoreCode.EINVAL);
        }
    }

    private static long roundUp(long value, long to) {
        return (value + to - 1) / to * to;
    }

    /** A chunk that wastes at most an eighth behind its last block, and is no larger than the whole pool. */
    private static long chunkBytes(long asked, long stride, long blocksMax) {
        long chunk = roundUp(asked == 0 ? CHUNK_BYTES_DEFAULT : asked, PAGE);
        if (chunk < stride) {
            chunk = roundUp(stride, PAGE);
        }
        long step = chunk;
        while (chunk % stride > chunk / 8 && chunk + step <= CHUNK_BYTES_MAX) {
            chunk += step;
        }
        return Math.min(chunk, roundUp(blocksMax * stride, PAGE));
    }

    /** Small enough that the pool serves several threads and that a magazine of large blocks hoards little. */
    private static int magazineBlocks(int asked, long stride, long blocksMax) {
        long blocks = asked != 0 ? asked : Math.max(4, MAGAZINE_BYTES / stride);
        return (int) Math.max(1, Math.min(Math.min(blocks, MAGAZINE_MAX), blocksMax / 16));
    }

    /** Blocks of a chunk; the last chunk may be used in part. */
    int capacity(int chunk) {
        long left = blocksMax - (long) chunk * blocksPerChunk;
        return (int) Math.max(0, Math.min(left, blocksPerChunk));
    }
}
