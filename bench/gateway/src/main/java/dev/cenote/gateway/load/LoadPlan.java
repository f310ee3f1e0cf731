package dev.cenote.gateway.load;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What a client is told.
 *
 * @param port           where the gateway listens, on 127.0.0.1
 * @param corpus         folder written by {@link Corpus#write}
 * @param threads        threads of the client
 * @param ratePerSecond  requests per second; 0: each connection sends as soon as it has its answer
 */
public record LoadPlan(int port, Path corpus, int connections, int threads, Duration warmUp, Duration measured,
                       double ratePerSecond, long seed) {
}
