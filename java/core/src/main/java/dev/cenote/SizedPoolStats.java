package dev.cenote;

import java.util.List;

/**
 * What a {@link SizedPool} holds and has done at one moment. Each part is exact while no thread works.
 *
 * @param pool the pool's name
 * @param maximumBytes its bound
 * @param bytesInUse of blocks and pieces that are out, each as large as it really is
 * @param bytesFree of blocks ready to be taken
 * @param bytesReserved address space
 * @param bytesCommitted memory in service, which the bound is about
 * @param largeOut pieces above the largest class that are out
 * @param largeBytes their bytes
 * @param largeGets such pieces ever taken
 * @param classes the sizes that were used, from the smallest
 */
public record SizedPoolStats(String pool, long maximumBytes, long bytesInUse, long bytesFree, long bytesReserved,
        long bytesCommitted, long largeOut, long largeBytes, long largeGets, List<SizeClassStats> classes)
        implements PoolStats {

    /** Copies its list. */
    public SizedPoolStats {
        classes = List.copyOf(classes);
    }

    /**
     * One size.
     *
     * @param blockBytes bytes of its blocks
     * @param wasteMax the largest share of a block that rounding up to this size can waste
     * @param blocks what its pool of blocks holds and has done
     */
    public record SizeClassStats(int blockBytes, double wasteMax, BlockPoolStats blocks) {
    }
}
