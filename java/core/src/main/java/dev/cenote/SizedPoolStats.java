package dev.cenote;

import java.util.List;
import org.jspecify.annotations.Nullable;

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
 * @param slabs the pool of slabs, from which small pieces by address are cut
 * @param classes the sizes that were used, from the smallest
 */
public record SizedPoolStats(String pool, long maximumBytes, long bytesInUse, long bytesFree, long bytesReserved,
        long bytesCommitted, long largeOut, long largeBytes, long largeGets, BlockPoolStats slabs,
        List<SizeClassStats> classes) implements PoolStats {

    /** Copies its list. */
    public SizedPoolStats {
        classes = List.copyOf(classes);
    }

    /**
     * {@return the share of all small pieces by address that is rounding, by the sample so far}
     */
    public double wasteMean() {
        long given = 0;
        long asked = 0;
        for (SizeClassStats each : classes) {
            given += each.piecesSampled * each.blockBytes;
            asked += each.bytesSampled;
        }
        return given == 0 ? 0 : 1 - (double) asked / given;
    }

    /**
     * One size.
     *
     * @param blockBytes bytes of its blocks
     * @param wasteMax the largest share of a block that rounding up to this size can waste
     * @param slabCount slabs that are cut into pieces of this size
     * @param piecesInUse small pieces taken by address and not yet given back
     * @param piecesFree free ones in those slabs
     * @param piecesSampled requests for such pieces that found the thread's magazine empty
     * @param bytesSampled the bytes that those asked for
     * @param blocks what its pool of blocks holds and has done; null when no block was taken
     */
    public record SizeClassStats(int blockBytes, double wasteMax, long slabCount, long piecesInUse, long piecesFree,
            long piecesSampled, long bytesSampled, @Nullable BlockPoolStats blocks) {

        static SizeClassStats of(SmallSizes.Sums pieces, @Nullable BlockPoolStats blocks) {
            long bytes = SizeClasses.bytes(pieces.index());
            double least = pieces.index() == 0 ? 1 : SizeClasses.bytes(pieces.index() - 1) + 1;
            return new SizeClassStats((int) bytes, 1 - least / bytes, pieces.slabs(), pieces.out(), pieces.free(),
                pieces.sampled(), pieces.asked(), blocks);
        }

        /** {@return the share of small pieces by address that is rounding, by the sample so far} */
        public double wasteMean() {
            return piecesSampled == 0 ? 0 : 1 - (double) bytesSampled / ((double) piecesSampled * blockBytes);
        }

        /** {@return bytes of blocks and pieces that are out} */
        public long bytesInUse() {
            return piecesInUse * blockBytes + (blocks == null ? 0 : blocks.bytesInUse());
        }

        /** {@return bytes of blocks and pieces that are ready} */
        public long bytesFree() {
            return piecesFree * blockBytes + (blocks == null ? 0 : blocks.bytesFree());
        }
    }
}
