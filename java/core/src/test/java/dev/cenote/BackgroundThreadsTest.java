package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cenote.flow.GenerationalPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Threads that work in the background stay off the processor of the thread that opened the first pool.
 */
class BackgroundThreadsTest {

    @TempDir
    private Path folder;

    @Test
    void backgroundThreadsMayRunWhereTheProcessMayThoughABoundThreadOpenedTheFirstPool() throws Exception {
        assumeTrue(TestPools.BACKEND != Backend.JAVA, "without the native library nobody can tell a thread where it may run");
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "a thread cannot be bound to fewer processors than there are");
        Path output = folder.resolve("threads.txt");
        int code = ChildJvm.run(output, "-cp", ChildJvm.classPath(), "-Dcenote.test.backend=" + TestPools.BACKEND,
            BoundOpener.class.getName());
        String told = Files.readString(output);
        assertThat(code).as(told).isZero();
        assertThat(told).contains("every thread roams");
    }

    /** Runs in a JVM of its own, since background threads are started once in a process. */
    static final class BoundOpener {

        private static final List<String> NAMES = List.of("cenote-grower", "cenote-upkeep", "cenote-flow");
        private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

        private BoundOpener() {
        }

        /** Binds a thread, opens pools from it, and waits until all background threads may run where the process may. */
        public static void main(String[] args) throws Exception {
            Thread opener = new Thread(() -> {
                try {
                    open();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            opener.start();
            opener.join();
            System.exit(0);
        }

        private static void open() throws Exception {
            Path self = Path.of("/proc/thread-self").toRealPath();
            String processors = processors(Path.of("/proc/self/task").resolve(self.getParent().getParent().getFileName()));
            new ProcessBuilder("taskset", "-pc", processors.replaceAll(".*[-,]", ""), self.getFileName().toString()).inheritIO()
                .start().waitFor();
            String bound = processors(self);
            if (bound.equals(processors)) {
                throw new IllegalStateException("the thread is not bound: it may run on " + bound);
            }
            try (BlockPool blocks = TestPools.builder().build();
                    GenerationalPool<StringBuilder> objects = GenerationalPool.builder(StringBuilder::new).build()) {
                blocks.put(blocks.get());
                objects.put(objects.get());
                Map<String, String> seen = processorsOfThreads();
                for (long began = System.nanoTime(); !NAMES.stream().allMatch(name -> processors.equals(seen.get(name)));) {
                    if (System.nanoTime() - began > PATIENCE_NANOS) {
                        throw new IllegalStateException("the process may run on " + processors + ", its opener on " + bound + ": " + seen);
                    }
                    Thread.sleep(10);
                    seen.putAll(processorsOfThreads());
                }
                System.out.println("every thread roams: " + seen);
            }
        }

        private static Map<String, String> processorsOfThreads() throws IOException {
            Map<String, String> found = new TreeMap<>();
            try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
                for (Path task : tasks.toList()) {
                    try {
                        String name = Files.readString(task.resolve("comm")).trim();
                        if (NAMES.contains(name)) {
                            found.put(name, processors(task));
                        }
                    } catch (IOException e) {
                        continue; /* the thread has ended */
                    }
                }
            }
            return found;
        }

        private static String processors(Path task) throws IOException {
            try (Stream<String> lines = Files.lines(task.resolve("status"))) {
                return lines.filter(line -> line.startsWith("Cpus_allowed_list:")).findFirst().orElseThrow()
                    .replaceFirst(".*:\\s*", "");
            }
        }
    }
}
