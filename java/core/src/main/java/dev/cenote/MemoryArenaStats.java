package dev.cenote;

/**
 * What a {@link MemoryArena} holds and has done since it was opened. Exact for the owner of a confined arena and while no
 * thread works; of this moment otherwise.
 *
 * @param name the arena's name
 * @param kind who may use it
 * @param isOpen false once it was closed; the numbers are then those of its end
 * @param allocations pieces given out, resets included; what a parent served is not among them. A confined arena counts
 *     them only with {@link MemoryArenaBuilder#countAllocations}, and tells {@link #NOT_COUNTED} without
 * @param bytesAllocated bytes given out since the last reset, padding to whole words and alignment included
 * @param bytesWasted bytes at the ends of chunks that were left because a piece did not fit
 * @param bytesHeld memory of all its chunks
 * @param chunks chunks it holds, kept ones included
 * @param chunksTaken chunks it has taken from its source
 * @param chunksInLimbo chunks it has released and that wait for a thread inside
 * @param resets resets
 */
public record MemoryArenaStats(String name, ArenaKind kind, boolean isOpen, long allocations, long bytesAllocated,
                               long bytesWasted, long bytesHeld, long chunks, long chunksTaken, long chunksInLimbo,
                               long resets) {

    /** In place of a number that nobody counted. */
    public static final long NOT_COUNTED = -1;
}
