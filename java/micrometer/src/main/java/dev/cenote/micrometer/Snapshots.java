package dev.cenote.micrometer;

import java.lang.ref.WeakReference;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * One snapshot of a pool's stats for all its meters that are read together: a scrape asks the pool once. Any thread.
 *
 * @param <P> the pool, held weakly, so that meters keep none alive
 * @param <S> its stats
 */
final class Snapshots<P, S> {

    static final long FRESH_NANOS = 100_000_000;

    private final WeakReference<P> pool;
    private final Function<P, S> ask;
    private final LongSupplier clock;
    private @Nullable S last;
    private long lastNanos;

    Snapshots(P pool, Function<P, S> ask, LongSupplier clock) {
        this.pool = new WeakReference<>(pool);
        this.ask = ask;
        this.clock = clock;
    }

    /** A figure of stats not older than 100 ms; NaN when the pool is garbage. */
    double read(ToDoubleFunction<S> figure) {
        S stats = stats();
        return stats == null ? Double.NaN : figure.applyAsDouble(stats);
    }

    private synchronized @Nullable S stats() {
        P alive = pool.get();
        if (alive == null) {
            return null;
        }
        long now = clock.getAsLong();
        if (last == null || now - lastNanos > FRESH_NANOS || now - lastNanos < 0) {
            last = ask.apply(alive);
            lastNanos = now;
        }
        return last;
    }
}
