package dev.cenote.internal;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a store is opened with; checked by the builder of the pool.
 *
 * @param blockBytes bytes of a block
 * @param initialBytes prepared at opening and never given back
 * @param maximumBytes of all blocks
 * @param chunkBytes unit of growth, 0: default
 * @param magazineBlocks blocks in a magazine, 0: by block size
 * @param numa a {@code NativeCalls.NUMA_*}
 * @param node for bound and preferred memory
 * @param prefault touch memory ahead
 * @param hugePages ask for huge pages
 * @param purgeLazy let the kernel take idle pages when it needs them
 * @param retainedBytes bound of idle memory
 * @param retainNanos how long idle memory stays; 0: not bounded by time
 * @param packed blocks follow each other every 16 bytes, also where two then share a cache line
 * @param onDemand no chunk is made ahead
 * @param file what backs the memory, or null
 */
public record StoreOptions(int blockBytes, long initialBytes, long maximumBytes, long chunkBytes, int magazineBlocks,
        int numa, int node, boolean prefault, boolean hugePages, boolean purgeLazy, long retainedBytes,
        long retainNanos, boolean packed, boolean onDemand,
        @Nullable Path file) {
}
