package dev.cenote.flow;

/**
 * Tunes the threshold at which a class of entries moves to the next generation: a three-state controller.
 * <p>The threshold is a share of the time to live of the generation the class is in. Each step forms
 * <pre>
 *   health    = clamp(variance × drop, 0.01, 0.5)
 *   proposal  = threshold × (1 − α) + health × α           α = 0.3
 * </pre>
 * where {@code variance} is that of the residence gradient (how unsteadily entries' mean residence changes from step to
 * step, 0 to 1) and {@code drop} the relative fall of the miss rate since the step before. What becomes of the proposal:
 * <pre>
 *                      variance ≤ 0.8            variance &gt; 0.8
 *   drop &gt; 0.15        ACCELERATE: may rise      ACCELERATE: may rise
 *   0.05 … 0.15        HOLD                      HOLD
 *   drop &lt; 0.05        HOLD                      RETREAT: may fall
 * </pre>
 * The fall of misses is asked first: it is what a pool is for, and while it lasts the threshold may rise, so that fewer classes
 * move. Unsteady residence counts where misses do not fall: then classes move sooner. A proposal on the wrong side of the
 * threshold (a rise that would lower it) leaves it as it is. No gets in a step, or a figure that is no number: HOLD.
 * <p>One thread at a time. No allocation.
 */
final class ThresholdTuner {

    static final double ALPHA = 0.3;
    static final double HEALTH_MIN = 0.01;
    static final double HEALTH_MAX = 0.5;
    static final double DROP_RAISES = 0.15;
    static final double DROP_HOLDS = 0.05;
    static final double VARIANCE_LOWERS = 0.8;
    static final double THRESHOLD_START = 0.25;

    /** What the last step did. */
    enum State { ACCELERATE, HOLD, RETREAT }

    private double threshold;
    private double health = HEALTH_MIN;
    private State state = State.HOLD;

    ThresholdTuner() {
        this(THRESHOLD_START);
    }

    /** @param threshold where to begin, {@value #HEALTH_MIN} to {@value #HEALTH_MAX} */
    ThresholdTuner(double threshold) {
        if (!(threshold >= HEALTH_MIN && threshold <= HEALTH_MAX)) {
            throw new IllegalArgumentException("threshold is " + threshold + "; it must be from " + HEALTH_MIN + " to " + HEALTH_MAX);
        }
        this.threshold = threshold;
    }

    /**
     * One step.
     *
     * @param variance of the residence gradient
     * @param drop relative fall of the miss rate since the last step: 1 all misses gone, 0 as before, negative more misses
     * @return what was done with the threshold
     */
    State step(double variance, double drop) {
        State next = decide(variance, drop);
        if (state != next) { /* storing a reference costs more than the rest of this step */
            state = next;
        }
        health = health(variance, drop);
        double proposal = threshold * (1 - ALPHA) + health * ALPHA;
        threshold = switch (next) {
            case ACCELERATE -> Math.max(threshold, proposal);
            case RETREAT -> Math.min(threshold, proposal);
            case HOLD -> threshold;
        };
        return next;
    }

    /** The table above. */
    static State decide(double variance, double drop) {
        if (Double.isNaN(variance) || Double.isNaN(drop)) {
            return State.HOLD;
        }
        if (drop > DROP_RAISES) {
            return State.ACCELERATE;
        }
        if (drop >= DROP_HOLDS) {
            return State.HOLD;
        }
        return variance > VARIANCE_LOWERS ? State.RETREAT : State.HOLD;
    }

    static double health(double variance, double drop) {
        double product = variance * drop;
        return product > HEALTH_MIN ? Math.min(product, HEALTH_MAX) : HEALTH_MIN;
    }

    /**
     * {@return the relative fall from one miss rate to the next; 0 if there were and are none, −1 if there were none and are some}
     *
     * @param before misses ÷ gets of the step before; NaN if there were no gets
     * @param now misses ÷ gets of this step; NaN if there were no gets
     */
    static double drop(double before, double now) {
        if (Double.isNaN(before) || Double.isNaN(now)) {
            return Double.NaN;
        }
        if (before > 0) {
            return (before - now) / before;
        }
        return now > 0 ? -1 : 0;
    }

    double threshold() {
        return threshold;
    }

    double health() {
        return health;
    }

    State state() {
        return state;
    }
}
