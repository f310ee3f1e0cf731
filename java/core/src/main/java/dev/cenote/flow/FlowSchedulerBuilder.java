package dev.cenote.flow;

import java.time.Duration;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * Builds a {@link FlowScheduler} that differs from {@link FlowScheduler#adaptive()}. One thread.
 */
public final class FlowSchedulerBuilder {

    private static final Duration PERIOD = Duration.ofMillis(500);
    private static final Duration PERIOD_MIN = Duration.ofMillis(10);
    private static final Duration PERIOD_MAX = Duration.ofHours(1);

    private String name = "own";
    private Duration period = PERIOD;
    private double threshold;
    private LongSupplier clock = System::nanoTime;
    private GcSource gc = GcSource.ofJvm();
    private boolean starts = true;

    FlowSchedulerBuilder() {
    }

    /**
     * Names it in logs.
     *
     * @param name not blank
     * @return this
     */
    public FlowSchedulerBuilder name(String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("the name of a flow scheduler is blank");
        }
        this.name = name;
        return this;
    }

    /**
     * Sets the time from step to step; 500 ms by default.
     *
     * @param period 10 ms to an hour
     * @return this
     */
    public FlowSchedulerBuilder period(Duration period) {
        if (period.compareTo(PERIOD_MIN) < 0 || period.compareTo(PERIOD_MAX) > 0) {
            throw new IllegalArgumentException("period is " + period + "; it must be from " + PERIOD_MIN + " to " + PERIOD_MAX);
        }
        this.period = period;
        return this;
    }

    /**
     * Fixes the threshold instead of tuning it.
     *
     * @param threshold the share of its generation's time to live that a class's mean residence must pass, 0.01 to 1
     * @return this
     */
    public FlowSchedulerBuilder threshold(double threshold) {
        if (!(threshold >= ThresholdTuner.HEALTH_MIN && threshold <= 1)) {
            throw new IllegalArgumentException("threshold is " + threshold + "; it must be from " + ThresholdTuner.HEALTH_MIN + " to 1");
        }
        this.threshold = threshold;
        return this;
    }

    /**
     * Sets the clock that pools and decisions go by; the pace of the thread is always the system's.
     *
     * @param nanos like {@link System#nanoTime()}
     * @return this
     */
    public FlowSchedulerBuilder clock(LongSupplier nanos) {
        this.clock = Objects.requireNonNull(nanos, "nanos");
        return this;
    }

    /**
     * Sets where it learns about garbage collections.
     *
     * @param source used by this scheduler alone
     * @return this
     */
    public FlowSchedulerBuilder gcSource(GcSource source) {
        this.gc = Objects.requireNonNull(source, "source");
        return this;
    }

    /**
     * Leaves it stopped: only {@link FlowScheduler#step()} makes it work, until {@link FlowScheduler#start()}.
     *
     * @return this
     */
    public FlowSchedulerBuilder stopped() {
        this.starts = false;
        return this;
    }

    /** {@return the scheduler; pools join it by their builders} */
    public FlowScheduler build() {
        return new FlowScheduler(this, true);
    }

    String name() {
        return name;
    }

    Duration period() {
        return period;
    }

    double threshold() {
        return threshold;
    }

    LongSupplier clock() {
        return clock;
    }

    GcSource gc() {
        return gc;
    }

    boolean starts() {
        return starts;
    }
}
