package dev.cenote.gateway.load;

import java.io.IOException;

/** A client that loads the gateway from another process. */
public interface LoadClient {
    /** What the client reports while it runs; called on the thread that runs it. */
    interface Watcher {
        void warmingUp();

        /** The measured window begins now. */
        void measuring() throws IOException;
    }

    /** How it loads, in words, for the report. */
    String describe(double ratePerSecond);

    /** Warms the gateway up, then loads it for the measured window. Returns when that is over. */
    LoadResult run(LoadPlan plan, Watcher watcher) throws IOException, InterruptedException;
}
