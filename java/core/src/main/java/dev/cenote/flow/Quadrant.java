package dev.cenote.flow;

/**
 * The two dimensions that decide about an entry, access frequency and survival, make four cases. In the order in which a
 * generation that needs room drops them.
 */
enum Quadrant {

    /** Seldom used and new: dropped first, at the end of its time to live or for want of room. */
    LOW_YOUNG,

    /** Seldom used, has survived collections: ordinary reclaim, by time to live and least recently used. */
    LOW_OLD,

    /** In use but new: promotion is held back; it stays where it is as long as it is hot. */
    HIGH_YOUNG,

    /** In use and has survived: goes to the last generation instead of being evicted, and is pinned there. */
    HIGH_OLD;

    static Quadrant of(boolean high, boolean old) {
        if (high) {
            return old ? HIGH_OLD : HIGH_YOUNG;
        }
        return old ? LOW_OLD : LOW_YOUNG;
    }

    boolean isHigh() {
        return this == HIGH_YOUNG || this == HIGH_OLD;
    }
}
