package dev.cenote.arrow;

import dev.cenote.Block;
import dev.cenote.CenoteException;
import dev.cenote.HugePages;
import dev.cenote.SizedPool;
import java.util.Objects;
import org.apache.arrow.memory.AllocationManager;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.ReferenceManager;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.memory.rounding.RoundingPolicy;
import org.jspecify.annotations.Nullable;

/**
 * Lets Arrow's allocators take their memory from a {@link SizedPool}.
 * <pre>{@code
 * BufferAllocator allocator = new RootAllocator(
 *     RootAllocator.configBuilder().allocationManagerFactory(CenoteAllocation.shared()).build());
 * }</pre>
 * <p>Arrow demands one default manager on the class path even so: {@code cenote-arrow-default} makes this one the default, and
 * then {@code new RootAllocator()} is enough; {@code arrow-memory-unsafe} and {@code arrow-memory-netty} will do, too.
 * <p>Everything else is Arrow's: child allocators, limits, reservations, transfer between allocators, and the exception with
 * the list of what was leaked when an allocator is closed. A leaked buffer's block stays in use, and the pool's
 * {@link SizedPool#stats() statistics} count it.
 * <p>Buffers begin at multiples of 64, as the format recommends; their contents are undefined at first. They come from and go
 * back to the calling thread's magazines; any thread may release. A piece above the pool's largest pooled size has memory of
 * its own. No buffer has more than 2^31-64 bytes.
 * <p>Any number of allocators may share one factory, and any thread may call.
 */
public final class CenoteAllocation implements AllocationManager.Factory {

    private static final long ALIGNMENT = 64;
    private static final long BYTES_MAX = Integer.MAX_VALUE + 1L - ALIGNMENT;

    private static volatile @Nullable CenoteAllocation shared;

    private final SizedPool pool;
    private final ArrowBuf empty = new ArrowBuf(ReferenceManager.NO_OP, null, 0, 0);

    private CenoteAllocation(SizedPool pool) {
        this.pool = pool;
    }

    /**
     * Uses a pool of the caller's.
     *
     * @param pool where memory comes from; it stays the caller's to close, after the allocators
     * @return a factory for {@code RootAllocator.configBuilder().allocationManagerFactory}
     * @throws UnsupportedOperationException if the pool knows no addresses: on the {@link dev.cenote.Backend#JAVA} backend
     *     of a JDK before 22
     */
    public static CenoteAllocation over(SizedPool pool) {
        try (Block probe = pool.get(ALIGNMENT)) {
            probe.address();
        }
        return new CenoteAllocation(pool);
    }

    /**
     * Uses the pool of the process, which is opened by the first call and stays open: at most
     * {@code -Dcenote.arrow.maximumBytes} (default 2^40, so that Arrow's own limits decide), pooled up to 16 MiB, in huge pages
     * where the system has them, idle memory given back after ten seconds.
     *
     * @return the same factory at every call
     * @throws UnsupportedOperationException as {@link #over}
     */
    public static CenoteAllocation shared() {
        CenoteAllocation made = shared;
        return made != null ? made : open();
    }

    private static synchronized CenoteAllocation open() {
        CenoteAllocation made = shared;
        if (made == null) {
            SizedPool pool = SizedPool.builder().name("arrow").largestPooledBytes(16 << 20).hugePages(HugePages.ADVISE)
                .maximumBytes(Long.getLong("cenote.arrow.maximumBytes", 1L << 40)).build();
            try {
                made = over(pool);
            } catch (UnsupportedOperationException e) {
                pool.close();
                throw e;
            }
            shared = made;
        }
        return made;
    }

    /**
     * Opens a root allocator on {@link #shared()}, with Arrow's defaults for all else.
     *
     * @param limitBytes what the allocator and its children may have together, as Arrow counts
     * @return a new root; the caller closes it
     */
    public static RootAllocator newRootAllocator(long limitBytes) {
        return shared().rootAllocator(limitBytes);
    }

    /**
     * Opens a root allocator on this factory, with Arrow's defaults for all else.
     *
     * @param limitBytes what the allocator and its children may have together, as Arrow counts
     * @return a new root; the caller closes it
     */
    public RootAllocator rootAllocator(long limitBytes) {
        return new RootAllocator(
            RootAllocator.configBuilder().allocationManagerFactory(this).maxAllocation(limitBytes).build());
    }

    /**
     * Gives a rounding policy by the pool's size classes, for {@code RootAllocator.configBuilder().roundingPolicy}. Arrow's
     * default rounds requests below 16 MiB up to powers of two, which is a quarter more than asked for on average; by size
     * classes it is at most an eighth, and Arrow's accounts show all that the pool spends.
     *
     * @return a policy for allocators on this factory
     */
    public RoundingPolicy roundingPolicy() {
        return bytes -> bytes > BYTES_MAX ? bytes : pool.classBytes(padded(bytes));
    }

    /** {@return the pool the memory comes from} */
    public SizedPool pool() {
        return pool;
    }

    /** Classes whose size is a multiple of 64 begin at multiples of 64. */
    private static long padded(long bytes) {
        return Math.max(bytes, 1) + (ALIGNMENT - 1) & -ALIGNMENT;
    }

    @Override
    public AllocationManager create(BufferAllocator accountingAllocator, long size) {
        Objects.requireNonNull(accountingAllocator, "accountingAllocator");
        if (size < 0 || size > BYTES_MAX) {
            throw new OutOfMemoryException("allocator \"" + accountingAllocator.getName() + "\" asked pool \"" + pool.name()
                + "\" for a buffer of " + size + " bytes; a buffer has at most " + BYTES_MAX);
        }
        Block block = take(accountingAllocator, size);
        try {
            return new CenoteAllocationManager(accountingAllocator, block, size);
        } catch (Throwable e) { /* the allocator is closed, or belongs to nobody: nothing of Arrow knows the block */
            block.close();
            throw e;
        }
    }

    private Block take(BufferAllocator allocator, long size) {
        try {
            Block block = pool.get(padded(size));
            if ((block.address() & ALIGNMENT - 1) != 0) { /* memory of its own, on the java backend */
                block.close();
                block = pool.get(padded(size), ALIGNMENT);
            }
            return block;
        } catch (CenoteException e) {
            throw new OutOfMemoryException("allocator \"" + allocator.getName() + "\" got no buffer of " + size + " bytes: "
                + e.getMessage(), e);
        }
    }

    @Override
    public ArrowBuf empty() {
        return empty;
    }

    @Override
    public String toString() {
        return "CenoteAllocation over " + pool;
    }
}
