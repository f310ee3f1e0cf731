package dev.cenote.flow;

/**
 * One turn of the flow scheduler over all its pools.
 *
 * @param nanos when it began, by the scheduler's clock
 * @param tookNanos how long it took
 * @param pools how many pools there were
 * @param failures how many of them threw
 * @param decisions how many decisions it made
 * @param gcCycles garbage collections since the turn before; {@link GcReading#UNKNOWN} if not known
 * @param gcPauseNanos time for which they stopped the program; {@link GcReading#UNKNOWN} if not known
 * @param gcCause of the last of them; empty if there was none yet
 * @param allocatedBytes on the Java heap since the turn before; {@link GcReading#UNKNOWN} if not known
 */
public record FlowStep(long nanos, long tookNanos, int pools, int failures, int decisions, long gcCycles, long gcPauseNanos,
                       String gcCause, long allocatedBytes) {
}
