package dev.cenote.flow;

/**
 * What a generation was configured to be.
 *
 * @param name its name
 * @param capacity idle entries it holds at most
 * @param timeToLiveNanos how long an entry may lie unused; 0: no limit
 */
record Generation(String name, int capacity, long timeToLiveNanos) {
}
