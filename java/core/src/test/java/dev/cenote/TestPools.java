package dev.cenote;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/**
 * What the tests of pools share: the backend under test, pools of a handy size, threads that report failures.
 */
final class TestPools {

    /** The backend this run is about: {@code -Dcenote.test.backend=jni|ffm|java}. */
    static final Backend BACKEND =
        Backend.valueOf(System.getProperty("cenote.test.backend", "java").toUpperCase(Locale.ROOT));

    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private TestPools() {
    }

    static boolean hasAddresses() {
        return BACKEND != Backend.JAVA || Runtime.version().feature() >= 22;
    }

    static BlockPoolBuilder builder() {
        return BlockPool.builder().backend(BACKEND).name("test").blockBytes(256).maximumBytes(1 << 20);
    }

    /** A pool of exactly so many blocks of 64 bytes, in magazines of one. */
    static BlockPool ofBlocks(int blocks) {
        return builder().blockBytes(64).maximumBytes(64L * blocks).magazineBlocks(1).build();
    }

    /** Takes all that a pool gives. */
    static List<Block> takeAll(BlockPool pool) {
        List<Block> taken = new ArrayList<>();
        for (Block block = pool.tryGet(); block != null; block = pool.tryGet()) {
            taken.add(block);
        }
        return taken;
    }

    @FunctionalInterface
    interface Body {
        void run(int index) throws Exception;
    }

    /** Runs bodies in platform threads that start together; throws what the first of them threw. */
    static void inThreads(int count, Body body) throws Exception {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int index = i;
            Thread thread = new Thread(() -> {
                try {
                    start.await();
                    body.run(index);
                } catch (Throwable e) {
                    failure.compareAndSet(null, e);
                }
            }, "test-" + i);
            thread.setDaemon(true); /* a test that fails must not hang the run */
            thread.start();
            threads.add(thread);
        }
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        if (failure.get() != null) {
            throw new AssertionError("a thread failed: " + failure.get(), failure.get());
        }
    }

    static void inThread(Body body) throws Exception {
        inThreads(1, body);
    }

    /** Waits for what another thread brings about sooner or later; gives up after a minute. */
    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long began = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - began > PATIENCE_NANOS) {
                throw new AssertionError("never came about: " + what);
            }
            Thread.sleep(1);
        }
    }
}
