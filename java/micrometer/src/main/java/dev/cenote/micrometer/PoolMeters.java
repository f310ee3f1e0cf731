package dev.cenote.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * What the binders of all kinds of pools share: meters that read one snapshot together, and are removed together.
 *
 * @param <P> the kind of pool
 * @param <S> its stats
 */
abstract class PoolMeters<P, S> implements MeterBinder, AutoCloseable {

    private final P pool;
    private final Tags tags;
    private final Snapshots<P, S> snapshots;
    private final List<Registered> registered = new ArrayList<>();

    private record Registered(MeterRegistry registry, Meter meter) {
    }

    PoolMeters(P pool, String name, Function<P, S> ask, Iterable<Tag> tags) {
        this.pool = pool;
        this.tags = Tags.of("pool", name).and(tags);
        this.snapshots = new Snapshots<>(pool, ask, System::nanoTime);
    }

    /**
     * Removes the meters from every registry they were bound to. Does not close the pool. Idempotent.
     */
    @Override
    public void close() {
        synchronized (registered) {
            registered.forEach(each -> each.registry.remove(each.meter));
            registered.clear();
        }
    }

    final void gauge(MeterRegistry registry, String name, String unit, String about, ToDoubleFunction<S> figure, String... more) {
        keep(registry, Gauge.builder(name, pool, read(figure)).tags(tags.and(more)).baseUnit(unit).description(about)
            .register(registry));
    }

    final void bytes(MeterRegistry registry, String name, String about, ToDoubleFunction<S> figure, String... more) {
        gauge(registry, name, BaseUnits.BYTES, about, figure, more);
    }

    final void nanos(MeterRegistry registry, String name, String about, ToDoubleFunction<S> figure, String... more) {
        keep(registry, TimeGauge.builder(name, pool, TimeUnit.NANOSECONDS, read(figure)).tags(tags.and(more)).description(about)
            .register(registry));
    }

    final void counter(MeterRegistry registry, String name, String unit, String about, ToDoubleFunction<S> figure, String... more) {
        keep(registry, FunctionCounter.builder(name, pool, read(figure)).tags(tags.and(more)).baseUnit(unit)
            .description(about).register(registry));
    }

    final void timer(MeterRegistry registry, String name, String about, ToLongFunction<S> count, ToDoubleFunction<S> nanos) {
        ToDoubleFunction<P> times = read(count::applyAsLong);
        keep(registry, FunctionTimer.builder(name, pool, p -> (long) times.applyAsDouble(p), read(nanos), TimeUnit.NANOSECONDS).tags(tags).description(about).register(registry));
    }

    /** Meters hold the function for good, so it must reach the pool through the snapshots alone, which hold it weakly. */
    private ToDoubleFunction<P> read(ToDoubleFunction<S> figure) {
        Snapshots<P, S> from = snapshots;
        return p -> from.read(figure);
    }

    private void keep(MeterRegistry registry, Meter meter) {
        synchronized (registered) {
            registered.add(new Registered(registry, meter));
        }
    }
}
