package dev.cenote;

import org.jspecify.annotations.Nullable;

/**
 * What a {@link MemoryArenaBuilder} was told; never changed, shared by all arenas of one builder.
 *
 * @param name in texts and lists
 * @param kind who may use it
 * @param source where chunks come from
 * @param chunkBytes size of a usual chunk
 * @param limitBytes bound of what it gives out
 * @param retainedBytes bound of the chunks that a reset keeps
 * @param parent serves what is over the limit; null: an exception
 * @param zeroed whether pieces begin as zeros
 * @param checks how much it looks after its users
 * @param isCounting whether a confined arena counts its pieces
 */
record ArenaSettings(String name, ArenaKind kind, MemoryArenaProvider.Source source, int chunkBytes, long limitBytes,
                     long retainedBytes, @Nullable MemoryArena parent, boolean zeroed, Checks checks, boolean isCounting) {

    /** A piece must fit in the largest block: 1 GiB, less what an alignment may skip. */
    static final long PIECE_BYTES_MAX = 1L << 29;
    static final int ALIGNMENT_MAX = 1 << 20;
    static final int ALIGNMENT_LEAST = 8;

    boolean isParanoid() {
        return checks == Checks.PARANOID;
    }

    boolean isChecked() {
        return checks != Checks.OFF;
    }
}
