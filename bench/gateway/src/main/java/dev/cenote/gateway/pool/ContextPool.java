package dev.cenote.gateway.pool;

import dev.cenote.gateway.graph.RequestContext;

/** Where request contexts come from and go to. Any thread. */
public interface ContextPool extends AutoCloseable {
    /** An empty context of the caller's own. */
    RequestContext get();

    /** Gives a context back; it is emptied for the next one. */
    void put(RequestContext context);

    /** How the pool stands at this moment. */
    PoolStatus status();

    @Override
    default void close() {
    }
}
