package dev.cenote.gateway.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HousekeepingTest {

    @Test
    void pages_areWrittenUntilItStops() throws InterruptedException {
        Housekeeping housekeeping = new Housekeeping(1 << 20);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (housekeeping.lines() == 0) {
            assertThat(System.nanoTime() - end).as("patience").isNegative();
            Thread.sleep(5);
        }
        assertThat(housekeeping.lines()).isEqualTo(40);
        housekeeping.stop();
        assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName).doesNotContain("housekeeping");
    }

    @Test
    void nothingAskedFor_nothingDone() {
        Housekeeping housekeeping = new Housekeeping(0);
        assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName).doesNotContain("housekeeping");
        housekeeping.stop();
        assertThat(housekeeping.lines()).isZero();
    }
}
