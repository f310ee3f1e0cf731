package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Providers: ours, one found by ServiceLoader, an unknown name, one that cannot be loaded, two of one name.
 */
class ArenaProviderTest {

    /** Found by its services file; public and with a public constructor, as ServiceLoader demands. */
    public static final class Own implements MemoryArenaProvider {
        static final AtomicInteger OUT = new AtomicInteger();
        private final BlockPool pool = TestPools.builder().name("own").blockBytes(8192).magazineBlocks(1).build();

        /** For ServiceLoader. */
        public Own() {
        }

        @Override
        public String name() {
            return "own";
        }

        @Override
        public Source open(Backend backend, NumaPolicy numaPolicy, int chunkBytes) {
            return new Source() {
                @Override
                public Block take(long bytes) {
                    OUT.incrementAndGet();
                    return pool.get();
                }

                @Override
                public void give(Block block) {
                    OUT.decrementAndGet();
                    pool.put(block);
                }
            };
        }
    }

    /** Of the same name as {@link Own}. */
    public static final class Twin implements MemoryArenaProvider {
        /** For ServiceLoader. */
        public Twin() {
        }

        @Override
        public String name() {
            return "own";
        }

        @Override
        public Source open(Backend backend, NumaPolicy numaPolicy, int chunkBytes) {
            throw new AssertionError("never opened");
        }
    }

    private static void withServices(Path folder, String providers, Runnable body) throws IOException {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(services.resolve(MemoryArenaProvider.class.getName()), providers);
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, before)) {
            Thread.currentThread().setContextClassLoader(loader);
            body.run();
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    @Test
    void providerOfOnesOwn_givesTheChunks(@TempDir Path folder) throws IOException {
        withServices(folder, Own.class.getName() + "\n", () -> {
            MemoryArena arena = MemoryArena.builder().provider("own").chunkBytes(4096).build();
            for (int i = 0; i < 3; i++) {
                arena.putLong(arena.allocate(8192), i); /* more than was asked for is used */
            }
            assertThat(Own.OUT.get()).isPositive();
            arena.close();
            assertThat(Own.OUT).hasValue(0);
        });
    }

    @Test
    void unknownName_namesThoseThereAre(@TempDir Path folder) throws IOException {
        assertThatThrownBy(() -> MemoryArena.builder().provider("nobody").build()).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("\"nobody\"").hasMessageContaining("cenote");
        withServices(folder, Own.class.getName(), () ->
            assertThatThrownBy(() -> MemoryArena.builder().provider("nobody").build()).hasMessageContaining("own"));
    }

    @Test
    void providerThatCannotBeLoaded_isToldWithTheFile(@TempDir Path folder) throws IOException {
        withServices(folder, "dev.cenote.NoSuchProvider", () ->
            assertThatThrownBy(() -> MemoryArena.builder().provider("own").build())
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("META-INF/services"));
    }

    @Test
    void twoOfOneName_areRefused(@TempDir Path folder) throws IOException {
        withServices(folder, Own.class.getName() + "\n" + Twin.class.getName(), () ->
            assertThatThrownBy(() -> MemoryArena.builder().provider("own").build())
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("two providers"));
    }

    @Test
    void builder_refusesWhatIsOutOfRange() {
        assertThatThrownBy(() -> MemoryArena.builder().name(" ").build()).isInstanceOf(IllegalArgumentException.class);
        for (int bytes : new int[] {0, -1, 255, (1 << 28) + 1, Integer.MIN_VALUE}) {
            assertThatThrownBy(() -> MemoryArena.builder().chunkBytes(bytes).build())
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("chunkBytes is " + bytes);
        }
        assertThatThrownBy(() -> MemoryArena.builder().limitBytes(7).build()).hasMessageContaining("limitBytes is 7");
        assertThatThrownBy(() -> MemoryArena.builder().retainedBytes(-1).build()).hasMessageContaining("retainedBytes");
        assertThatThrownBy(() -> MemoryArena.builder().parent(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> MemoryArena.builder().backend(null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void poolsOfOurProvider_closeWhenIdle_andOpenAgain() {
        PooledChunks source = PooledChunks.of(TestPools.BACKEND, NumaPolicy.local(), 12_352);
        Block first = source.take(12_000);
        Block large = source.take(50_000);
        BlockPool pool = first.pool();
        source.closeIfIdle(1, 0);
        source.closeIfIdle(2, 0);
        assertThat(pool.isClosed()).as("a chunk is out").isFalse();
        source.give(first);
        source.give(large);
        source.closeIfIdle(3, 10);
        source.closeIfIdle(5, 10);
        assertThat(pool.isClosed()).as("not idle for long").isFalse();
        source.closeIfIdle(13, 10);
        assertThat(pool.isClosed()).isTrue();
        Block again = source.take(12_000);
        assertThat(again.pool()).isNotSameAs(pool);
        source.give(again);
        source.closeIfIdle(20, 0);
        source.closeIfIdle(21, 0);
    }
}
