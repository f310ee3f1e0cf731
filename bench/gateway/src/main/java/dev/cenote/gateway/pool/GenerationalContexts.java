package dev.cenote.gateway.pool;

import dev.cenote.flow.FlowDecision;
import dev.cenote.flow.FlowListener;
import dev.cenote.flow.FlowScheduler;
import dev.cenote.flow.GenerationalPool;
import dev.cenote.flow.GenerationalPoolStats;
import dev.cenote.gateway.graph.RequestContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Cenote's pool in generations: the usual capacities, the adaptive scheduler, a tag with each put. T1 keeps entries for ten seconds
 * instead of two, since the load comes back every two: bursts differ, and what the largest of the last five needed stays.
 */
final class GenerationalContexts implements ContextPool, FlowListener {
    private final List<PoolStatus.Decision> decisions = new ArrayList<>();
    private final GenerationalPool<RequestContext> pool;

    GenerationalContexts() {
        FlowScheduler.adaptive().addListener(this);
        pool = GenerationalPool.builder(RequestContext::new)
            .name("contexts")
            .generation("T0", 1024, Duration.ofMillis(10))
            .generation("T1", 512, Duration.ofSeconds(20))
            .generation("T2", 64, Duration.ZERO)
            .reset(RequestContext::reset)
            .flowScheduler(FlowScheduler.adaptive())
            .build();
    }

    @Override
    public RequestContext get() {
        return pool.get();
    }

    @Override
    public void put(RequestContext context) {
        pool.put(context, context.tag());
    }

    @Override
    public void onDecision(FlowDecision decision) {
        synchronized (decisions) {
            decisions.add(new PoolStatus.Decision(decision.nanos(), decision.action().name(), decision.tag(), decision.entries(),
                decision.reason()));
        }
    }

    /** Decisions are told once: those since the status before. */
    @Override
    public PoolStatus status() {
        GenerationalPoolStats stats = pool.stats();
        List<PoolStatus.Decision> since;
        synchronized (decisions) {
            since = List.copyOf(decisions);
            decisions.clear();
        }
        return new PoolStatus(stats.hits() + stats.misses(), stats.misses(),
            stats.generations().stream().map(generation -> new PoolStatus.Held(generation.name(), generation.entries())).toList(), since);
    }

    @Override
    public void close() {
        FlowScheduler.adaptive().removeListener(this);
        pool.close();
    }
}
