package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Threads that did something with a pool, and then stay alive and out of it until the end.
 */
@SuppressWarnings("try") // close waits for threads, and may be interrupted
final class Holders implements AutoCloseable {
    private final CountDownLatch end = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<Exception> failure = new AtomicReference<>();

    Holders(int count, TestPools.Body work, TestPools.Body afterwards) throws Exception {
        CountDownLatch done = new CountDownLatch(count);
        for (int i = 0; i < count; i++) {
            int index = i;
            Thread thread = new Thread(() -> {
                try {
                    work.run(index);
                } catch (Exception e) {
                    failure.compareAndSet(null, e);
                }
                done.countDown();
                try {
                    end.await();
                    afterwards.run(index);
                } catch (Exception e) {
                    failure.compareAndSet(null, e);
                }
            }, "holder-" + i);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        done.await();
        assertThat(failure.get()).isNull();
    }

    @Override
    public void close() throws InterruptedException {
        end.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failure.get()).isNull();
    }
}
