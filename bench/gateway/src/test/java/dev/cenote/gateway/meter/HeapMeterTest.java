package dev.cenote.gateway.meter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class HeapMeterTest {
    private static final int BYTES = 64 << 20;

    @Test
    void whatAThreadAllocated_staysWhenItEnds() throws InterruptedException {
        HeapMeter meter = new HeapMeter();
        long before = meter.bytes();
        CountDownLatch allocated = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        byte[][] kept = new byte[1][];
        Thread thread = new Thread(() -> {
            kept[0] = new byte[BYTES];
            allocated.countDown();
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        thread.start();
        allocated.await();
        long alive = meter.bytes();
        assertThat(alive - before).isGreaterThanOrEqualTo(BYTES);
        end.countDown();
        thread.join();
        assertThat(meter.bytes()).isGreaterThanOrEqualTo(alive);
        assertThat(kept[0]).hasSize(BYTES);
    }
}
