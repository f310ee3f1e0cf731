package dev.cenote.gateway.pool;

import dev.cenote.gateway.graph.RequestContext;
import io.netty.util.Recycler;
import java.util.concurrent.atomic.LongAdder;

/**
 * Netty's {@code Recycler} with room for 4096 entries a thread, its default, and every entry pooled. By default it pools but every
 * eighth new one and would take minutes to fill; its hit rate would then be that of a pool that is not there yet.
 * <p>It cannot tell what it holds: counted here are pooled contexts, which it never lets go, less those in use.
 */
final class RecyclerPool implements ContextPool {
    private final LongAdder gets = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder pooledOut = new LongAdder();
    private final LongAdder pooled = new LongAdder();

    private final Recycler<RequestContext> recycler = new Recycler<>(4096, 0, 32) {
        @Override
        protected RequestContext newObject(Handle<RequestContext> handle) {
            RequestContext context = new RequestContext();
            context.attachment = handle;
            misses.increment();
            if (isPooled(handle)) {
                pooled.increment();
            }
            return context;
        }
    };

    /** A new entry that the ratio leaves out gets the handle that does nothing. */
    private static boolean isPooled(Object handle) {
        return !handle.getClass().getSimpleName().isEmpty();
    }

    @Override
    public RequestContext get() {
        gets.increment();
        RequestContext context = recycler.get();
        if (isPooled(handle(context))) {
            pooledOut.increment();
        }
        return context;
    }

    @Override
    public void put(RequestContext context) {
        context.reset();
        Recycler.Handle<RequestContext> handle = handle(context);
        if (isPooled(handle)) {
            pooledOut.decrement();
        }
        handle.recycle(context);
    }

    @SuppressWarnings("unchecked")
    private static Recycler.Handle<RequestContext> handle(RequestContext context) {
        return (Recycler.Handle<RequestContext>) context.attachment;
    }

    @Override
    public PoolStatus status() {
        return PoolStatus.of(gets.sum(), misses.sum(), pooled.sum() - pooledOut.sum());
    }
}
