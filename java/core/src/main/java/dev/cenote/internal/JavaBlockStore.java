package dev.cenote.internal;

import java.nio.ByteBuffer;
import java.util.function.IntConsumer;

/**
 * The store in pure Java: chunks are direct buffers, the depot a pair of lock-free stacks of 64-bit words. For
 * platforms without the native core, and as the baseline of comparisons.
 * <p>Sizes, limits, growth and counters follow the native core. What differs, and why, is in
 * {@code docs/decisions/0008-java-backend.md}:
 * <ul>
 * <li>memory of a retired chunk goes back to the system when the garbage collector finds its buffers unreachable, not at
 * once; a chunk in service again has new memory at another address;</li>
 * <li>every chunk is zeroed by the JDK when it is allocated, so {@code prefault} is always on; huge pages, purge modes
 * and NUMA policies have no effect, and files cannot back it;</li>
 * <li>memory comes out of {@code -XX:MaxDirectMemorySize}. At that limit the JDK asks for garbage collections for up to
 * half a second before it refuses; the refusal is the code ENOMEM, never an {@code OutOfMemoryError};</li>
 * <li>addresses can be told from JDK 22 on.</li>
 * </ul>
 */
public final class JavaBlockStore implements BlockStore {

    private static final long WAIT_NANOS_MAX = 20_000; /* for another thread's growth, before the caller is told BUSY */
    private static final int SPINS = 32;

    private final JavaShape shape;
    private final JavaCounters counters = new JavaCounters();
    private final JavaHistogram growthNanos = new JavaHistogram();
    private final JavaGrowth growth = new JavaGrowth();
    private final JavaDepot depot;
    private final JavaCarve carve;
    private final JavaChunks chunks;
    private final JavaTrim trim;
    private final JavaSpares spares;
    private final long retainedBytes;
    private final long retainNanos;
    private final Depositor depositor = new Depositor();
    private volatile boolean released;
    /* upkeep's own, guarded by this */
    private long periodBegan = System.nanoTime();
    private long growthsSeen;
    private long exchangesSeen;

    /**
     * Opens a store.
     *
     * @param options checked options
     * @throws StoreOpenException EINVAL, ENOTSUP for a file, ENOMEM when there is no memory for the initial bytes
     */
    public JavaBlockStore(StoreOptions options) throws StoreOpenException {
        if (options.file() != null) {
            throw new StoreOpenException(StoreCode.ENOTSUP);
        }
        this.shape = JavaShape.of(options);
        this.depot = new JavaDepot(shape.magazineBlocks(), counters);
        this.carve = new JavaCarve(shape);
        this.chunks = new JavaChunks(shape);
        this.trim = new JavaTrim(shape, depot, carve, chunks, counters);
        this.spares = new JavaSpares(options.onDemand(), counters);
        this.retainedBytes = options.retainedBytes();
        this.retainNanos = options.retainNanos();
        for (int i = 0; i < shape.initialChunks(); i++) {
            int code = makeSpareAhead();
            if (code != 0) {
                throw new StoreOpenException(StoreCode.of(code));
            }
        }
    }

    /** The way into the depot; it keeps nothing of its own, so all threads share one. */
    private final class Depositor implements Exchange {

        @Override
        public int get(int[] into, int from, int want) {
            if (want <= 0) {
                return StoreCode.EINVAL.value();
            }
            if (growth.isClosed()) {
                return StoreCode.CLOSED.value();
            }
            int taken = getOnce(into, from, Math.min(want, 2 * shape.magazineBlocks()));
            if (taken > 0) {
                counters.add(StoreCounter.BLOCKS_OUT, taken);
                counters.add(StoreCounter.EXCHANGES, 1);
            }
            return taken;
        }

        @Override
        public int put(int[] blocks, int from, int count) {
            if (count <= 0 || count > shape.magazineBlocks()) {
                return StoreCode.EINVAL.value();
            }
            for (int i = from; i < from + count; i++) {
                if (!isCarved(blocks[i])) {
                    return StoreCode.BADBLOCK.value();
                }
            }
            if (!depot.put(blocks, from, count)) {
                return StoreCode.ENOMEM.value();
            }
            counters.add(StoreCounter.BLOCKS_IN, count);
            counters.add(StoreCounter.EXCHANGES, 1);
            return 0;
        }

        @Override
        public void close() {
            /* nothing of its own */
        }
    }

    /** False for a number that nobody can have got. */
    private boolean isCarved(int block) {
        if (block < 0 || block >= shape.blocksMax() || block / shape.blocksPerChunk() >= chunks.published()) {
            return false;
        }
        long cursor = carve.cursor();
        return cursor == JavaCarve.NONE || JavaCarve.chunk(cursor) != block / shape.blocksPerChunk()
            || JavaCarve.slot(cursor) > block % shape.blocksPerChunk();
    }

    private int getOnce(int[] into, int from, int want) {
        for (;;) {
            int turns = trim.turns();
            int taken = getStocked(into, from, want);
            if (taken != 0) {
                return taken;
            }
            int code = trim.isDetached() ? StoreCode.BUSY.value() : grow();
            if (code == 0) {
                continue;
            }
            if (trim.heldSome(turns)) {
                code = StoreCode.BUSY.value(); /* what seemed to be missing was with the trimmer */
            }
            taken = code == StoreCode.BUSY.value() ? getWaiting(into, from, want) : getStocked(into, from, want);
            return taken != 0 ? taken : code;
        }
    }

    private int getStocked(int[] into, int from, int want) {
        int taken = depot.get(into, from, want);
        if (taken == 0) {
            taken = carve.take(into, from, want);
            if (taken != 0) {
                counters.add(StoreCounter.BLOCKS_CARVED, taken);
            }
        }
        return taken;
    }

    /** Waits for the thread that grows, or for the trimmer to give the hot part back; both are soon done. */
    private int getWaiting(int[] into, int from, int want) {
        counters.add(StoreCounter.GROWTH_WAITS, 1);
        long began = System.nanoTime();
        do {
            for (int i = 0; i < SPINS; i++) {
                Thread.onSpinWait();
            }
            int taken = getStocked(into, from, want);
            if (taken != 0) {
                return taken;
            }
        } while (System.nanoTime() - began < WAIT_NANOS_MAX);
        return 0;
    }

    private int grow() {
        int admitted = growth.admit();
        if (admitted != 0) {
            if (admitted == StoreCode.BUSY.value()) {
                counters.add(StoreCounter.GROWTH_REFUSALS, 1);
            }
            return admitted;
        }
        long began = System.nanoTime();
        boolean published = false;
        int code = 0;
        try {
            if (carve.left() == 0) { /* else the thread before did it */
                code = publish();
                published = code == 0;
            }
        } finally {
            growth.leave(); /* on every path */
            endIfReleased();
        }
        long nanos = System.nanoTime() - began;
        if (code == StoreCode.BUSY.value()) {
            counters.add(StoreCounter.GROWTH_REFUSALS, 1);
        } else if (code != 0) {
            if (code != StoreCode.EXHAUSTED.value()) { /* a pool at its maximum works as it should */
                counters.add(StoreCounter.GROWTHS_FAILED, 1);
            }
        } else if (published) {
            counters.add(StoreCounter.GROWTH_NANOS, nanos);
            counters.raise(StoreCounter.GROWTH_NANOS_MAX, nanos);
            growthNanos.add(nanos);
        }
        return code;
    }

    /** Publishes one more chunk. Only the admitted thread. */
    private int publish() {
        int chunk = chunks.takeSpare();
        boolean spare = chunk != JavaChunks.NONE;
        while (chunk == JavaChunks.NONE) {
            int code = chunks.makeSpare();
            chunk = chunks.takeSpare(); /* also when refused: upkeep may have made one with the last number */
            if (chunk == JavaChunks.NONE && code != 0) {
                return code;
            }
        }
        if (spare) {
            counters.add(StoreCounter.GROWTHS_SPARE, 1);
        } else {
            counters.add(StoreCounter.SPARE_MISSES, 1);
            spares.miss();
        }
        carve.publish(chunk);
        counters.add(StoreCounter.GROWTHS, 1);
        return 0;
    }

    private int makeSpareAhead() {
        int code = chunks.makeSpare();
        if (code == 0) {
            counters.add(StoreCounter.BYTES_POPULATED, shape.chunkBytes());
        }
        return code;
    }

    /**
     * Prepares spare chunks and gives back what was idle for too long. Called every 100 ms or so.
     *
     * @param nowNanos {@link System#nanoTime()}
     */
    @Override
    public synchronized void upkeep(long nowNanos) {
        while (growth.isOpen() && chunks.spares() < spares.wanted()) {
            if (makeSpareAhead() != 0) {
                break; /* callers meet the same refusal and report it */
            }
        }
        if (growth.isClosed()) {
            return;
        }
        if (retainNanos != 0 && nowNanos - periodBegan >= retainNanos / 2) {
            periodBegan = nowNanos;
            trim.trimSurplus(sparesKept());
        }
        trim.trimExcess(retainedBytes);
    }

    /** How many spare chunks a period's end leaves: all after growth, none when nobody came at all. */
    private int sparesKept() {
        long growths = counters.sum(StoreCounter.GROWTHS);
        long exchanges = spares.exchanges();
        boolean grew = growths != growthsSeen;
        boolean idle = exchanges == exchangesSeen;
        growthsSeen = growths;
        exchangesSeen = exchanges;
        if (grew) {
            return Integer.MAX_VALUE;
        }
        if (idle) {
            spares.sleep();
        } else {
            spares.calm();
        }
        return spares.wanted();
    }

    @Override
    public void onRetire(IntConsumer listener) {
        trim.onRetire(listener);
    }

    @Override
    public Exchange open() {
        return depositor;
    }

    @Override
    public int stride() {
        return shape.stride();
    }

    @Override
    public long chunkBytes() {
        return shape.chunkBytes();
    }

    @Override
    public int blocksPerChunk() {
        return shape.blocksPerChunk();
    }

    @Override
    public int magazineBlocks() {
        return shape.magazineBlocks();
    }

    @Override
    public int blocksMax() {
        return shape.blocksMax();
    }

    @Override
    public ByteBuffer chunk(int chunk) {
        return chunks.view(chunk);
    }

    @Override
    public long chunkAddress(int chunk) {
        return JavaBufferAddress.of(chunks.view(chunk));
    }

    @Override
    public boolean hasAddresses() {
        return JavaBufferAddress.isKnown();
    }

    @Override
    public long trim(long keepBytes) {
        spares.sleep(); /* first: upkeep would fill up again what goes */
        return trim.trim(keepBytes);
    }

    @Override
    public void freeze() {
        growth.request(JavaGrowth.Event.FREEZE);
    }

    @Override
    public void thaw() {
        growth.request(JavaGrowth.Event.THAW);
    }

    @Override
    public long[] counters() {
        long[] values = new long[StoreCounter.COUNT];
        for (StoreCounter counter : StoreCounter.values()) {
            values[counter.ordinal()] = counters.sum(counter);
        }
        long inService = (long) chunks.inService() * shape.chunkBytes();
        values[StoreCounter.CHUNKS_ACTIVE.ordinal()] = chunks.actives();
        values[StoreCounter.CHUNKS_SPARE.ordinal()] = chunks.spares();
        values[StoreCounter.CHUNKS_IDLE.ordinal()] = chunks.idles();
        values[StoreCounter.BYTES_RESERVED.ordinal()] = inService; /* an idle chunk keeps no addresses */
        values[StoreCounter.BYTES_COMMITTED.ordinal()] = inService;
        return values;
    }

    @Override
    public long[] growthLatencies() {
        return growthNanos.counts();
    }

    @Override
    public long latencyFloor(int bucket) {
        return JavaHistogram.floor(bucket);
    }

    @Override
    public long residentBytes() {
        return -1;
    }

    @Override
    public void close() {
        growth.request(JavaGrowth.Event.CLOSE);
    }

    @Override
    public void destroy() {
        if (!growth.isClosed()) {
            throw new IllegalStateException("the store is destroyed before it is closed");
        }
        released = true;
        trim.forgetAll();
        chunks.release();
        endIfReleased();
    }

    /** CLOSING to CLOSED; a thread that grows while the store is destroyed does it when it leaves. */
    private void endIfReleased() {
        if (released) {
            growth.step(JavaGrowth.State.CLOSING, JavaGrowth.Event.DONE);
        }
    }
}
