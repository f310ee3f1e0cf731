package dev.cenote.gateway.pool;

import dev.cenote.gateway.graph.RequestContext;
import java.util.concurrent.atomic.LongAdder;

/** A new context for every request: the collector does the rest. */
final class NoPool implements ContextPool {
    private final LongAdder gets = new LongAdder();

    @Override
    public RequestContext get() {
        gets.increment();
        return new RequestContext();
    }

    @Override
    public void put(RequestContext context) {
        // garbage from now on
    }

    @Override
    public PoolStatus status() {
        long made = gets.sum();
        return PoolStatus.of(made, made, 0);
    }
}
