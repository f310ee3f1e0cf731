package dev.cenote.gateway.pool;

import dev.cenote.gateway.graph.RequestContext;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import stormpot.Allocator;
import stormpot.Pool;
import stormpot.Poolable;
import stormpot.Slot;
import stormpot.Timeout;

/**
 * Stormpot, never expiring. It has a fixed size, which a thread of its own fills; a request that finds it empty makes a context that
 * is not pooled, so that it need not wait.
 */
final class StormpotContexts implements ContextPool {
    /** As many as the opening of the usual load takes at once. */
    static final int SIZE = 750;
    private static final Timeout AT_ONCE = new Timeout(0, TimeUnit.NANOSECONDS);

    /** What Stormpot keeps: a context and its slot. */
    private static final class Pooled implements Poolable {
        private final Slot slot;
        private final RequestContext context = new RequestContext();

        Pooled(Slot slot) {
            this.slot = slot;
            context.attachment = this;
        }

        @Override
        public void release() {
            slot.release(this);
        }
    }

    private final LongAdder gets = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder made = new LongAdder();
    private final LongAdder out = new LongAdder();
    private final Pool<Pooled> pool = Pool.from(new Allocator<Pooled>() {
        @Override
        public Pooled allocate(Slot slot) {
            made.increment();
            return new Pooled(slot);
        }

        @Override
        public void deallocate(Pooled pooled) {
            made.decrement();
        }
    }).setSize(SIZE).setBackgroundExpirationEnabled(false).setExpiration(info -> false).build();

    @Override
    public RequestContext get() {
        gets.increment();
        @Nullable Pooled pooled;
        try {
            pooled = pool.claim(AT_ONCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            pooled = null;
        }
        if (pooled == null) {
            misses.increment();
            return new RequestContext();
        }
        out.increment();
        return pooled.context;
    }

    @Override
    public void put(RequestContext context) {
        context.reset();
        if (context.attachment instanceof Pooled pooled) {
            out.decrement();
            pooled.release();
        }
    }

    @Override
    public PoolStatus status() {
        return PoolStatus.of(gets.sum(), misses.sum(), made.sum() - out.sum());
    }

    @Override
    public void close() {
        pool.shutdown();
    }
}
