package dev.cenote.binding;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The calls through {@code java.lang.foreign}: each is a constant method handle, which the JIT compiler turns into the
 * transition and the call. The functions are those of the library that {@link NativeLoader} loaded for this class loader.
 * <p>{@link #leaf Leaf} functions are entered without the transition: they take nanoseconds, never block and make no system
 * call. Exchanges of magazines are none of them, since one may grow the pool; see docs/decisions/0010-ffm-backend.md.
 * <p>A test compares the handles with {@link NativeCalls}.
 */
final class FfmCalls implements NativeCalls {

    private static final AddressLayout TEXT = ValueLayout.ADDRESS;

    private static final MethodHandle ABI_VERSION = leaf("cenote_abi_version", int.class);
    private static final MethodHandle CPU_CHECK = call("cenote_cpu_check", int.class);
    private static final MethodHandle ERROR_TEXT = leaf("cenote_error_text", MemorySegment.class, int.class);
    private static final MethodHandle NODE_COUNT = call("cenote_node_count", int.class);
    private static final MethodHandle NODE_HERE = call("cenote_node_here", int.class);
    private static final MethodHandle THREAD_ROAM = call("cenote_thread_roam", int.class);
    private static final MethodHandle CONTAINER_LIMIT = call("cenote_container_limit", long.class);
    private static final MethodHandle CONTAINER_USED = call("cenote_container_used", long.class);
    private static final MethodHandle POOL_OPEN = call("cenote_pool_open", long.class,
        long.class, long.class, long.class, long.class, int.class, int.class, int.class, int.class, long.class,
        long.class, long.class);
    private static final MethodHandle MAGAZINE_GET = call("cenote_magazine_get", int.class,
        long.class, long.class, int.class);
    private static final MethodHandle MAGAZINE_PUT = call("cenote_magazine_put", int.class,
        long.class, long.class, int.class);
    private static final MethodHandle POOL_SHAPE = call("cenote_pool_shape", int.class, long.class, long.class, int.class);
    private static final MethodHandle POOL_CHUNK_BASE = call("cenote_pool_chunk_base", long.class, long.class, int.class);
    private static final MethodHandle POOL_STATS = call("cenote_pool_stats", int.class, long.class, long.class, int.class);
    private static final MethodHandle POOL_HISTOGRAM = call("cenote_pool_histogram", int.class,
        long.class, long.class, int.class);
    private static final MethodHandle HISTOGRAM_FLOOR = leaf("cenote_histogram_floor", long.class, int.class);
    private static final MethodHandle POOL_RESIDENT = call("cenote_pool_resident", long.class, long.class);
    private static final MethodHandle POOL_TRIM = call("cenote_pool_trim", long.class, long.class, long.class);
    private static final MethodHandle POOL_FREEZE = call("cenote_pool_freeze", int.class, long.class);
    private static final MethodHandle POOL_THAW = call("cenote_pool_thaw", int.class, long.class);
    private static final MethodHandle POOL_CLOSE = call("cenote_pool_close", int.class, long.class);
    private static final MethodHandle POOL_DESTROY = call("cenote_pool_destroy", int.class, long.class);
    private static final MethodHandle REGION_OPEN = call("cenote_region_open", long.class,
        long.class, int.class, int.class);
    private static final MethodHandle REGION_ALLOCATE = call("cenote_region_allocate", long.class,
        long.class, long.class, long.class, int.class);
    private static final MethodHandle REGION_RESET = call("cenote_region_reset", int.class, long.class);
    private static final MethodHandle REGION_CLOSE = call("cenote_region_close", int.class, long.class);
    private static final MethodHandle REGION_BYTES = call("cenote_region_bytes", long.class, long.class);
    private static final MethodHandle ALLOCATE = call("cenote_allocate", long.class,
        int.class, long.class, long.class, int.class);
    private static final MethodHandle FREE = call("cenote_free", int.class, int.class, long.class, long.class, long.class);
    private static final MethodHandle USABLE_BYTES = leaf("cenote_usable_bytes", long.class, long.class, long.class);

    FfmCalls() {
    }

    /** A function that may take its time: the JVM's safepoints go on meanwhile. */
    private static MethodHandle call(String function, Class<?> result, Class<?>... arguments) {
        return link(function, result, arguments);
    }

    /** A function that holds up a safepoint for as long as it runs, so only one that is done at once. */
    private static MethodHandle leaf(String function, Class<?> result, Class<?>... arguments) {
        return link(function, result, arguments, Linker.Option.critical(false));
    }

    @SuppressWarnings("restricted") // the grant was asked for before, by ForeignLinker
    private static MethodHandle link(String function, Class<?> result, Class<?>[] arguments, Linker.Option... options) {
        MemorySegment address = SymbolLookup.loaderLookup().find(function)
            .orElseThrow(() -> new UnsatisfiedLinkError("no function " + function));
        FunctionDescriptor descriptor = FunctionDescriptor.of(layout(result),
            Arrays.stream(arguments).map(FfmCalls::layout).toArray(MemoryLayout[]::new));
        return Linker.nativeLinker().downcallHandle(address, descriptor, options);
    }

    private static MemoryLayout layout(Class<?> type) {
        return type == int.class ? ValueLayout.JAVA_INT : type == long.class ? ValueLayout.JAVA_LONG : TEXT;
    }

    /** A C function throws nothing. */
    private static AssertionError unexpected(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error; // of the JVM: the stack or the heap has run out
        }
        return new AssertionError("a C function threw", thrown);
    }

    @Override
    public int abiVersion() {
        try {
            return (int) ABI_VERSION.invokeExact();
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int cpuCheck() {
        try {
            return (int) CPU_CHECK.invokeExact();
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @SuppressWarnings("restricted") // the grant was asked for when the calls were made
    @Override
    public @Nullable String errorText(int code) {
        try {
            MemorySegment text = (MemorySegment) ERROR_TEXT.invokeExact(code);
            return text.address() == 0 ? null : text.reinterpret(Long.MAX_VALUE).getString(0);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int nodeCount() {
        try {
            return (int) NODE_COUNT.invokeExact();
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int nodeHere() {
        try {
            return (int) NODE_HERE.invokeExact();
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int threadRoam() {
        try {
            return (int) THREAD_ROAM.invokeExact();
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public long containerLimit() {
        try {
            return (long) CONTAINER_LIMIT.invokeExact();
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public long containerUsed() {
        try {
            return (long) CONTAINER_USED.invokeExact();
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public long poolOpen(long blockBytes, long initialBytes, long maximumBytes, long chunkBytes, int magazineBlocks,
            int numa, int node, int flags, long retainedBytes, long retainNanos, long file) {
        try {
            return (long) POOL_OPEN.invokeExact(blockBytes, initialBytes, maximumBytes, chunkBytes, magazineBlocks,
                numa, node, flags, retainedBytes, retainNanos, file);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int magazineGet(long pool, long blocks, int want) {
        try {
            return (int) MAGAZINE_GET.invokeExact(pool, blocks, want);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int magazinePut(long pool, long blocks, int count) {
        try {
            return (int) MAGAZINE_PUT.invokeExact(pool, blocks, count);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int poolShape(long pool, long out, int count) {
        try {
            return (int) POOL_SHAPE.invokeExact(pool, out, count);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public long poolChunkBase(long pool, int chunk) {
        try {
            return (long) POOL_CHUNK_BASE.invokeExact(pool, chunk);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int poolStats(long pool, long out, int count) {
        try {
            return (int) POOL_STATS.invokeExact(pool, out, count);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int poolHistogram(long pool, long out, int count) {
        try {
            return (int) POOL_HISTOGRAM.invokeExact(pool, out, count);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public long histogramFloor(int bucket) {
        try {
            return (long) HISTOGRAM_FLOOR.invokeExact(bucket);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public long poolResident(long pool) {
        try {
            return (long) POOL_RESIDENT.invokeExact(pool);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public long poolTrim(long pool, long keepBytes) {
        try {
            return (long) POOL_TRIM.invokeExact(pool, keepBytes);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int poolFreeze(long pool) {
        try {
            return (int) POOL_FREEZE.invokeExact(pool);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int poolThaw(long pool) {
        try {
            return (int) POOL_THAW.invokeExact(pool);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int poolClose(long pool) {
        try {
            return (int) POOL_CLOSE.invokeExact(pool);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int poolDestroy(long pool) {
        try {
            return (int) POOL_DESTROY.invokeExact(pool);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public long regionOpen(long pool, int flags, int subregions) {
        try {
            return (long) REGION_OPEN.invokeExact(pool, flags, subregions);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public long regionAllocate(long region, long bytes, long align, int flags) {
        try {
            return (long) REGION_ALLOCATE.invokeExact(region, bytes, align, flags);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int regionReset(long region) {
        try {
            return (int) REGION_RESET.invokeExact(region);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int regionClose(long region) {
        try {
            return (int) REGION_CLOSE.invokeExact(region);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public long regionBytes(long region) {
        try {
            return (long) REGION_BYTES.invokeExact(region);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public long allocate(int node, long bytes, long align, int flags) {
        try {
            return (long) ALLOCATE.invokeExact(node, bytes, align, flags);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int free(int node, long address, long bytes, long align) {
        try {
            return (int) FREE.invokeExact(node, address, bytes, align);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public long usableBytes(long bytes, long align) {
        try {
            return (long) USABLE_BYTES.invokeExact(bytes, align);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @SuppressWarnings("restricted") // the grant was asked for when the calls were made
    @Override
    public ByteBuffer view(long address, long bytes) {
        if (address == 0 || bytes < 1 || bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a view of " + bytes + " bytes at address " + address
                + ": it takes 1 to " + Integer.MAX_VALUE + " bytes, not at 0");
        }
        return MemorySegment.ofAddress(address).reinterpret(bytes).asByteBuffer().order(ByteOrder.nativeOrder());
    }
}
