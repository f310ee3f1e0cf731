package dev.cenote.gateway.memory;

/**
 * What every memory kind is told.
 *
 * @param blockBytes   size of one block
 * @param wholeBodies  kinds that can give any size take a body in one piece instead of block by block
 * @param maximumBytes bound of the memory under test, for kinds that have one
 */
public record MemorySettings(int blockBytes, boolean wholeBodies, long maximumBytes) {
    /** The size of the next piece for a kind that can give any size. */
    public int pieceBytes(int wanted) {
        return wholeBodies ? wanted : Math.min(wanted, blockBytes);
    }
}
