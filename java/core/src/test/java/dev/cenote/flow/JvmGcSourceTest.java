package dev.cenote.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class JvmGcSourceTest {

    @Test
    void collections_areHeard() throws InterruptedException {
        JvmGcSource source = new JvmGcSource();
        source.open();
        try {
            long before = source.read().cycles();
            assertThat(before).isNotNegative();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (!source.read().cause().equals("System.gc()")) { /* the JVM may collect for reasons of its own meanwhile */
                assertThat(System.nanoTime() - end).as("patience").isNegative();
                System.gc();
                Thread.sleep(20); /* the JVM notifies from a thread of its own */
            }
            assertThat(source.read().cycles()).isGreaterThan(before);
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
    void runtimeWithoutTheJdksBeans_saysSoOnceAndDoesWithout() throws Exception {
        Path output = Files.createTempFile("cenote", ".out");
        try {
            String path = Stream.of(GenerationalPool.class, JvmGcSourceTest.class).map(JvmGcSourceTest::home).distinct()
                .collect(Collectors.joining(File.pathSeparator)) + File.pathSeparator + System.getProperty("java.class.path");
            Process child = new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "--limit-modules", "java.management,java.logging",
                "-cp", path, WithoutBeans.class.getName()).redirectErrorStream(true).redirectOutput(output.toFile()).start();
            if (!child.waitFor(60, TimeUnit.SECONDS)) {
                child.destroyForcibly();
            }
            String text = Files.readString(output);
            assertThat(child.exitValue()).as(text).isZero();
            assertThat(text).containsOnlyOnce("tells nothing about its garbage collections").containsOnlyOnce("does not tell how much it allocates")
                .contains("add the module jdk.management").contains("known: false false, hits: 9");
        } finally {
            Files.delete(output);
        }
    }

    private static String home(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** Runs in a JVM of its own. */
    static final class WithoutBeans {
        private WithoutBeans() {
        }

        /** Steps a scheduler of a pool twice. */
        public static void main(String[] args) {
            FlowScheduler scheduler = FlowScheduler.builder().stopped().build();
            try (GenerationalPool<Object> pool = GenerationalPool.builder(Object::new).flowScheduler(scheduler).build()) {
                for (int i = 0; i < 10; i++) {
                    pool.put(pool.get());
                }
                scheduler.step();
                System.gc();
                scheduler.step();
                System.out.println("known: " + scheduler.stats().gcKnown() + " " + scheduler.stats().allocationKnown() + ", hits: "
                    + pool.stats().hits());
            }
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
