package dev.cenote;

/**
 * Where arenas take their chunks from: found by {@link java.util.ServiceLoader}, chosen by
 * {@link MemoryArenaBuilder#provider}. Ours is called {@value #DEFAULT} and takes them from pools that all arenas share.
 * <p>A provider of one's own decides which pools serve arenas: one on a file, one per tenant, one with other limits.
 */
public interface MemoryArenaProvider {

    /** The name of the provider that is used when none is chosen. */
    String DEFAULT = "cenote";

    /** {@return the name by which {@link MemoryArenaBuilder#provider} chooses it; unique} */
    String name();

    /**
     * Opens a source of chunks. Called once for each {@link MemoryArenaBuilder#build()}, by any thread; a provider
     * may give the same source again and again.
     *
     * @param backend what the arena's builder asks for, {@link Backend#AUTO} included
     * @param numaPolicy where the memory should lie: a hint
     * @param chunkBytes the size of most requests
     * @return where the arena takes its chunks from
     */
    Source open(Backend backend, NumaPolicy numaPolicy, int chunkBytes);

    /**
     * Gives chunks and takes them back. Called by any thread, several at a time; once a chunk, never once a piece.
     */
    interface Source {

        /**
         * Takes a block that becomes a chunk of an arena. Arenas hang an object of theirs on it
         * ({@link Block#attach}), so no other adapter should use the same pool.
         *
         * @param bytes how many are needed
         * @return a block of at least so many
         * @throws PoolExhaustedException if there is none; the arena falls back to its parent or passes it on
         */
        Block take(long bytes);

        /**
         * Takes a block back. Possibly by another thread, and after the arena's close.
         *
         * @param block what {@link #take} gave, once
         */
        void give(Block block);
    }
}
