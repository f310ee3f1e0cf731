import java.io.IOException;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Loads Cenote in a fresh class loader, uses it, drops the loader, and makes sure that it is collected; many rounds.
 * <p>Arguments: rounds; then the class path of the loader, jar by jar or folder by folder.
 * <p>In each round two kinds of threads use the pools: workers that live as long as this program, and visitors that
 * exit only after the loader is gone. Every second round the pools are closed, in the others forgotten.
 * <p>Exit 0 when every loader went and memory stays level from round {@link #LEVEL_FROM} on; else 1, with a line each.
 */
public final class Unload {

    private static final int WORKERS = 3;
    private static final int VISITORS = 3;
    private static final int LEVEL_FROM = 10;
    private static final long LEVEL_TOLERANCE = 24L << 20; /* the JVM's own: metaspace, code, malloc's arenas */
    private static final int PATIENCE_SECONDS = 60;

    private static int failures;

    private Unload() {
    }

    /** What of the process's memory is mapped: usable (not reserved), and in memory now. */
    private record Mapped(long usable, long resident) {

        static Mapped now() throws IOException {
            long usable = 0;
            for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
                String[] parts = line.split(" ", 3);
                String[] bounds = parts[0].split("-");
                if (parts[1].charAt(0) == 'r') {
                    usable += Long.parseUnsignedLong(bounds[1], 16) - Long.parseUnsignedLong(bounds[0], 16);
                }
            }
            long resident = 0;
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("VmRSS:")) {
                    resident = Long.parseLong(line.replaceAll("\\D", "")) << 10;
                }
            }
            return new Mapped(usable, resident);
        }

        @Override
        public String toString() {
            return String.format("%d MiB usable, %d MiB resident", usable >> 20, resident >> 20);
        }
    }

    /** Threads of one round that used the pools and exit when told. */
    private static final class Visitors {
        private final CountDownLatch go = new CountDownLatch(1);
        private final List<Thread> threads = new ArrayList<>();

        void visit(Runnable task) throws InterruptedException {
            CountDownLatch done = new CountDownLatch(1);
            Thread thread = new Thread(new Visit(task, done, go), "visitor");
            threads.add(thread);
            thread.start();
            done.await();
        }

        void leave() throws InterruptedException {
            go.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    /** Runs a task, forgets it, and stays until told to go. */
    private static final class Visit implements Runnable {
        private Runnable task;
        private final CountDownLatch done;
        private final CountDownLatch go;

        Visit(Runnable task, CountDownLatch done, CountDownLatch go) {
            this.task = task;
            this.done = done;
            this.go = go;
        }

        @Override
        public void run() {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                fail("a visitor's task failed: " + e);
            }
            task = null;
            done.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static synchronized void fail(String what) {
        failures++;
        System.out.println("  FAIL  " + what);
    }

    /** One application's life; nothing of it is reachable from here when this returns, but by the reference. */
    private static PhantomReference<ClassLoader> live(URL[] path, boolean close, ExecutorService workers,
            Visitors visitors, ReferenceQueue<ClassLoader> gone) throws Exception {
        URLClassLoader loader = new URLClassLoader("tenant", path, ClassLoader.getPlatformClassLoader());
        Object tenant = loader.loadClass("Tenant").getConstructor().newInstance();
        @SuppressWarnings("unchecked")
        Callable<Runnable> tasks = (Callable<Runnable>) tenant;
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
            running.add(workers.submit(tasks.call()));
        }
        for (int i = 0; i < VISITORS; i++) {
            visitors.visit(tasks.call());
        }
        for (Future<?> task : running) {
            task.get();
        }
        if (close) {
            ((AutoCloseable) tenant).close();
        }
        loader.close();
        return new PhantomReference<>(loader, gone);
    }

    /** Collects until the loader has gone. */
    private static boolean isCollected(ReferenceQueue<ClassLoader> gone) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        Reference<?> seen = null;
        while (seen == null && System.nanoTime() < until) {
            System.gc();
            seen = gone.remove(100);
        }
        return seen != null;
    }

    private static long upkeepThreads() {
        return Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().equals("cenote-upkeep")).count();
    }

    /** Dumps the heap next to the program's output, for finding out what holds a loader. */
    private static void dump(String file) throws Exception {
        Class<?> diagnostic = Class.forName("com.sun.management.HotSpotDiagnosticMXBean");
        Object bean = Class.forName("java.lang.management.ManagementFactory")
            .getMethod("getPlatformMXBean", Class.class).invoke(null, diagnostic);
        diagnostic.getMethod("dumpHeap", String.class, boolean.class).invoke(bean, file, true);
        System.out.println("        heap dump: " + file);
    }

    public static void main(String[] arguments) {
        try {
            run(arguments);
        } catch (Exception | Error e) { /* threads that are left would keep the JVM */
            e.printStackTrace();
            fail("ended with " + e);
        }
        System.exit(failures == 0 ? 0 : 1);
    }

    private static void run(String[] arguments) throws Exception {
        int rounds = Integer.parseInt(arguments[0]);
        URL[] path = new URL[arguments.length - 1];
        for (int i = 0; i < path.length; i++) {
            path[i] = Path.of(arguments[i + 1]).toUri().toURL();
        }
        ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
        Map<Boolean, String> ways = Map.of(true, "closed", false, "forgotten");
        Visitors before = new Visitors();
        Mapped level = null;
        int collected = 0;
        for (int round = 1; round <= rounds; round++) {
            boolean close = round % 2 == 0;
            Visitors visitors = new Visitors();
            ReferenceQueue<ClassLoader> gone = new ReferenceQueue<>();
            PhantomReference<ClassLoader> reference = live(path, close, workers, visitors, gone);
            if (isCollected(gone)) {
                collected++;
            } else {
                fail("round " + round + ", pools " + ways.get(close) + ": the class loader was not collected, "
                    + upkeepThreads() + " upkeep threads");
                String file = System.getProperty("unload.dump");
                if (file != null) {
                    dump(file);
                }
                break;
            }
            Reference.reachabilityFence(reference);
            before.leave(); /* threads of the round before exit now: their loader is gone, and another one was there */
            before = visitors;
            if (round == LEVEL_FROM) {
                level = Mapped.now();
                System.out.println("        after round " + round + ": " + level);
            }
        }
        before.leave();
        workers.shutdown();
        if (!workers.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            fail("the workers did not end");
        }
        Mapped last = Mapped.now();
        System.out.println("        after round " + rounds + ": " + last + ", " + upkeepThreads() + " upkeep threads");
        if (collected == rounds) {
            System.out.println("  ok    " + rounds + " of " + rounds + " class loaders were collected");
        }
        if (level != null) {
            judge("usable", level.usable(), last.usable());
            judge("resident", level.resident(), last.resident());
        }
    }

    private static void judge(String what, long level, long last) {
        if (last - level > LEVEL_TOLERANCE) {
            fail(what + " memory grew by " + (last - level >> 20) + " MiB since round " + LEVEL_FROM);
        } else {
            System.out.println("  ok    " + what + " memory is level");
        }
    }
}
