package dev.cenote.gateway.pool;

import dev.cenote.gateway.graph.RequestContext;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.LongAdder;

/** An unbounded concurrent stack used as a pool, as many programs do: it never lets go. */
final class QueuePool implements ContextPool {
    private final ConcurrentLinkedDeque<RequestContext> idle = new ConcurrentLinkedDeque<>();
    private final LongAdder gets = new LongAdder();
    private final LongAdder misses = new LongAdder();

    @Override
    public RequestContext get() {
        gets.increment();
        RequestContext context = idle.pollFirst();
        if (context == null) {
            misses.increment();
            context = new RequestContext();
        }
        return context;
    }

    @Override
    public void put(RequestContext context) {
        context.reset();
        idle.offerFirst(context);
    }

    @Override
    public PoolStatus status() {
        return PoolStatus.of(gets.sum(), misses.sum(), idle.size());
    }
}
