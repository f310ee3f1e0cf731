package dev.cenote.binding;

import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.NoException;
import org.bytedeco.javacpp.annotation.Platform;
import org.bytedeco.javacpp.annotation.Raw;
import org.jspecify.annotations.Nullable;

/**
 * The functions of {@code cenote/cenote.h} as native methods; JavaCPP writes their glue from this class at build time.
 * It has no static initialiser: {@link NativeLoader} loads the library before the first call. A test compares the
 * methods with the header.
 */
@Platform(include = {"cenote/cenote.h", "jni/cn_jni.h"}, library = "jnicenote")
@NoException
final class CenoteJni {

    private CenoteJni() {
    }

    @Name("cenote_abi_version")
    static native int abiVersion();

    @Name("cenote_cpu_check")
    static native int cpuCheck();

    /* Ours makes the Java text: JavaCPP's would need its classes at run time. */
    @Name("cn_jni_error_text")
    @Raw(withEnv = true)
    static native @Nullable Object errorText(int code);

    @Name("cenote_node_count")
    static native int nodeCount();

    @Name("cenote_node_here")
    static native int nodeHere();

    @Name("cenote_thread_roam")
    static native int threadRoam();

    @Name("cenote_container_limit")
    static native long containerLimit();

    @Name("cenote_container_used")
    static native long containerUsed();

    @Name("cenote_pool_open")
    static native long poolOpen(
        long blockBytes, long initialBytes, long maximumBytes, long chunkBytes, int magazineBlocks, int numa,
        int node, int flags, long retainedBytes, long retainNanos, long file);

    @Name("cenote_magazine_get")
    static native int magazineGet(long pool, long blocks, int want);

    @Name("cenote_magazine_put")
    static native int magazinePut(long pool, long blocks, int count);

    @Name("cenote_pool_shape")
    static native int poolShape(long pool, long out, int count);

    @Name("cenote_pool_chunk_base")
    static native long poolChunkBase(long pool, int chunk);

    @Name("cenote_pool_stats")
    static native int poolStats(long pool, long out, int count);

    @Name("cenote_pool_histogram")
    static native int poolHistogram(long pool, long out, int count);

    @Name("cenote_histogram_floor")
    static native long histogramFloor(int bucket);

    @Name("cenote_pool_resident")
    static native long poolResident(long pool);

    @Name("cenote_pool_trim")
    static native long poolTrim(long pool, long keepBytes);

    @Name("cenote_pool_freeze")
    static native int poolFreeze(long pool);

    @Name("cenote_pool_thaw")
    static native int poolThaw(long pool);

    @Name("cenote_pool_close")
    static native int poolClose(long pool);

    @Name("cenote_pool_destroy")
    static native int poolDestroy(long pool);

    @Name("cenote_region_open")
    static native long regionOpen(long pool, int flags, int subregions);

    @Name("cenote_region_allocate")
    static native long regionAllocate(long region, long bytes, long align, int flags);

    @Name("cenote_region_reset")
    static native int regionReset(long region);

    @Name("cenote_region_close")
    static native int regionClose(long region);

    @Name("cenote_region_bytes")
    static native long regionBytes(long region);

    @Name("cenote_allocate")
    static native long allocate(int node, long bytes, long align, int flags);

    @Name("cenote_free")
    static native int free(int node, long address, long bytes, long align);

    @Name("cenote_usable_bytes")
    static native long usableBytes(long bytes, long align);

    @Name("cn_jni_view")
    @Raw(withEnv = true)
    static native @Nullable Object view(long address, long bytes);
}
