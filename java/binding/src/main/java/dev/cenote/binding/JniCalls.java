package dev.cenote.binding;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** The calls through JNI: each is one native method, which the JIT compiler inlines up to the transition. */
final class JniCalls implements NativeCalls {

    @Override
    public int abiVersion() {
        return CenoteJni.abiVersion();
    }

    @Override
    public int cpuCheck() {
        return CenoteJni.cpuCheck();
    }

    @Override
    public @Nullable String errorText(int code) {
        return (String) CenoteJni.errorText(code);
    }

    @Override
    public int nodeCount() {
        return CenoteJni.nodeCount();
    }

    @Override
    public int nodeHere() {
        return CenoteJni.nodeHere();
    }

    @Override
    public int threadRoam() {
        return CenoteJni.threadRoam();
    }

    @Override
    public long containerLimit() {
        return CenoteJni.containerLimit();
    }

    @Override
    public long containerUsed() {
        return CenoteJni.containerUsed();
    }

    @Override
    public long poolOpen(
            long blockBytes, long initialBytes, long maximumBytes, long chunkBytes, int magazineBlocks, int numa,
            int node, int flags, long retainedBytes, long retainNanos, long file) {
        return CenoteJni.poolOpen(
            blockBytes, initialBytes, maximumBytes, chunkBytes, magazineBlocks, numa, node, flags, retainedBytes,
            retainNanos, file);
    }

    @Override
    public int magazineGet(long pool, long blocks, int want) {
        return CenoteJni.magazineGet(pool, blocks, want);
    }

    @Override
    public int magazinePut(long pool, long blocks, int count) {
        return CenoteJni.magazinePut(pool, blocks, count);
    }

    @Override
    public int poolShape(long pool, long out, int count) {
        return CenoteJni.poolShape(pool, out, count);
    }

    @Override
    public long poolChunkBase(long pool, int chunk) {
        return CenoteJni.poolChunkBase(pool, chunk);
    }

    @Override
    public int poolStats(long pool, long out, int count) {
        return CenoteJni.poolStats(pool, out, count);
    }

    @Override
    public int poolHistogram(long pool, long out, int count) {
        return CenoteJni.poolHistogram(pool, out, count);
    }

    @Override
    public long histogramFloor(int bucket) {
        return CenoteJni.histogramFloor(bucket);
    }

    @Override
    public long poolResident(long pool) {
        return CenoteJni.poolResident(pool);
    }

    @Override
    public long poolTrim(long pool, long keepBytes) {
        return CenoteJni.poolTrim(pool, keepBytes);
    }

    @Override
    public int poolFreeze(long pool) {
        return CenoteJni.poolFreeze(pool);
    }

    @Override
    public int poolThaw(long pool) {
        return CenoteJni.poolThaw(pool);
    }

    @Override
    public int poolClose(long pool) {
        return CenoteJni.poolClose(pool);
    }

    @Override
    public int poolDestroy(long pool) {
        return CenoteJni.poolDestroy(pool);
    }

    @Override
    public long regionOpen(long pool, int flags, int subregions) {
        return CenoteJni.regionOpen(pool, flags, subregions);
    }

    @Override
    public long regionAllocate(long region, long bytes, long align, int flags) {
        return CenoteJni.regionAllocate(region, bytes, align, flags);
    }

    @Override
    public int regionReset(long region) {
        return CenoteJni.regionReset(region);
    }

    @Override
    public int regionClose(long region) {
        return CenoteJni.regionClose(region);
    }

    @Override
    public long regionBytes(long region) {
        return CenoteJni.regionBytes(region);
    }

    @Override
    public long allocate(int node, long bytes, long align, int flags) {
        return CenoteJni.allocate(node, bytes, align, flags);
    }

    @Override
    public int free(int node, long address, long bytes, long align) {
        return CenoteJni.free(node, address, bytes, align);
    }

    @Override
    public long usableBytes(long bytes, long align) {
        return CenoteJni.usableBytes(bytes, align);
    }

    @Override
    public ByteBuffer view(long address, long bytes) {
        if (address == 0 || bytes < 1 || bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a view of " + bytes + " bytes at address " + address
                + ": it takes 1 to " + Integer.MAX_VALUE + " bytes, not at 0");
        }
        Object buffer = CenoteJni.view(address, bytes);
        if (buffer == null) {
            throw new UnsupportedOperationException("this JVM makes no direct buffers for JNI; use -Dcenote.backend=java");
        }
        return ((ByteBuffer) buffer).order(ByteOrder.nativeOrder());
    }
}
