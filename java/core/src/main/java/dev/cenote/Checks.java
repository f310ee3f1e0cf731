package dev.cenote;

/**
 * How much a pool or an arena looks after its users. Each level does what the one before does.
 */
public enum Checks {

    /** Nothing that costs time: misuse is undefined, though it never unmaps memory that is in use. */
    OFF,

    /** Double puts, foreign entries, bounds, use after close. The default. */
    BASIC,

    /** Besides, the stack that took one in 128 entries is kept until it comes back: what was never returned has a line. */
    SAMPLED,

    /**
     * Every entry's stack; released memory is poisoned and kept apart for a while, so that a write after release is
     * found and reported with both stacks. For tests: costs microseconds an entry.
     */
    PARANOID
}
