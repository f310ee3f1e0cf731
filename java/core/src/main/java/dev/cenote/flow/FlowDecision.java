package dev.cenote.flow;

/**
 * One decision of the flow scheduler: what it did, from which figures, and why.
 *
 * @param nanos when, by the scheduler's clock
 * @param pool the pool's name
 * @param action what was done
 * @param tag the class of entries concerned; empty if it is the pool as a whole
 * @param from generation the class was in; −1 if none is meant
 * @param to generation it is routed to from now on; −1 if none is meant
 * @param entries that were moved or destroyed at once
 * @param inputs the figures it rests on
 * @param reason in words
 */
public record FlowDecision(long nanos, String pool, Action action, String tag, int from, int to, int entries, Inputs inputs,
                           String reason) {

    /** What can be done. */
    public enum Action {
        /** Later entries with the tag go to the next generation, and those that lie in the one before move there. */
        PROMOTE,
        /** Later entries with the tag go to the generation before. */
        DEMOTE,
        /** A class has passed the threshold and yet stays: its residence is too widely spread, or the next generation too small. */
        HOLD_BACK,
        /** Entries that nobody asked for during three collections were destroyed. */
        AGE,
        /** Entries that outlived their time, or stood over a capacity, were destroyed. */
        EVICT,
        /** The threshold was raised or lowered. */
        TUNE
    }

    /**
     * The figures of one pool, and of one class if a class is meant, at the moment of the decision.
     *
     * @param threshold share of a generation's time to live that a class's mean residence must pass
     * @param meanResidenceNanos of the class in its generation, or of the pool, over the sliding window
     * @param entropyBits retention entropy of the class over the sliding window, see {@link FlowScheduler}; 0 for the pool
     * @param samples residence times that the mean rests on
     * @param missRate misses ÷ gets of this step; NaN without gets
     * @param missDrop relative fall of the miss rate since the step before; NaN if not known
     * @param gradientVariance of the pool's mean residence over the sliding window; NaN if not known
     * @param gcCycles collections since the step before; −1 if not known
     * @param allocatedBytesPerSecond on the Java heap by the whole process; −1 if not known
     */
    public record Inputs(double threshold, double meanResidenceNanos, double entropyBits, long samples, double missRate,
                         double missDrop, double gradientVariance, long gcCycles, long allocatedBytesPerSecond) {
    }
}
