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
 * @param patience       how long after the window what is still due or unanswered is waited for
 * @param tide           how the rate of the own client rises and falls around that, see {@link Tide#parse}; empty: not at all
 */
public record LoadPlan(int port, Path corpus, int connections, int threads, Duration warmUp, Duration measured,
                       Duration patience, double ratePerSecond, String tide, long seed) {
    public LoadPlan(int port, Path corpus, int connections, int threads, Duration warmUp, Duration measured, Duration patience,
                    double ratePerSecond, long seed) {
        this(port, corpus, connections, threads, warmUp, measured, patience, ratePerSecond, "", seed);
    }
}
