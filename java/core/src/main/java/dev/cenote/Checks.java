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
    PARANOID;

    /** The system property that names the level of pools whose builder was told none: off, basic, sampled or paranoid. */
    public static final String PROPERTY = "cenote.checks";

    static Checks byDefault() {
        String named = System.getProperty(PROPERTY, "basic");
        for (Checks level : values()) {
            if (level.name().equalsIgnoreCase(named)) {
                return level;
            }
        }
        throw new IllegalArgumentException("system property " + PROPERTY + " is \"" + named
            + "\"; it must be off, basic, sampled or paranoid");
    }
}
