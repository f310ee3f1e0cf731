package dev.cenote.binding;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What the core may ask of the native library: the functions of {@code cenote/cenote.h} by name, and a view of memory.
 * Units, threads, progress, cost, ownership and errors are those that the header states; a result below zero is an
 * error code of {@code cenote/errors.def}. An {@code address} argument points at native memory of the stated layout.
 */
public interface NativeCalls {

    /** The ABI that the Java classes were written for; {@link NativeLoader} refuses a library with another. */
    int ABI_VERSION = 1;

    /** {@link #poolOpen}, numa: each thread's blocks come from the node it runs on. */
    int NUMA_LOCAL = 0;
    /** {@link #poolOpen}, numa: strictly one node; when that is full the kernel kills the process. */
    int NUMA_BIND = 1;
    /** {@link #poolOpen}, numa: one node while it has room. */
    int NUMA_PREFERRED = 2;
    /** {@link #poolOpen}, numa: page by page over all nodes. */
    int NUMA_INTERLEAVE = 3;

    /** {@link #poolOpen}, flags: touch memory ahead, in the background. */
    int PREFAULT = 1;
    /** {@link #poolOpen}, flags: ask for transparent huge pages. */
    int HUGE_PAGES = 2;
    /** {@link #poolOpen}, flags: the kernel takes idle pages when it needs them. */
    int PURGE_LAZY = 4;
    /** {@link #poolOpen}, flags: the pool's addresses stay mapped for the life of the process. */
    int KEEP_ADDRESSES = 8;
    /** {@link #poolOpen}, flags: blocks follow each other every 16 bytes, also where two then share a cache line. */
    int PACKED = 16;
    /** {@link #poolOpen}, flags: no chunk is made ahead. */
    int ON_DEMAND = 32;

    /** {@link #allocate}, flags: the memory is zeroed. */
    int ZEROED = 1;

    /** For {@code regionOpen}: a region for all threads, not for the one that opens it. */
    int REGION_SHARED = 1;

    // The library and the machine

    int abiVersion();

    int cpuCheck();

    @Nullable String errorText(int code);

    int nodeCount();

    int nodeHere();

    int threadRoam();

    long containerLimit();

    long containerUsed();

    // Pools of blocks

    long poolOpen(long blockBytes, long initialBytes, long maximumBytes, long chunkBytes, int magazineBlocks, int numa,
        int node, int flags, long retainedBytes, long retainNanos, long file);

    int magazineGet(long pool, long blocks, int want);

    int magazinePut(long pool, long blocks, int count);

    int poolShape(long pool, long out, int count);

    long poolChunkBase(long pool, int chunk);

    int poolStats(long pool, long out, int count);

    int poolHistogram(long pool, long out, int count);

    long histogramFloor(int bucket);

    long poolResident(long pool);

    long poolTrim(long pool, long keepBytes);

    int poolFreeze(long pool);

    int poolThaw(long pool);

    int poolClose(long pool);

    int poolDestroy(long pool);

    // Regions

    long regionOpen(long pool, int flags, int subregions);

    long regionAllocate(long region, long bytes, long align, int flags);

    int regionReset(long region);

    int regionClose(long region);

    long regionBytes(long region);

    // General allocation

    long allocate(int node, long bytes, long align, int flags);

    int free(int node, long address, long bytes, long align);

    long usableBytes(long bytes, long align);

    // Not of the C ABI

    /**
     * Makes a direct buffer over native memory, in native byte order. It never frees the memory; the caller keeps the
     * memory alive while the buffer is in use. Any thread. Allocates one Java object; for the cold path.
     *
     * @param address where the memory starts, not 0
     * @param bytes   how much of it, 1 to {@link Integer#MAX_VALUE}
     */
    ByteBuffer view(long address, long bytes);
}
