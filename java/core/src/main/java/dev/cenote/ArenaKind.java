package dev.cenote;

/**
 * Who may use a {@link MemoryArena}, and how its memory comes back.
 */
public enum ArenaKind {

    /** One owner thread, platform or virtual, and nobody else. The fastest: plain loads and stores. */
    CONFINED,

    /** Any thread; all bump one cursor by compare-and-swap. */
    SHARED,

    /** Any thread; each platform thread bumps a region of its own, virtual threads share a few. */
    PER_THREAD,

    /** As {@link #SHARED}, and closed by itself when nobody can reach the arena any more. */
    AUTOMATIC
}
