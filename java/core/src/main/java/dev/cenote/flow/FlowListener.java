package dev.cenote.flow;

/**
 * Sees what a flow scheduler does.
 * <p>Called on the scheduler's thread, one call at a time; while it runs, no pool is looked after, so it must not block. What it
 * throws is counted and logged, and stops neither the scheduler nor other listeners.
 */
public interface FlowListener {

    /**
     * A decision was made and carried out.
     *
     * @param decision which
     */
    default void onDecision(FlowDecision decision) {
    }

    /**
     * A turn over all pools is over.
     *
     * @param step what it saw
     */
    default void onStep(FlowStep step) {
    }
}
