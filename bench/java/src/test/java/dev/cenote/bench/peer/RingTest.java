package dev.cenote.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RingTest {

    @Test
    void fullAndEmpty_areTold() {
        Ring.OfLongs ring = new Ring.OfLongs(4);
        assertThat(ring.poll()).isZero();
        for (long i = 1; i <= 4; i++) {
            assertThat(ring.offer(i)).isTrue();
        }
        assertThat(ring.offer(5)).isFalse();
        assertThat(ring.poll()).isEqualTo(1);
        assertThat(ring.offer(5)).isTrue();
        assertThat(ring.offer(6)).isFalse();
    }

    @Test
    void twoThreads_keepTheOrderAndLoseNothing() throws InterruptedException {
        int count = 200_000;
        Ring.OfObjects ring = new Ring.OfObjects(128);
        Integer[] sent = new Integer[count];
        for (int i = 0; i < count; i++) {
            sent[i] = i;
        }
        Thread sender = new Thread(() -> {
            for (Integer each : sent) {
                while (!ring.offer(each)) {
                    Thread.onSpinWait();
                }
            }
        });
        sender.start();
        for (int i = 0; i < count; ) {
            Object got = ring.poll();
            if (got == null) {
                Thread.onSpinWait();
            } else {
                assertThat(got).isSameAs(sent[i++]);
            }
        }
        sender.join();
        assertThat(ring.poll()).isNull();
    }
}
