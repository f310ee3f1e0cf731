package dev.cenote.netty;

import dev.cenote.Block;
import dev.cenote.CenoteException;
import dev.cenote.SizedPool;
import dev.cenote.SizedPoolStats;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.CompositeByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Netty's buffers on Cenote's memory. Install it where Netty asks for an allocator:
 * <pre>{@code
 * CenoteByteBufAllocator allocator = new CenoteByteBufAllocator();
 * new ServerBootstrap().option(ChannelOption.ALLOCATOR, allocator).childOption(ChannelOption.ALLOCATOR, allocator)
 * }</pre>
 * <p>Direct buffers lie in blocks of a {@link SizedPool}, heap buffers in pooled arrays; composite buffers are
 * Netty's own, with components from here. Everything else is as Netty documents it for {@link ByteBuf}.
 * <p>Any thread may allocate and release, with or without Netty's own thread classes. A direct buffer costs no lock, call or
 * garbage while the thread's magazine serves; a heap buffer costs an uncontended lock.
 * <p>At the pool's limit an allocation throws {@link dev.cenote.PoolExhaustedException}, never {@link OutOfMemoryError}; the
 * buffer or composite that was to grow is as before.
 * <p>Netty's leak detector watches our buffers as it does its own.
 */
public final class CenoteByteBufAllocator extends AbstractByteBufAllocator
        implements ByteBufAllocatorMetricProvider, AutoCloseable {

    private static final int DEFAULT_INITIAL_CAPACITY = 256;

    private final SizedPool pool;
    private final HeapArrays arrays;
    private final boolean preferDirect;
    private final boolean freshBuffers;
    private final ByteBufAllocatorMetric metric = new Metric();

    /** Opens an allocator with the defaults of {@link #builder()}: direct buffers preferred. */
    public CenoteByteBufAllocator() {
        this(builder());
    }

    CenoteByteBufAllocator(CenoteByteBufAllocatorBuilder builder) {
        super(builder.preferDirect());
        this.preferDirect = builder.preferDirect();
        this.freshBuffers = builder.freshBuffers();
        this.arrays = new HeapArrays(this, freshBuffers);
        this.pool = builder.openPool();
    }

    /** {@return a builder with the defaults} */
    public static CenoteByteBufAllocatorBuilder builder() {
        return new CenoteByteBufAllocatorBuilder();
    }

    // --- What is handed out --------------------------------------------------------------------------------------------

    @Override
    public ByteBuf buffer() {
        return buffer(DEFAULT_INITIAL_CAPACITY);
    }

    @Override
    public ByteBuf buffer(int initialCapacity) {
        return preferDirect ? directBuffer(initialCapacity) : heapBuffer(initialCapacity);
    }

    /**
     * {@inheritDoc} Direct if direct buffers are preferred: our memory needs no {@code Unsafe}, which Netty's default makes a
     * condition.
     */
    @Override
    public ByteBuf buffer(int initialCapacity, int maxCapacity) {
        return preferDirect ? directBuffer(initialCapacity, maxCapacity) : heapBuffer(initialCapacity, maxCapacity);
    }

    @Override
    public CompositeByteBuf compositeBuffer() {
        return preferDirect ? compositeDirectBuffer() : compositeHeapBuffer();
    }

    @Override
    public CompositeByteBuf compositeBuffer(int maxNumComponents) {
        return preferDirect ? compositeDirectBuffer(maxNumComponents) : compositeHeapBuffer(maxNumComponents);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        CenoteByteBuf buffer = bufferOf(get(initialCapacity));
        buffer.begin(initialCapacity, maxCapacity);
        ByteBuf given = watched(buffer);
        if (given != buffer) {
            buffer.leaveBlock(); /* the detector reports what nobody can reach any more */
        }
        return given;
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        CenoteHeapByteBuf buffer = arrays.take(initialCapacity);
        buffer.begin(initialCapacity, maxCapacity);
        return watched(buffer);
    }

    private static ByteBuf watched(CountedByteBuf buffer) {
        try {
            return toLeakAwareBuffer(buffer);
        } catch (OutOfMemoryError e) {
            buffer.release();
            throw e;
        }
    }

    @Override
    public boolean isDirectBufferPooled() {
        return true;
    }

    // --- For the buffers -----------------------------------------------------------------------------------------------

    /** The buffer that hangs on a block, or a new one. */
    CenoteByteBuf bufferOf(Block block) {
        if (block.attachment() instanceof CenoteByteBuf buffer) {
            return buffer;
        }
        return newBufferOf(block);
    }

    private CenoteByteBuf newBufferOf(Block block) {
        try {
            return new CenoteByteBuf(this, freshBuffers, block);
        } catch (OutOfMemoryError e) {
            block.close();
            throw e;
        }
    }

    Block get(int bytes) {
        return pool.get(Math.max(bytes, 1)); /* an empty buffer has memory too: it may grow */
    }

    void put(Block block) {
        block.close();
    }

    /** A block for a buffer that shrinks; null if it may as well stay in its block. Throws nothing: shrinking must not fail. */
    @Nullable Block smaller(int bytes, int room) {
        int least = Math.max(bytes, 1);
        if (pool.classBytes(least) >= room) {
            return null;
        }
        try {
            return pool.tryGet(least);
        } catch (CenoteException e) {
            return null; /* closed, for one */
        }
    }

    HeapArrays arrays() {
        return arrays;
    }

    // --- Control -------------------------------------------------------------------------------------------------------

    /**
     * Tells what live buffers take, size classes included: of the heap the arrays, of direct memory the blocks. Exact while
     * no thread allocates or releases; costs them nothing.
     */
    @Override
    public ByteBufAllocatorMetric metric() {
        return metric;
    }

    private final class Metric implements ByteBufAllocatorMetric {
        @Override
        public long usedHeapMemory() {
            return arrays.usedBytes();
        }

        @Override
        public long usedDirectMemory() {
            return pool.stats().bytesInUse();
        }

        @Override
        public String toString() {
            return "CenoteByteBufAllocatorMetric(usedHeapMemory: " + usedHeapMemory() + "; usedDirectMemory: "
                + usedDirectMemory() + ')';
        }
    }

    /**
     * Tells what the pool of direct memory holds and has done.
     *
     * @return numbers of this moment, by size class too
     */
    public SizedPoolStats stats() {
        return pool.stats();
    }

    /**
     * Gives idle memory back now instead of after its time: free blocks to the system, idle arrays to the collector.
     *
     * @return the bytes that were taken out of service
     */
    public long trim() {
        return pool.trim() + arrays.trim();
    }

    /**
     * Refuses direct buffers from now on, growth included; those that are out stay valid and give their memory back when they
     * are released, the last one that of the whole pool. Close it after the event loops have ended. Idempotent.
     */
    @Override
    public void close() {
        pool.close();
        arrays.trim();
    }

    @Override
    public String toString() {
        return "CenoteByteBufAllocator(pool: " + pool.name() + "; directByDefault: " + preferDirect + ')';
    }
}
