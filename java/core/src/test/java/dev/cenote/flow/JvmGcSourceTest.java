package dev.cenote.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class JvmGcSourceTest {

    @Test
    void collections_areHeard() throws InterruptedException {
        JvmGcSource source = new JvmGcSource();
        source.open();
        try {
            long before = source.read().cycles();
            assertThat(before).isZero();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            System.gc();
            while (source.read().cycles() == before) {
                assertThat(System.nanoTime() - end).as("patience").isNegative();
                Thread.sleep(5); /* the JVM notifies from a thread of its own */
            }
            assertThat(source.read().cause()).isEqualTo("System.gc()");
        } finally {
            source.close();
        }
        assertThat(source.read().cycles()).isEqualTo(GcReading.UNKNOWN);
    }

    @Test
    void allocation_isCounted() {
        JvmGcSource source = new JvmGcSource();
        source.open();
        try {
            long before = source.read().allocatedBytes();
            byte[][] garbage = new byte[64][];
            for (int i = 0; i < garbage.length; i++) {
                garbage[i] = new byte[1 << 20];
            }
            long now = before;
            for (int i = 0; i < 4; i++) { /* on JDK 17 every fourth reading looks */
                now = source.read().allocatedBytes();
            }
            assertThat(now - before).isGreaterThanOrEqualTo((long) garbage.length << 20);
        } finally {
            source.close();
        }
    }

    @Test
    void beansOfConcurrentCollectors_areSortedIntoCyclesAndPauses() {
        JvmGcSource source = new JvmGcSource();
        source.open();
        try {
            long cycles = source.read().cycles();
            long pause = source.read().pauseNanos();
            source.count("ZGC Minor Cycles", "Allocation Rate", 120);
            source.count("ZGC Minor Pauses", "Allocation Rate", 1);
            source.count("ZGC Minor Pauses", "Allocation Rate", 2);
            source.count("Shenandoah Cycles", "Concurrent GC", 50);
            source.count("G1 Young Generation", "G1 Evacuation Pause", 4);
            source.count("G1 Concurrent GC", "No GC", 3);
            source.count("PS MarkSweep", "Ergonomics", 10);
            assertThat(source.read().cycles() - cycles).isEqualTo(4);
            assertThat(source.read().pauseNanos() - pause).isEqualTo(20 * ScriptedPool.MILLI);
        } finally {
            source.close();
        }
    }
}
