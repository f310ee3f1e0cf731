package dev.cenote.gateway.run;

import dev.cenote.gateway.memory.MemoryKind;
import dev.cenote.gateway.server.ServerSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * One experiment, as asked for.
 *
 * @param kinds         memory kinds, in order
 * @param java          the java program the gateways run on
 * @param heap          the gateways' Java heap, as {@code -Xmx} takes it
 * @param patience      how long after the load what is still unanswered is waited for
 * @param ratePerSecond messages per second of the own client; 0: closed loop
 */
public record Settings(List<MemoryKind> kinds, int rounds, Duration warmUp, Duration measured, Duration patience, int connections,
                       int clientThreads, double ratePerSecond, long seed, Path java, String heap, ServerSettings server) {
    public Settings {
        kinds = List.copyOf(kinds);
    }
}
