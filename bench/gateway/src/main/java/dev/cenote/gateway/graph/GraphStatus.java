package dev.cenote.gateway.graph;

import dev.cenote.gateway.pool.PoolStatus;

/**
 * The gateway's figures at one moment, counted since its start.
 *
 * @param nanos              when, by {@link System#nanoTime} of the gateway's process
 * @param answered           requests answered
 * @param corrupt            contexts that were not their owner's alone
 * @param malformed          requests that were none
 * @param objects            heap objects in the contexts of all answered requests together
 * @param inSessions         contexts that sessions keep now
 * @param heapAllocatedBytes allocated on the Java heap, see {@link dev.cenote.gateway.meter.HeapMeter}
 * @param pool               the pool under test
 */
public record GraphStatus(long nanos, long answered, long corrupt, long malformed, long objects, int inSessions,
                          long heapAllocatedBytes, PoolStatus pool) {
}
