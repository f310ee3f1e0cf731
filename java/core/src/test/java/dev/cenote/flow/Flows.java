package dev.cenote.flow;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Pools for tests: their own clock, no scheduler but the test, objects that remember what was done to them. */
final class Flows {

    static final long MILLI = 1_000_000;

    /** A clock that stands still until the test moves it. */
    final AtomicLong clock = new AtomicLong(1_000_000_000L);
    final AtomicInteger made = new AtomicInteger();
    final AtomicInteger destroyed = new AtomicInteger();

    /** What the pools hold. */
    static final class Item {
        final int number;
        final AtomicInteger resets = new AtomicInteger();
        final AtomicInteger destroys = new AtomicInteger();
        /** Who has it; plain on purpose: the pool orders it. */
        long owner;

        Item(int number) {
            this.number = number;
        }
    }

    Item make() {
        return new Item(made.incrementAndGet());
    }

    void destroy(Item item) {
        item.destroys.incrementAndGet();
        destroyed.incrementAndGet();
    }

    /** With the default generations. */
    GenerationalPoolBuilder<Item> builder() {
        return GenerationalPool.builder(this::make).name("test").flowScheduler(FlowScheduler.off()).clock(clock::get)
            .destroy(this::destroy);
    }

    /** With three small ones. */
    GenerationalPoolBuilder<Item> small() {
        return builder().generation("T0", 4, Duration.ofMillis(10)).generation("T1", 4, Duration.ofSeconds(2))
            .generation("T2", 4, Duration.ZERO);
    }

    void pass(long millis) {
        clock.addAndGet(millis * MILLI);
    }

    /** One step of a scheduler that decides nothing, some time later. */
    int step(GenerationalPool<Item> pool, long millis) {
        pass(millis);
        int gone = pool.flow().evict(0);
        decay(pool);
        return gone;
    }

    /** A period is over. */
    static void decay(GenerationalPool<Item> pool) {
        pool.flow().forgetTags();
        pool.flow().beat().endPeriod();
    }

    /** There were so many collections; returns how many entries were destroyed. */
    static int age(GenerationalPool<Item> pool, int cycles) {
        pool.flow().beat().survive(cycles);
        return pool.flow().age(0);
    }

    static List<Item> take(GenerationalPool<Item> pool, int count) {
        List<Item> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            taken.add(pool.get());
        }
        return taken;
    }

    /** Takes and puts one object so many times: makes it hot. */
    static void heat(GenerationalPool<Item> pool, int times, String tag) {
        for (int i = 0; i < times; i++) {
            pool.put(pool.get(), tag);
        }
    }

    static int[] entries(GenerationalPool<Item> pool) {
        return pool.stats().generations().stream().mapToInt(GenerationStats::entries).toArray();
    }

    static long evicted(GenerationalPool<Item> pool, Eviction cause) {
        return pool.stats().generations().stream().mapToLong(each -> each.evictions().get(cause)).sum();
    }

    static void run(Runnable work) throws InterruptedException {
        Throwable[] failure = {null};
        Thread thread = new Thread(work);
        thread.setUncaughtExceptionHandler((t, e) -> failure[0] = e);
        thread.start();
        thread.join();
        if (failure[0] != null) {
            throw new AssertionError("in another thread", failure[0]);
        }
    }
}
