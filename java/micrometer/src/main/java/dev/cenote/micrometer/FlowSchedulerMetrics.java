package dev.cenote.micrometer;

import dev.cenote.flow.FlowScheduler;
import dev.cenote.flow.FlowSchedulerStats;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import java.util.List;

/**
 * Meters of a {@link FlowScheduler}: {@code new FlowSchedulerMetrics(FlowScheduler.adaptive(), "adaptive").bindTo(registry)}. As
 * {@link BlockPoolMetrics}; the tag {@code pool} holds the name given here.
 */
public final class FlowSchedulerMetrics extends PoolMeters<FlowScheduler, FlowSchedulerStats> {

    /**
     * Prepares meters.
     *
     * @param scheduler which
     * @param name tells it from others
     */
    public FlowSchedulerMetrics(FlowScheduler scheduler, String name) {
        this(scheduler, name, List.of());
    }

    /**
     * Prepares meters.
     *
     * @param scheduler which
     * @param name tells it from others
     * @param tags for all its meters, besides {@code pool}
     */
    public FlowSchedulerMetrics(FlowScheduler scheduler, String name, Iterable<Tag> tags) {
        super(scheduler, name, FlowScheduler::stats, tags);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(registry, "cenote.flow.pools", "pools", "Pools that the scheduler looks after", FlowSchedulerStats::pools);
        timer(registry, "cenote.flow.steps", "Turns over all pools", FlowSchedulerStats::steps, FlowSchedulerStats::stepNanosTotal);
        nanos(registry, "cenote.flow.step.max", "The longest step", FlowSchedulerStats::stepNanosMax);
        nanos(registry, "cenote.flow.step.running", "How long the step under way has been running", FlowSchedulerStats::stepNanosRunning);
        counter(registry, "cenote.flow.decisions", "decisions", "Decisions made", FlowSchedulerStats::decisions);
        counter(registry, "cenote.flow.failures", "calls", "Calls that threw", FlowSchedulerStats::poolFailures, "of", "pool");
        counter(registry, "cenote.flow.failures", "calls", "Calls that threw", FlowSchedulerStats::listenerFailures, "of", "listener");
        gauge(registry, "cenote.flow.degraded", "flag", "1 if the JVM does not tell about its collections", s -> s.gcKnown() || s.steps() == 0 ? 0 : 1);
    }
}
