package dev.cenote.loading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cenote.BlockPool;
import dev.cenote.binding.NativeLoader;
import dev.cenote.binding.NativeMemory;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The native library in class loaders of their own, as application servers do it: several at once, and one after the
 * other while threads that used the first live on.
 */
class ClassLoaderTest {

    private static final String LIBRARY = "META-INF/cenote/linux-x86_64/libcenote.so";
    private static final String OK = PoolUser.BACKEND + " 42 true";
    private static final int TURNS = 8;

    /** An application with Cenote in its own class loader. */
    private static URLClassLoader application() throws Exception {
        String library = String.valueOf(ClassLoaderTest.class.getClassLoader().getResource(LIBRARY));
        URL nativeJar = URI.create(library.startsWith("jar:")
            ? library.substring("jar:".length(), library.indexOf("!/"))
            : library.substring(0, library.length() - LIBRARY.length())).toURL();
        return new URLClassLoader(new URL[] {
            NativeMemory.class.getProtectionDomain().getCodeSource().getLocation(), /* for this JDK, in jar or folder */
            BlockPool.class.getProtectionDomain().getCodeSource().getLocation(),
            NativeLoader.class.getProtectionDomain().getCodeSource().getLocation(),
            PoolUser.class.getProtectionDomain().getCodeSource().getLocation(),
            nativeJar}, ClassLoader.getPlatformClassLoader());
    }

    @SuppressWarnings("unchecked")
    private static Callable<String> userIn(ClassLoader application) throws Exception {
        Object user = application.loadClass(PoolUser.class.getName()).getConstructor().newInstance();
        assertThat(user.getClass()).isNotEqualTo(PoolUser.class);
        return (Callable<String>) user;
    }

    private static Object ask(Object user, String method) throws Exception {
        return user.getClass().getMethod(method).invoke(user);
    }

    private static Set<String> mappedLibraries() throws IOException {
        try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
            return maps.filter(line -> line.contains("/libcenote-")).map(line -> line.substring(line.indexOf('/')))
                .collect(Collectors.toSet());
        }
    }

    @Test
    void applicationsAtOnce_haveLibrariesAndPoolsOfTheirOwn() throws Exception {
        try (URLClassLoader first = application(); URLClassLoader second = application()) {
            Callable<String> one = userIn(first);
            Callable<String> two = userIn(second);
            assertThat(mappedLibraries()).hasSizeGreaterThanOrEqualTo(2);
            ask(one, "keepOne");
            assertThat(one.call()).isEqualTo(OK);
            assertThat(two.call()).isEqualTo(OK);
            assertThat(ask(one, "blocksInUse")).isEqualTo(1L);
            assertThat(ask(two, "blocksInUse")).isEqualTo(0L);
            ask(one, "close");
            assertThat(two.call()).as("the other's close is none of its business").isEqualTo(OK);
            ask(two, "close");
        }
    }

    @Test
    void applicationAfterApplication_isUnloaded_whileItsThreadsLiveOn() throws Exception {
        BlockingQueue<Runnable> work = new LinkedBlockingQueue<>();
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Thread worker = new Thread(() -> {
                try {
                    while (true) {
                        work.take().run();
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt(); // the end of the test
                }
            });
            worker.setDaemon(true);
            worker.start();
            workers.add(worker);
        }
        try {
            int mapped = 0;
            for (int turn = 0; turn < TURNS; turn++) {
                WeakReference<ClassLoader> gone = deployUseAndUndeploy(work);
                awaitUnloading(gone, turn);
                if (turn == 1) {
                    mapped = mappedLibraries().size();
                }
            }
            assertThat(mappedLibraries()).as("each new class loader takes the file that the last one left")
                .hasSizeLessThanOrEqualTo(mapped);
            assertThat(workers).allMatch(Thread::isAlive);
        } finally {
            workers.forEach(Thread::interrupt);
        }
    }

    private static WeakReference<ClassLoader> deployUseAndUndeploy(BlockingQueue<Runnable> work) throws Exception {
        try (URLClassLoader application = application()) {
            Callable<String> user = userIn(application);
            for (int i = 0; i < 8; i++) {
                CompletableFuture<String> said = new CompletableFuture<>();
                work.add(() -> {
                    try {
                        said.complete(user.call());
                    } catch (Exception e) {
                        said.completeExceptionally(e);
                    }
                });
                assertThat(said.get(60, TimeUnit.SECONDS)).isEqualTo(OK);
            }
            ask(user, "close");
            return new WeakReference<>(application);
        }
    }

    /** Collects until the class loader is gone; its upkeep thread needs a moment to see that no pool is left. */
    private static void awaitUnloading(WeakReference<ClassLoader> gone, int turn) throws InterruptedException {
        for (int tries = 0; !gone.refersTo(null); tries++) {
            assertThat(tries).as("class loader of turn %d is still reachable", turn).isLessThan(300);
            System.gc();
            Thread.sleep(100);
        }
    }
}
