package dev.cenote.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cenote.flow.Flows.Item;
import dev.cenote.internal.VirtualThreads;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * Threads that share a pool, idle, die; and everything at once.
 */
class GenerationsThreadsTest {

    private final Flows flows = new Flows();

    @Test
    void anotherThread_mayPutAndIsServedFromT1() throws Exception {
        GenerationalPool<Item> pool = flows.builder().build();
        Item item = pool.get();
        Flows.run(() -> pool.put(item));
        pool.flow().evict(0); /* the thread is dead: what it held goes to T1 */
        assertThat(Flows.entries(pool)).containsExactly(0, 1, 0);
        assertThat(pool.get()).isSameAs(item);
        assertThat(pool.stats().generations().get(1).hits()).isEqualTo(1);
        pool.put(item);
        assertThatThrownBy(() -> Flows.run(() -> pool.put(item))).hasRootCauseInstanceOf(dev.cenote.DoublePutException.class);
        assertThat(pool.isValid()).isTrue();
    }

    @Test
    void busyThread_isToldToSweepOnlyWhenItDidNot() {
        GenerationalPool<Item> pool = flows.small().build();
        Flows.heat(pool, 300, null);
        flows.pass(6); /* more than half of T0's time */
        Flows.heat(pool, 300, null);
        pool.flow().evict(0);
        assertThat(pool.newest().user).as("swept by itself").isSameAs(Thread.currentThread());
        Flows.decay(pool);
        Flows.heat(pool, 300, null);
        pool.flow().evict(0);
        assertThat(pool.newest().user).as("told to sweep").isNull();
        Flows.heat(pool, 1, null);
        assertThat(pool.newest().user).as("has swept").isSameAs(Thread.currentThread());
        assertThat(pool.isValid()).isTrue();
    }

    @Test
    void partsThatTheirThreadsSwept_areNotLookedAtAndTheirHitsCountAllTheSame() throws InterruptedException {
        GenerationalPool<Item> pool = flows.small().build();
        long gets = 0;
        long told = 0;
        for (int step = 0; step < 6; step++) {
            boolean sweeps = step % 2 == 1;
            Flows.heat(pool, 1300, null);
            flows.pass(6); /* more than half of T0's time: the next look at the clock sweeps */
            Flows.heat(pool, sweeps ? 1300 : 1, null);
            gets += sweeps ? 2600 : 1301;
            assertThat(pool.flow().isAllSwept()).isEqualTo(sweeps);
            FlowSample sample = pool.flow().sample(0);
            told += sample.hits;
            assertThat(told).isBetween(gets - 1301, gets - 1); /* the first get missed; at most what came since the sweep is told later */
            pool.flow().evict(0);
            Flows.decay(pool);
        }
        Flows.run(() -> Flows.heat(pool, 500, null)); /* takes what is left in nobody's part: makes one */
        pool.flow().evict(0); /* dead: what it did not tell is told */
        told += pool.flow().sample(0).hits;
        assertThat(told).isEqualTo(gets + 500 - 2);
        assertThat(told).isEqualTo(pool.stats().hits());
    }

    @Test
    void tenThousandDyingThreads_loseNothing() throws Exception {
        GenerationalPool<Item> pool = flows.builder().build();
        for (int i = 0; i < 10_000; i += 20) {
            List<Thread> threads = new ArrayList<>();
            for (int j = 0; j < 20; j++) {
                Thread thread = new Thread(() -> Flows.take(pool, 3).forEach(pool::put));
                thread.start();
                threads.add(thread);
            }
            for (Thread thread : threads) {
                thread.join();
            }
            pool.flow().evict(0);
        }
        GenerationalPoolStats stats = pool.stats();
        assertThat(stats.outstanding()).isZero();
        assertThat(stats.created() - stats.destroyed()).isEqualTo(stats.idle());
        assertThat(stats.hits() + stats.misses()).isEqualTo(30_000);
        assertThat(pool.isValid()).isTrue();
    }

    @Test
    void idleThread_isVisitedAndGoesOn() throws Exception {
        GenerationalPool<Item> pool = flows.builder().build();
        CountDownLatch idle = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Thread thread = new Thread(() -> {
            Flows.heat(pool, 1000, null); /* busy enough to be left alone */
            Flows.take(pool, 10).forEach(pool::put);
            idle.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            Flows.take(pool, 10).forEach(pool::put);
        });
        thread.start();
        idle.await();
        assertThat(Flows.entries(pool)).containsExactly(10, 0, 0);
        for (int i = 0; i < 4; i++) {
            flows.step(pool, 500);
        }
        for (int i = 0; i < 10; i++) {
            flows.step(pool, 500); /* the hot one cools down */
        }
        assertThat(Flows.entries(pool)).containsExactly(0, 0, 0);
        assertThat(flows.destroyed).hasValue(10);
        goOn.countDown();
        thread.join();
        pool.flow().evict(0);
        assertThat(pool.stats().idle()).isEqualTo(10);
        assertThat(pool.isValid()).isTrue();
    }

    @Test
    void manyThreads_shareTheCapacityOfT0() throws Exception {
        GenerationalPool<Item> pool = flows.small().build();
        CountDownLatch put = new CountDownLatch(20);
        CountDownLatch leave = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Thread thread = new Thread(() -> {
                Flows.take(pool, 3).forEach(pool::put);
                put.countDown();
                try {
                    leave.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            thread.start();
            threads.add(thread);
        }
        put.await();
        assertThat(Flows.entries(pool)[0]).isLessThanOrEqualTo(4);
        assertThat(pool.stats().idle()).isLessThanOrEqualTo(12);
        leave.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(pool.stats().outstanding()).isZero();
        assertThat(pool.isValid()).isTrue();
    }

    @Test
    void virtualThreads_shareStripes() throws Exception {
        GenerationalPool<Item> pool = flows.builder().reset(item -> item.resets.incrementAndGet()).build();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            Thread thread = virtualThread(() -> Flows.heat(pool, 2, "v"));
            if (thread == null) {
                return; /* before JDK 21 there are none */
            }
            assertThat(VirtualThreads.isVirtual(thread)).isTrue();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(pool.stats().outstanding()).isZero();
        assertThat(pool.stats().hits() + pool.stats().misses()).isEqualTo(20_000);
        assertThat(pool.isValid()).isTrue();
        pool.close();
        assertThat(flows.destroyed.get()).isEqualTo(flows.made.get());
    }

    private static Thread virtualThread(Runnable work) throws Exception {
        try {
            return (Thread) Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, work);
        } catch (NoSuchMethodException e) {
            return null;
        }
    }

    /** Threads that take, keep, hand over and put; threads that die; steps, promotions, trims; at the end every object is once somewhere. */
    @Test
    void stress_everyObjectIsInOnePlaceAndDestroyedOnce() throws Exception {
        long seed = Long.getLong("cenote.test.seed", System.nanoTime());
        System.out.println("stress of generations: -Dcenote.test.seed=" + seed);
        ConcurrentLinkedQueue<Item> all = new ConcurrentLinkedQueue<>();
        GenerationalPool<Item> pool = GenerationalPool.<Item>builder(() -> {
            Item made = flows.make();
            all.add(made);
            return made;
        }).name("stress").generation("T0", 64, java.time.Duration.ofMillis(2)).generation("T1", 32, java.time.Duration.ofMillis(5))
            .generation("T2", 16, java.time.Duration.ZERO).flowScheduler(FlowScheduler.off()).destroy(flows::destroy).build();
        ArrayBlockingQueue<Item> handed = new ArrayBlockingQueue<>(64);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        AtomicBoolean stop = new AtomicBoolean();
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int number = i;
            Thread worker = new Thread(() -> work(pool, handed, new Random(seed + number), stop, failure, 1_000_000));
            worker.start();
            workers.add(worker);
        }
        Random random = new Random(seed);
        long end = System.nanoTime() + 6_000_000_000L;
        while (System.nanoTime() < end && failure.get() == null) {
            Thread mortal = new Thread(() -> work(pool, handed, new Random(), stop, failure, 300));
            mortal.start();
            FlowSample sample = pool.flow().sample(0);
            pool.flow().addClasses(sample);
            for (int i = 0; i < sample.tags(); i++) {
                Tag tag = pool.flow().tag(sample.index(i));
                pool.flow().route(tag, random.nextInt(3));
                pool.flow().promote(tag, 0, 1 + random.nextInt(2));
                pool.flow().promote(tag, 1, 2);
            }
            Flows.age(pool, 1);
            pool.flow().evict(0);
            Flows.decay(pool);
            if (random.nextInt(20) == 0) {
                pool.trim();
            }
            mortal.join();
        }
        stop.set(true);
        for (Thread worker : workers) {
            worker.join();
        }
        assertThat(failure.get()).isNull();
        for (Item item; (item = handed.poll()) != null;) {
            pool.put(item);
        }
        pool.flow().evict(0);
        GenerationalPoolStats stats = pool.stats();
        assertThat(stats.outstanding()).isZero();
        assertThat(stats.duplicates()).isZero();
        assertThat(stats.lost()).isZero();
        assertThat(stats.idle()).isLessThanOrEqualTo(64 + 32 + 16);
        assertThat(stats.created() - stats.destroyed()).isEqualTo(stats.idle());
        assertThat(pool.isValid()).isTrue();
        assertThat(stats.migrations()).isPositive();
        pool.close();
        assertThat(all).allSatisfy(item -> assertThat(item.destroys).hasValue(1));
        assertThat(all).hasSize((int) stats.created());
    }

    private static void work(GenerationalPool<Item> pool, ArrayBlockingQueue<Item> handed, Random random, AtomicBoolean stop,
                             AtomicReference<Throwable> failure, int rounds) {
        @SuppressWarnings("deprecation") /* threadId() came with 19 */
        long me = Thread.currentThread().getId();
        String[] tags = {"a", "b", "c", null};
        try {
            for (int i = 0; i < rounds && !stop.get() || random.nextInt(100) == 0 && !stop.get(); i++) {
                List<Item> mine = new ArrayList<>();
                for (int j = random.nextInt(12); j >= 0; j--) {
                    Item item = pool.get();
                    if (item.owner != 0) {
                        throw new AssertionError("object " + item.number + " was given to " + me + " and belongs to " + item.owner);
                    }
                    if (item.destroys.get() != 0) {
                        throw new AssertionError("object " + item.number + " was given and is destroyed");
                    }
                    item.owner = me;
                    mine.add(item);
                }
                java.util.Collections.shuffle(mine, random);
                for (Item item : mine) {
                    if (item.owner != me) {
                        throw new AssertionError("object " + item.number + " of " + me + " was given to " + item.owner);
                    }
                    item.owner = 0;
                    if (random.nextInt(8) != 0 || !handed.offer(item)) {
                        pool.put(item, tags[random.nextInt(tags.length)]);
                    }
                }
                Item other = handed.poll();
                if (other != null) {
                    pool.put(other);
                }
            }
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
        }
    }

    @Test
    void closeUnderLoad_destroysEverythingOnce() throws Exception {
        for (int round = 0; round < 50; round++) {
            Flows own = new Flows();
            GenerationalPool<Item> pool = own.small().build();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Thread thread = new Thread(() -> {
                    try {
                        while (true) {
                            Flows.take(pool, 3).forEach(pool::put);
                        }
                    } catch (dev.cenote.PoolClosedException e) {
                        /* the end; what take() had in its hands is lost to the test, not to the pool */
                    }
                });
                thread.start();
                threads.add(thread);
            }
            Thread.sleep(2);
            pool.close();
            for (Thread thread : threads) {
                thread.join();
            }
            pool.flow().evict(0);
            GenerationalPoolStats stats = pool.stats();
            assertThat(stats.idle()).isZero();
            assertThat(stats.destroyed()).isEqualTo(own.destroyed.get());
            assertThat(stats.created() - stats.destroyed()).isEqualTo(stats.outstanding()).isLessThanOrEqualTo(6);
        }
    }
}
