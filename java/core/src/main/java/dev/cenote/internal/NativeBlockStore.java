package dev.cenote.internal;

import dev.cenote.binding.NativeCalls;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.IntConsumer;

/**
 * The store of the native core, one handle of its ABI.
 * <p>Numbers cross in a small window of native memory that each {@link BlockStore.Exchange} owns, so a call passes
 * integers only.
 */
public final class NativeBlockStore implements BlockStore {

    private static final int THIS_NODE = -1;
    private static final long WINDOW_BYTES = 128 * Integer.BYTES; /* two line pairs: no two windows share one */
    private static final long WINDOW_ALIGN = 128;
    private static final int SHAPE = 6;
    private static final Cleaner CLEANER = Cleaner.create();

    private final NativeCalls natives;
    private final long handle;
    private final Report report;
    private final long[] shape;

    /**
     * Opens a pool of the native core.
     *
     * @param natives the loaded library
     * @param options checked options
     * @throws StoreOpenException if the core refuses; nothing is left behind
     */
    public NativeBlockStore(NativeCalls natives, StoreOptions options) throws StoreOpenException {
        this.natives = natives;
        Roaming.enable(natives);
        int flags = (options.prefault() ? NativeCalls.PREFAULT : 0)
            | (options.hugePages() ? NativeCalls.HUGE_PAGES : 0)
            | (options.purgeLazy() ? NativeCalls.PURGE_LAZY : 0)
            | (options.packed() ? NativeCalls.PACKED : 0)
            | (options.onDemand() ? NativeCalls.ON_DEMAND : 0)
            | NativeCalls.KEEP_ADDRESSES;
        byte[] path = options.file() == null ? null
            : (options.file().toString() + '\0').getBytes(StandardCharsets.UTF_8);
        this.report = new Report(natives, buckets(natives));
        CLEANER.register(this, report);
        long pathAddress = path == null ? 0 : allocate(path.length, 1);
        try {
            if (path != null) {
                natives.view(pathAddress, path.length).put(path);
            }
            long opened = natives.poolOpen(options.blockBytes(), options.initialBytes(), options.maximumBytes(),
                options.chunkBytes(), options.magazineBlocks(), options.numa(), options.node(), flags,
                options.retainedBytes(), options.retainNanos(), pathAddress);
            if (opened < 0) {
                throw new StoreOpenException(StoreCode.of(opened));
            }
            this.handle = opened;
        } finally {
            if (path != null) {
                natives.free(THIS_NODE, pathAddress, path.length, 1);
            }
        }
        this.shape = longs(SHAPE, (address, count) -> natives.poolShape(handle, address, count));
    }

    @FunctionalInterface
    private interface Filler {
        int fill(long address, int count);
    }

    private long allocate(long bytes, long align) throws StoreOpenException {
        long address = natives.allocate(THIS_NODE, bytes, align, 0);
        if (address < 0) {
            throw new StoreOpenException(StoreCode.of(address));
        }
        return address;
    }

    private static int buckets(NativeCalls natives) {
        int buckets = 0;
        while (natives.histogramFloor(buckets) >= 0) {
            buckets++;
        }
        return buckets;
    }

    /**
     * Native memory into which the core writes what it reports. Made when the pool is opened, since reports are wanted most
     * when memory has run out. Runs when the store has gone.
     */
    private static final class Report implements Runnable {
        private final NativeCalls natives;
        private final long address;
        private final long bytes;
        private final LongBuffer view;

        Report(NativeCalls natives, int buckets) throws StoreOpenException {
            this.natives = natives;
            this.bytes = (long) Math.max(buckets, Math.max(SHAPE, StoreCounter.COUNT)) * Long.BYTES;
            this.address = natives.allocate(THIS_NODE, bytes, Long.BYTES, 0);
            if (address < 0) {
                throw new StoreOpenException(StoreCode.of(address));
            }
            this.view = natives.view(address, bytes).order(ByteOrder.nativeOrder()).asLongBuffer();
        }

        synchronized long[] longs(int count, Filler filler) {
            int filled = filler.fill(address, count);
            if (filled < 0) {
                throw new IllegalStateException("the native core answered " + StoreCode.of(filled));
            }
            long[] values = new long[Math.min(filled, count)];
            view.get(0, values);
            return values;
        }

        @Override
        public void run() {
            natives.free(THIS_NODE, address, bytes, Long.BYTES);
        }
    }

    private long[] longs(int count, Filler filler) {
        return report.longs(count, filler);
    }

    /** One thread's window. */
    private final class Window implements Exchange {
        private final long address;
        private final IntBuffer view;
        private final Cleaner.Cleanable memory;

        Window() {
            address = natives.allocate(THIS_NODE, WINDOW_BYTES, WINDOW_ALIGN, 0);
            if (address < 0) {
                throw new OutOfNativeMemoryException(WINDOW_BYTES, StoreCode.of(address));
            }
            view = natives.view(address, WINDOW_BYTES).order(ByteOrder.nativeOrder()).asIntBuffer();
            NativeCalls calls = natives; /* the action must not hold the window */
            long memoryAddress = address;
            memory = CLEANER.register(this, () -> calls.free(THIS_NODE, memoryAddress, WINDOW_BYTES, WINDOW_ALIGN));
        }

        @Override
        public int get(int[] into, int from, int want) {
            int taken = natives.magazineGet(handle, address, want);
            if (taken > 0) {
                view.get(0, into, from, taken);
            }
            return taken;
        }

        @Override
        public int put(int[] blocks, int from, int count) {
            view.put(0, blocks, from, count);
            return natives.magazinePut(handle, address, count);
        }

        @Override
        public void close() {
            memory.clean();
        }
    }

    @Override
    public Exchange open() {
        return new Window();
    }

    @Override
    public int stride() {
        return (int) shape[0];
    }

    @Override
    public long chunkBytes() {
        return shape[1];
    }

    @Override
    public int blocksPerChunk() {
        return (int) shape[2];
    }

    @Override
    public int magazineBlocks() {
        return (int) shape[3];
    }

    @Override
    public int blocksMax() {
        return (int) shape[4];
    }

    @Override
    public ByteBuffer chunk(int chunk) {
        return natives.view(chunkAddress(chunk), Math.min(chunkBytes(), Integer.MAX_VALUE))
            .order(ByteOrder.nativeOrder());
    }

    @Override
    public long chunkAddress(int chunk) {
        long base = natives.poolChunkBase(handle, chunk);
        if (base < 0) {
            throw new IllegalStateException("chunk " + chunk + " of a native pool: " + StoreCode.of(base));
        }
        return base;
    }

    @Override
    public boolean hasAddresses() {
        return true;
    }

    @Override
    public NativeCalls natives() {
        return natives;
    }

    @Override
    public long trim(long keepBytes) {
        long bytes = natives.poolTrim(handle, keepBytes);
        return bytes == StoreCode.BUSY.value() ? bytes : Math.max(0, bytes); /* closed and destroyed meanwhile: nothing to trim */
    }

    @Override
    public void onRetire(IntConsumer forget) {
        /* a retired chunk keeps its address; its blocks and views stay good */
    }

    @Override
    public void freeze() {
        natives.poolFreeze(handle);
    }

    @Override
    public void thaw() {
        natives.poolThaw(handle);
    }

    @Override
    public long[] counters() {
        return longs(StoreCounter.COUNT, (address, count) -> natives.poolStats(handle, address, count));
    }

    @Override
    public long[] growthLatencies() {
        return longs(buckets(natives), (address, count) -> natives.poolHistogram(handle, address, count));
    }

    @Override
    public long latencyFloor(int bucket) {
        return natives.histogramFloor(bucket);
    }

    @Override
    public long residentBytes() {
        return natives.poolResident(handle);
    }

    @Override
    public void upkeep(long nowNanos) {
        /* the core has a thread of its own */
    }

    @Override
    public void close() {
        natives.poolClose(handle);
    }

    @Override
    public void destroy() {
        natives.poolDestroy(handle);
    }
}
