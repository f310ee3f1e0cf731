package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cenote.flow.FlowScheduler;
import dev.cenote.flow.GenerationalPool;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pools that were forgotten are collected by a collector that marks while the program runs, though that takes longer than background
 * threads rest between their rounds: each look at a pool keeps it for another cycle.
 */
class ForgottenWhileMarkingTest {

    @TempDir
    private Path folder;

    @Test
    void poolsAreCollectedThoughMarkingTakesLongerThanARoundOfUpkeep() throws Exception {
        assumeTrue(ChildJvm.run(folder.resolve("version.txt"), "-XX:+UseZGC", "-version") == 0, "this JDK has no collector that marks concurrently");
        Path output = folder.resolve("marking.txt");
        int code = ChildJvm.run(output, "-XX:+UseZGC", "-Xmx1536m", "-Dcenote.test.backend=" + TestPools.BACKEND, "-cp",
            ChildJvm.classPath(), Marking.class.getName());
        String told = Files.readString(output);
        assertThat(code).as(told).isZero();
        assertThat(told).contains("all were collected");
    }

    /** Opens a pool of each kind and uses it; they can be reached through what comes back only. */
    static List<WeakReference<?>> openAndForget() {
        BlockPool blocks = TestPools.builder().name("forgotten blocks").retainFor(Duration.ofMillis(100)).build();
        blocks.put(blocks.get());
        SizedPool sizes = SizedPool.builder().backend(TestPools.BACKEND).name("forgotten sizes").retainFor(Duration.ofMillis(100)).build();
        sizes.get(100).close();
        sizes.get(100_000).close();
        if (TestPools.hasAddresses()) {
            sizes.free(sizes.allocate(100), 100);
        }
        FlowScheduler scheduler = FlowScheduler.builder().period(Duration.ofMillis(50)).build();
        GenerationalPool<StringBuilder> objects = GenerationalPool.builder(StringBuilder::new).name("forgotten objects")
            .flowScheduler(scheduler).build();
        objects.put(objects.get());
        return List.of(new WeakReference<>(blocks), new WeakReference<>(sizes), new WeakReference<>(objects));
    }

    /** Runs in a JVM of its own, which has another collector and much to mark. */
    static final class Marking {

        private static final long ENOUGH_NANOS = TimeUnit.MILLISECONDS.toNanos(300); /* three rounds of upkeep, six steps of the scheduler */
        private static final int PART = 1_000_000;
        private static final int PARTS_MAX = 24;
        private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(90);

        private Marking() {
        }

        /** Ends with 0 when all pools were collected. */
        public static void main(String[] args) throws Exception {
            List<Object[]> live = new ArrayList<>();
            while (cycleNanos() < ENOUGH_NANOS) {
                if (live.size() == PARTS_MAX) {
                    throw new IllegalStateException(PARTS_MAX + " million objects are marked in less than " + ENOUGH_NANOS + " ns");
                }
                Object[] part = new Object[PART];
                for (int i = 0; i < PART; i++) {
                    part[i] = new long[1];
                }
                live.add(part);
            }
            List<WeakReference<?>> forgotten = openAndForget();
            long began = System.nanoTime();
            while (!forgotten.stream().allMatch(reference -> reference.refersTo(null))) {
                if (System.nanoTime() - began > PATIENCE_NANOS) {
                    throw new IllegalStateException("still there: " + forgotten.stream().map(WeakReference::get).toList());
                }
                System.gc();
                Thread.sleep(20);
            }
            System.out.println("all were collected, beside " + live.size() + " million live objects");
            System.exit(0);
        }

        private static long cycleNanos() {
            long began = System.nanoTime();
            System.gc(); /* waits for the end of a cycle */
            return System.nanoTime() - began;
        }
    }
}
