package dev.cenote.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** The background thread: one for all, there while it is needed, and no longer. */
class FlowThreadTest {

    private static FlowSchedulerBuilder quick() {
        return FlowScheduler.builder().period(Duration.ofMillis(10));
    }

    private static void await(BooleanSupplier fact) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!fact.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as("patience").isNegative();
            Thread.sleep(5);
        }
    }

    private static AtomicReference<Thread> threadOf(FlowScheduler scheduler, CountDownLatch steps) {
        AtomicReference<Thread> thread = new AtomicReference<>();
        scheduler.addListener(new FlowListener() {
            @Override
            public void onStep(FlowStep step) {
                thread.set(Thread.currentThread());
                steps.countDown();
            }
        });
        return thread;
    }

    @Test
    void allSchedulers_shareOneDaemonThread() throws InterruptedException {
        FlowScheduler first = quick().build();
        FlowScheduler second = quick().build();
        CountDownLatch steps = new CountDownLatch(3);
        CountDownLatch others = new CountDownLatch(3);
        AtomicReference<Thread> one = threadOf(first, steps);
        AtomicReference<Thread> other = threadOf(second, others);
        ScriptedPool pool = new ScriptedPool("a");
        ScriptedPool further = new ScriptedPool("b");
        first.join(pool);
        second.join(further);
        assertThat(steps.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(others.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(one.get()).isSameAs(other.get());
        assertThat(one.get().isDaemon()).isTrue();
        assertThat(one.get().getContextClassLoader()).isNull();
        first.leave(pool);
        second.leave(further);
        one.get().join(TimeUnit.SECONDS.toMillis(60));
        assertThat(one.get().isAlive()).isFalse();
        assertThat(first.stats().gcKnown()).as("beans were let go").isFalse();
    }

    @Test
    void forgottenPool_isCollectedAndTheThreadEnds() throws InterruptedException {
        FlowScheduler scheduler = quick().build();
        CountDownLatch steps = new CountDownLatch(3);
        AtomicReference<Thread> thread = threadOf(scheduler, steps);
        WeakReference<ScriptedPool> forgotten = joined(scheduler);
        assertThat(steps.await(60, TimeUnit.SECONDS)).isTrue();
        await(() -> {
            System.gc();
            return forgotten.refersTo(null);
        });
        thread.get().join(TimeUnit.SECONDS.toMillis(60));
        assertThat(thread.get().isAlive()).isFalse();
    }

    private static WeakReference<ScriptedPool> joined(FlowScheduler scheduler) {
        ScriptedPool pool = new ScriptedPool("forgotten");
        pool.hits = 0; /* nobody uses it: so it comes to rest, and a collector that takes longer than a period finds it */
        scheduler.join(pool);
        return new WeakReference<>(pool);
    }

    @Test
    void stop_endsTheStepsAndStartBringsThemBack() throws InterruptedException {
        FlowScheduler scheduler = quick().stopped().build();
        ScriptedPool pool = new ScriptedPool("a");
        scheduler.join(pool);
        assertThat(scheduler.isRunning()).isFalse();
        assertThat(scheduler.stats().steps()).isZero();
        scheduler.start();
        scheduler.start();
        await(() -> scheduler.stats().steps() > 2);
        scheduler.stop();
        scheduler.step(); /* waits for one under way */
        long steps = scheduler.stats().steps();
        Thread.sleep(100);
        assertThat(scheduler.stats().steps()).isLessThanOrEqualTo(steps + 1);
        scheduler.start();
        await(() -> scheduler.stats().steps() > steps + 3);
        scheduler.leave(pool);
    }

    @Test
    void throwingPool_doesNotEndTheThread() throws InterruptedException {
        FlowScheduler scheduler = quick().build();
        ScriptedPool broken = new ScriptedPool("broken");
        broken.failure = new IllegalStateException("as the test wants");
        scheduler.join(broken);
        await(() -> scheduler.stats().poolFailures() > 3);
        scheduler.leave(broken);
    }

    @Test
    void stepThatBlocks_showsHowLong() throws InterruptedException {
        FlowScheduler scheduler = quick().build();
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch free = new CountDownLatch(1);
        scheduler.addListener(new FlowListener() {
            @Override
            public void onStep(FlowStep step) {
                blocked.countDown();
                try {
                    free.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        ScriptedPool pool = new ScriptedPool("a");
        scheduler.join(pool);
        assertThat(blocked.await(60, TimeUnit.SECONDS)).isTrue();
        await(() -> scheduler.stats().stepNanosRunning() > 50_000_000);
        free.countDown();
        scheduler.leave(pool);
        await(() -> scheduler.stats().stepNanosRunning() == 0);
    }
}
