package dev.cenote;

import dev.cenote.internal.BlockStore;
import dev.cenote.internal.BudgetedStore;
import dev.cenote.internal.SharedBudget;
import dev.cenote.internal.StoreCode;
import dev.cenote.internal.StoreOpenException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Off-heap memory of any size: a pool of blocks for each size class, opened when the size is first asked for, and memory
 * of their own for larger pieces. One bound holds for all together.
 * <p>Sizes go in 16-byte steps to 128 bytes and in eight steps per doubling above, so that at most a ninth of a block is
 * rounding. Above {@link SizedPoolBuilder#largestPooledBytes} each piece is mapped by general allocation.
 * <p>Any thread may call any method, virtual ones included; a block may be given back by another thread than took it.
 * Taking and giving back costs what {@link BlockPool} costs, and the arithmetic of the class. Close the pool, and keep it
 * reachable while its memory is in use.
 */
public final class SizedPool implements AutoCloseable {

    private static final VarHandle POOL = MethodHandles.arrayElementVarHandle(BlockPool[].class);
    private static final int NATURAL_ALIGNMENT = SizeClasses.STEP;
    private static final int SMALL_LOG = 13; /* of SmallSizes.BYTES_MAX */
    private static final long BYTES_MAX = 1L << 46;
    private static final long PAGE = 4096;
    private static final long LINE = 64;

    private final SizedPoolBuilder.Plan plan;
    private final SharedBudget budget;
    private final Backend backend;
    private final LargePieces large;
    /** The largest alignment that blocks have whose size is a multiple of it: chunks begin on it. */
    private final long chunkAlignment;
    /** By class; null until used. Elements are set once, under the lock. */
    private final @Nullable BlockPool[] pools;
    private final int lastClass;
    /** Of slabs; and large blocks say that they belong to it. */
    private final BlockPool host;
    private final BlockStore slabStore;
    private final SmallSizes small;
    private final boolean addresses;
    private volatile boolean closed;

    SizedPool(SizedPoolBuilder.Plan plan) {
        this.plan = plan;
        this.budget = new SharedBudget(plan.maximumBytes(), new Collecting(this));
        this.lastClass = plan.lastClass();
        this.pools = new BlockPool[lastClass + 1];
        /* What stands on the slabs relies on these checks. */
        Opened first = open(plan.pool("slabs", Slab.BYTES, plan.backend()).checks(Checks.BASIC));
        this.host = first.pool;
        this.slabStore = first.store;
        this.backend = host.backend();
        this.chunkAlignment = backend == Backend.JAVA ? LINE : PAGE;
        this.large = new LargePieces(budget, first.store.natives());
        large.watch(host);
        this.small = new SmallSizes(plan.name(), host, plan.retainFor().toNanos());
        this.addresses = first.store.hasAddresses();
        host.accompany(new BlockPool.Companion() {
            @Override
            public boolean takeLarge(Block block) {
                return large.take(block);
            }

            @Override
            public boolean upkeep(long nowNanos) {
                return small.upkeep(nowNanos);
            }
        });
    }

    /** Does not keep the pool: the stores, which wait for its end, know the budget. */
    private static final class Collecting implements SharedBudget.Reclaim {
        private final WeakReference<SizedPool> pool;

        Collecting(SizedPool pool) {
            this.pool = new WeakReference<>(pool);
        }

        @Override
        public void idle() {
            SizedPool found = pool.get();
            if (found != null) {
                found.collect();
            }
        }

        @Override
        public boolean unused(@Nullable BlockStore asking) {
            SizedPool found = pool.get();
            return found == null || found.collectUnused(asking);
        }
    }

    private record Opened(BlockPool pool, BlockStore store) {
    }

    private Opened open(BlockPoolBuilder builder) {
        try {
            Backends.Opened opened = builder.openStore();
            BlockStore store = new BudgetedStore(opened.store(), budget);
            return new Opened(BlockPool.open(builder, new Backends.Opened(opened.backend(), store)), store);
        } catch (StoreOpenException e) {
            throw PoolTexts.openFailed(builder, e.code());
        }
    }

    /** {@return a builder with the defaults} */
    public static SizedPoolBuilder builder() {
        return new SizedPoolBuilder();
    }

    /**
     * Takes a block of at least so many bytes; its contents are undefined.
     * <p>Wait-free while this thread's magazine of that size holds one; above the largest pooled size, a system's mapping.
     * The caller owns the block until it is {@link #put} or {@link Block#close() closed}, once, by any thread.
     *
     * @param bytes 1 to 2^31-1
     * @return a block whose {@link Block#bytes()} is what {@link #classBytes} says
     * @throws IllegalArgumentException if bytes is out of its range
     * @throws PoolExhaustedException if the pool is at its limit, or the system has no memory
     * @throws PoolClosedException if the pool is closed
     */
    public Block get(long bytes) {
        if (bytes > 0) {
            int index = SizeClasses.of(bytes);
            if (index <= lastClass) {
                BlockPool pool = (BlockPool) POOL.getAcquire(pools, index); /* pairs with openClass */
                if (pool != null) {
                    try {
                        return pool.get();
                    } catch (PoolExhaustedException e) {
                        throw exhausted(bytes, e);
                    }
                }
            }
        }
        return getSlowly(bytes, NATURAL_ALIGNMENT);
    }

    /**
     * Takes a block whose address is a multiple of an alignment.
     *
     * @param bytes 1 to 2^31-1
     * @param alignment a power of two, at most 2^30
     * @return a block; {@link Block#bytes()} may be more than for the same size unaligned
     * @see #get(long)
     */
    public Block get(long bytes, long alignment) {
        checkAlignment(alignment);
        return alignment <= NATURAL_ALIGNMENT ? get(bytes) : getSlowly(bytes, alignment);
    }

    private Block getSlowly(long bytes, long alignment) {
        checkBytes(bytes, LargePieces.BUFFER_BYTES_MAX);
        int index = classOf(bytes, alignment);
        try {
            return index < 0 ? large.block(host(), (int) bytes, alignment) : poolOf(index).get();
        } catch (LargePieces.Refusal e) {
            throw exhausted(bytes, e.code);
        } catch (PoolExhaustedException e) {
            throw exhausted(bytes, e);
        }
    }

    /**
     * Takes a block if there is one.
     *
     * @param bytes 1 to 2^31-1
     * @return a block, or null where {@link #get(long)} would throw {@link PoolExhaustedException}
     */
    public @Nullable Block tryGet(long bytes) {
        checkBytes(bytes, LargePieces.BUFFER_BYTES_MAX);
        int index = classOf(bytes, NATURAL_ALIGNMENT);
        try {
            return index < 0 ? large.block(host(), (int) bytes, NATURAL_ALIGNMENT) : poolOf(index).tryGet();
        } catch (LargePieces.Refusal e) {
            return null;
        }
    }

    /**
     * Gives a block back; the same as {@link Block#close()}, and checked to be of this pool.
     *
     * @param block a block of this pool that the caller owns
     * @throws DoublePutException if it was given back already
     * @throws ForeignEntryException if it belongs to another pool
     */
    public void put(Block block) {
        if (block == null) {
            throw new NullPointerException("pool \"" + plan.name() + "\" was given null instead of a block");
        }
        BlockPool pool = block.pool;
        int index = SizeClasses.of(block.bytes());
        if (pool != host && (index > lastClass || pool != POOL.getAcquire(pools, index))) {
            throw new ForeignEntryException("block " + block.number + " of " + block.bytes() + " bytes belongs to pool \""
                + pool.name() + "\" and was given to pool \"" + plan.name() + "\"; call close() on the block, or put it into"
                + " its own pool");
        }
        pool.put(block);
    }

    /** The class that serves a request, or -1: memory of its own. */
    private int classOf(long bytes, long alignment) {
        if (alignment > chunkAlignment) {
            return -1;
        }
        int index = alignment <= NATURAL_ALIGNMENT ? SizeClasses.of(bytes) : SizeClasses.of(bytes, alignment);
        return index <= lastClass ? index : -1;
    }

    private BlockPool poolOf(int index) {
        BlockPool pool = (BlockPool) POOL.getAcquire(pools, index); /* pairs with openClass */
        return pool != null ? pool : openClass(index);
    }

    private synchronized BlockPool openClass(int index) {
        if (closed) {
            throw closed();
        }
        BlockPool pool = pools[index];
        if (pool == null) {
            long bytes = SizeClasses.bytes(index);
            if (bytes > plan.maximumBytes()) {
                throw exhausted(bytes, StoreCode.EXHAUSTED);
            }
            pool = open(plan.pool(Long.toString(bytes), bytes, backend)).pool;
            POOL.setRelease(pools, index, pool); /* pairs with get and poolOf */
        }
        return pool;
    }

    private BlockPool host() {
        if (closed) {
            throw closed();
        }
        return host;
    }

    private void checkBytes(long bytes, long most) {
        if (bytes <= 0 || bytes > most) {
            throw new IllegalArgumentException("pool \"" + plan.name() + "\" was asked for " + bytes
                + " bytes; ask for 1 to " + most);
        }
    }

    private void checkAlignment(long alignment) {
        if (alignment <= 0 || (alignment & (alignment - 1)) != 0 || alignment > 1 << 30) {
            throw new IllegalArgumentException("pool \"" + plan.name() + "\" was asked for memory aligned to " + alignment
                + "; an alignment is a power of two from 1 to 2^30");
        }
    }

    /**
     * Takes a piece by its address, for code that wants no objects; its contents are undefined.
     * <p>Up to 8 KiB: wait-free while this thread's magazine of that size holds one, without an object, a lock or a
     * call. Above: as {@link BlockPool#getAddress()}, and beyond the largest pooled size a system's mapping. The caller
     * owns the piece until it is {@link #free freed} with the same bytes, once, by any thread.
     *
     * @param bytes 1 or more
     * @return the address, a multiple of 16, never 0
     * @throws IllegalArgumentException if bytes is not positive
     * @throws PoolExhaustedException if the pool is at its limit, or the system has no memory
     * @throws PoolClosedException if the pool is closed
     * @throws UnsupportedOperationException on the {@link Backend#JAVA} backend of a JDK before 22
     */
    public long allocate(long bytes) {
        if (bytes - 1 >>> SMALL_LOG == 0 && addresses) {
            try {
                return small.allocate(SizeClasses.ofSmall((int) bytes), bytes);
            } catch (PoolExhaustedException e) {
                throw exhausted(bytes, e);
            }
        }
        return allocateSlowly(bytes, NATURAL_ALIGNMENT, false);
    }

    /**
     * Takes a piece whose address is a multiple of an alignment.
     *
     * @param bytes 1 or more
     * @param alignment a power of two, at most 2^30
     * @return the address; free it with the same bytes and alignment
     * @see #allocate(long)
     */
    public long allocate(long bytes, long alignment) {
        checkAlignment(alignment);
        return alignment <= NATURAL_ALIGNMENT ? allocate(bytes) : allocateSlowly(bytes, alignment, false);
    }

    /**
     * Takes a piece that holds zeros.
     *
     * @param bytes 1 or more
     * @return the address
     * @see #allocate(long)
     */
    public long allocateZeroed(long bytes) {
        return allocateSlowly(bytes, NATURAL_ALIGNMENT, true);
    }

    private long allocateSlowly(long bytes, long alignment, boolean zeroed) {
        checkAddresses();
        checkBytes(bytes, BYTES_MAX);
        int index = classOf(bytes, alignment);
        try {
            if (index < 0) {
                return allocateLarge(bytes, alignment, zeroed);
            }
            if (index < SmallSizes.CLASSES) {
                long address = small.allocate(index, bytes);
                if (zeroed) {
                    small.zero(address, bytes);
                }
                return address;
            }
            Block block = poolOf(index).get();
            if (zeroed) {
                Slab.zero(block.buffer(), 0, (int) bytes);
            }
            return block.address();
        } catch (PoolExhaustedException e) {
            throw exhausted(bytes, e);
        }
    }

    private long allocateLarge(long bytes, long alignment, boolean zeroed) {
        host();
        try {
            return large.address(bytes, alignment, zeroed);
        } catch (LargePieces.Refusal e) {
            throw exhausted(bytes, e.code);
        }
    }

    /**
     * Gives a piece back by its address. Any thread; what another thread took goes back to that thread.
     *
     * @param address what {@link #allocate(long)} or {@link #allocateZeroed} gave
     * @param bytes what it was asked for
     * @throws DoublePutException if it was freed already
     * @throws ForeignEntryException if no such piece starts there; nothing is done then
     */
    public void free(long address, long bytes) {
        if (bytes - 1 >>> SMALL_LOG == 0) {
            small.free(SizeClasses.ofSmall((int) bytes), address);
        } else {
            freeSlowly(address, bytes, NATURAL_ALIGNMENT);
        }
    }

    /**
     * Gives an aligned piece back by its address.
     *
     * @param address what {@link #allocate(long, long)} gave
     * @param bytes what it was asked for
     * @param alignment what it was asked for
     * @see #free(long, long)
     */
    public void free(long address, long bytes, long alignment) {
        checkAlignment(alignment);
        if (alignment <= NATURAL_ALIGNMENT) {
            free(address, bytes);
        } else {
            freeSlowly(address, bytes, alignment);
        }
    }

    private void freeSlowly(long address, long bytes, long alignment) {
        checkAddresses();
        checkBytes(bytes, BYTES_MAX);
        int index = classOf(bytes, alignment);
        if (index >= 0 && index < SmallSizes.CLASSES) {
            small.free(index, address);
            return;
        }
        BlockPool pool = index < 0 ? null : (BlockPool) POOL.getAcquire(pools, index); /* pairs with openClass */
        if (pool != null) {
            pool.putAddress(address);
        } else if (index >= 0 || !large.free(address, bytes, alignment)) {
            throw new ForeignEntryException("no piece of " + bytes + " bytes" + (alignment > NATURAL_ALIGNMENT
                ? " aligned to " + alignment : "") + " of pool \"" + plan.name() + "\" starts at address 0x"
                + Long.toHexString(address) + "; free what allocate gave, once, with the bytes it was asked for");
        }
    }

    private void checkAddresses() {
        if (!addresses) {
            throw new UnsupportedOperationException("pool \"" + plan.name() + "\" runs on the java backend, which knows no"
                + " addresses before JDK 22; use get(bytes)");
        }
    }

    /**
     * {@return what a request of so many bytes really gets}
     *
     * @param bytes 1 or more
     */
    public long classBytes(long bytes) {
        checkBytes(bytes, Long.MAX_VALUE);
        int index = classOf(bytes, NATURAL_ALIGNMENT);
        return index < 0 ? bytes : SizeClasses.bytes(index);
    }

    /** {@return its name, for logs, metrics and exceptions} */
    public String name() {
        return plan.name();
    }

    /** {@return the bound of all memory in service} */
    public long maximumBytes() {
        return plan.maximumBytes();
    }

    /** {@return what it runs on; never {@link Backend#AUTO}} */
    public Backend backend() {
        return backend;
    }

    /** {@return true once {@link #close()} was called} */
    public boolean isClosed() {
        return closed;
    }

    /**
     * Gives idle memory of every size back now, as {@link BlockPool#trim()} does for one.
     *
     * @return the bytes taken out of service
     */
    public long trim() {
        small.trim();
        long bytes = host.trim();
        for (BlockPool pool : opened()) {
            bytes += pool.trim();
        }
        return bytes;
    }

    /** Brings idle blocks to the depots; neither blocks nor grows, see {@link SharedBudget}. */
    private void collect() {
        for (BlockPool pool : opened()) {
            pool.collectMine();
            pool.collect();
        }
    }

    /** Brings what live threads have and do not use there too; neither blocks nor grows. Costs looks at stacks. False: not from slabs. */
    private boolean collectUnused(@Nullable BlockStore asking) {
        boolean everywhere = asking != slabStore;
        if (everywhere) { /* else slabs would be put into the magazines that they are about to come to; SmallSizes sees to it */
            small.trimOthers();
            host.collectMine();
        }
        host.collectUnused();
        for (BlockPool pool : opened()) {
            pool.collectUnused();
        }
        return everywhere;
    }

    private List<BlockPool> opened() {
        List<BlockPool> opened = new ArrayList<>();
        for (int i = 0; i <= lastClass; i++) {
            BlockPool pool = (BlockPool) POOL.getAcquire(pools, i); /* pairs with openClass */
            if (pool != null) {
                opened.add(pool);
            }
        }
        return opened;
    }

    /**
     * Closes the pool: refuses requests from now on, and releases memory as its last users give it back. Idempotent; never
     * unmaps what is in use.
     */
    @Override
    public void close() {
        synchronized (this) {
            closed = true; /* no class is opened after this */
        }
        small.close();
        for (BlockPool pool : opened()) {
            pool.close();
        }
        host.close();
    }

    /**
     * Tells what the pool holds and has done. Costs the pool's users nothing.
     *
     * @return numbers of this moment
     */
    public SizedPoolStats stats() {
        List<SizedPoolStats.SizeClassStats> classes = new ArrayList<>();
        BlockPoolStats slabs = host.stats();
        long inUse = large.bytesOut();
        long free = slabs.bytesFree();
        long reserved = budget.largeBytes() + slabs.bytesReserved();
        SmallSizes.Sums[] sums = small.sums();
        for (int index = 0; index <= lastClass; index++) {
            BlockPool pool = (BlockPool) POOL.getAcquire(pools, index); /* pairs with openClass */
            BlockPoolStats blocks = pool == null ? null : pool.stats();
            SmallSizes.Sums pieces = index < sums.length ? sums[index] : new SmallSizes.Sums(index, 0, 0, 0, 0, 0);
            if (blocks != null || pieces.sampled() != 0) {
                SizedPoolStats.SizeClassStats each = SizedPoolStats.SizeClassStats.of(pieces, blocks);
                classes.add(each);
                inUse += each.bytesInUse();
                free += each.bytesFree();
                reserved += blocks == null ? 0 : blocks.bytesReserved();
            }
        }
        return new SizedPoolStats(plan.name(), plan.maximumBytes(), inUse, free, reserved, budget.committedBytes(),
            large.out(), large.bytesOut(), large.gets(), slabs, classes);
    }

    @Override
    public String toString() {
        return "SizedPool \"" + plan.name() + "\", at most " + plan.maximumBytes() + " bytes, " + backend
            + (closed ? ", closed" : "");
    }

    /** The slabs agree with themselves. Only while no other thread uses the pool. */
    boolean isValid() {
        return small.isValid();
    }

    private PoolClosedException closed() {
        return new PoolClosedException("pool \"" + plan.name() + "\" is closed; open another one");
    }

    private PoolExhaustedException exhausted(long bytes, PoolExhaustedException cause) {
        PoolExhaustedException told = new PoolExhaustedException(text(bytes) + ": " + cause.getMessage());
        told.initCause(cause);
        return told;
    }

    private PoolExhaustedException exhausted(long bytes, StoreCode code) {
        return new PoolExhaustedException(text(bytes) + ": " + switch (code) {
            case EXHAUSTED -> "they do not fit under its maximum. Give memory back, or raise maximumBytes";
            case ENOMEM -> "the system refused memory. Free memory, check "
                + (backend == Backend.JAVA ? "-XX:MaxDirectMemorySize, " : "") + "ulimit -v and vm.max_map_count";
            case BUDGET -> "they would come too near to the container's memory limit, where the kernel kills. Lower"
                + " maximumBytes or raise the container's limit";
            case BUSY -> "others have been growing it for over a second. The system maps memory very slowly";
            default -> "the system answered " + code;
        });
    }

    private String text(long bytes) {
        return "pool \"" + plan.name() + "\" has no " + bytes + " bytes left (" + budget.committedBytes() + " of "
            + plan.maximumBytes() + " bytes in service, " + large.out() + " large pieces out)";
    }
}
