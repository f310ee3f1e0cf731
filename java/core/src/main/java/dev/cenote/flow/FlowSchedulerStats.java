package dev.cenote.flow;

/**
 * What a flow scheduler has done so far.
 *
 * @param pools it looks after now
 * @param steps turns over all pools
 * @param decisions made in them
 * @param poolFailures turns of one pool that threw
 * @param listenerFailures calls of listeners that threw
 * @param stepNanosLast how long the last step took
 * @param stepNanosMax how long the longest took
 * @param stepNanosTotal how long all took together
 * @param stepNanosRunning how long the step under way has been running, 0 between steps: grows when a destroy hook or a listener blocks
 * @param gcCycles garbage collections seen
 * @param gcPauseNanos time for which they stopped the program
 * @param gcKnown whether this JVM tells about its collections; if not, entries age by time
 * @param allocationKnown whether this JVM tells how much it allocates
 */
public record FlowSchedulerStats(int pools, long steps, long decisions, long poolFailures, long listenerFailures, long stepNanosLast,
                                 long stepNanosMax, long stepNanosTotal, long stepNanosRunning, long gcCycles, long gcPauseNanos,
                                 boolean gcKnown, boolean allocationKnown) {
}
