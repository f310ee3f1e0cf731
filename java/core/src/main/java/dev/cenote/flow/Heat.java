package dev.cenote.flow;

/**
 * How hot an entry is and what that means for its stay: the formulas of the generational pool.
 * <ul>
 * <li>Heat is a decayed access counter. At the end of a period {@code heat = (heat + accesses) / 2}, so that an entry that
 *     is taken r times in every period comes to heat r. Within a period the count so far stands in for it when larger:
 *     {@code H = max(heat, accesses)}. An entry is <em>high</em> from H = 50.
 * <li>Survival is the number of garbage collections since the entry was made. An entry is <em>old</em> from 3.
 * <li>Eviction is least recently used, weighted by heat: it goes by the <em>effective idle time</em>
 *     {@code A = idle / (1 + H / 50)}. An entry has outlived its time when A reaches the generation's time to live.
 * </ul>
 * Decay is lazy: whoever holds an entry brings it up to date.
 *
 * @see <a href="https://dl.acm.org/doi/10.1145/98457.98756">Robinson and Devarakonda, Data cache management using
 *     frequency-based replacement, 1990: counters that are halved</a>
 */
final class Heat {

    /** Accesses per period from which an entry is high. */
    static final int HIGH = 50;
    /** Collections survived from which an entry is old. */
    static final int OLD = 3;

    private Heat() {
    }

    /** Brings the decay up to the given period; true when a period was closed, so that accesses start anew. */
    static boolean fold(Entry<?> entry, int period) {
        int periods = period - entry.heatPeriod;
        if (periods <= 0) {
            return false;
        }
        entry.heat = Math.scalb(entry.heat + entry.accesses, -Math.min(periods, 64));
        entry.accesses = 0;
        entry.reported = 0;
        entry.heatPeriod = period;
        return true;
    }

    /** H; the entry is folded. */
    static float of(Entry<?> entry) {
        return Math.max(entry.heat, entry.accesses);
    }

    /** A, in nanoseconds; the entry is folded. */
    static long effectiveIdleNanos(Entry<?> entry, long nowNanos) {
        long idle = Math.max(0, nowNanos - entry.stamp);
        return (long) (idle / (1.0 + of(entry) / HIGH));
    }

    /** Which of the four; the entry is folded. */
    static Quadrant quadrant(Entry<?> entry, int cycle) {
        return Quadrant.of(of(entry) >= HIGH, cycle - entry.bornCycle >= OLD);
    }
}
