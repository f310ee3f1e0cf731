package dev.cenote.gateway.server;

import dev.cenote.gateway.memory.MemorySettings;

/**
 * How a gateway is set up.
 *
 * @param ioThreads         event loops that receive, and take memory
 * @param downstreamThreads threads that read, answer, and release memory
 * @param slowShare         share of messages with a long lifetime, see {@link Lifetime}
 */
public record ServerSettings(MemorySettings memory, int ioThreads, int downstreamThreads, double slowShare, long seed) {
}
