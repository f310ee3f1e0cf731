package dev.cenote.internal;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many chunks upkeep keeps ready ahead of growth: twice as many after a growth that found none, half as many after
 * quiet time, none while the store sleeps. A store that was trimmed, or that nobody used for a period, sleeps until the
 * next exchange, or upkeep would undo what trimming did; {@code cn_trim.c} does the same.
 */
final class JavaSpares {

    private static final int MAX = 16;
    private static final long AWAKE = -1;

    private final boolean onDemand;
    private final JavaCounters counters;
    private final AtomicInteger wanted = new AtomicInteger(1);
    /** How many exchanges there had been when the store fell asleep. */
    private final AtomicLong asleepAt = new AtomicLong(AWAKE);

    /** {@code onDemand}: no chunk is ever made ahead. */
    JavaSpares(boolean onDemand, JavaCounters counters) {
        this.onDemand = onDemand;
        this.counters = counters;
    }

    int wanted() {
        long asleep = asleepAt.get();
        if (onDemand || asleep != AWAKE && (asleep == exchanges() || !asleepAt.compareAndSet(asleep, AWAKE))) {
            return 0;
        }
        return wanted.get();
    }

    /** A growth found no spare chunk. */
    void miss() {
        wanted.updateAndGet(chunks -> Math.min(2 * chunks, MAX));
    }

    /** No growth for a period. */
    void calm() {
        wanted.updateAndGet(chunks -> Math.max(1, chunks / 2));
    }

    /** Until the next exchange none; then one, to begin with. */
    void sleep() {
        wanted.set(1);
        asleepAt.set(exchanges());
    }

    long exchanges() {
        return counters.sum(StoreCounter.EXCHANGES);
    }
}
