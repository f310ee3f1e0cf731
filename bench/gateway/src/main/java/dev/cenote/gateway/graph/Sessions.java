package dev.cenote.gateway.graph;

import dev.cenote.gateway.pool.ContextPool;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Keeps contexts for as long as their requests' sessions do, then gives them back: on a thread of its own, as a reaper does. */
final class Sessions {
    private final DelayQueue<RequestContext> kept = new DelayQueue<>();
    private final ContextPool pool;
    private final LongAdder corrupt;
    private final Thread reaper;
    private volatile boolean stopping;

    Sessions(ContextPool pool, LongAdder corrupt) {
        this.pool = pool;
        this.corrupt = corrupt;
        this.reaper = new FastThreadLocalThread(this::run, "sessions");
        this.reaper.start();
    }

    void keep(RequestContext context) {
        context.keepUntil(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(context.keepMillis()));
        kept.add(context);
    }

    /** Its last reader gives a context back. */
    void release(RequestContext context) {
        if (!context.end()) {
            corrupt.increment();
        }
        pool.put(context);
    }

    int size() {
        return kept.size();
    }

    private void run() {
        try {
            while (!stopping) {
                RequestContext context = kept.poll(50, TimeUnit.MILLISECONDS);
                if (context != null) {
                    release(context);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        List<RequestContext> rest = new ArrayList<>(kept);
        kept.clear();
        rest.forEach(this::release);
    }

    void stop() {
        stopping = true;
        try {
            reaper.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
