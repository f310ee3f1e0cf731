package dev.cenote.binding;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibraryCacheTest {

    private static final int LIBRARY_BYTES = 300_000;

    @TempDir
    Path folder;

    static LibraryBytes library(long seed) throws IOException {
        LibraryBytes.Source source = () -> new ByteArrayInputStream(bytes(seed));
        return new LibraryBytes("a test", "1.2.3", Digest.of(source).sha256(), source);
    }

    private static byte[] bytes(long seed) {
        byte[] bytes = new byte[LIBRARY_BYTES];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private List<String> names() throws IOException {
        try (Stream<Path> list = Files.list(folder)) {
            return list.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void file_carriesVersionAndHash_andBelongsToTheOwnerAlone() throws IOException {
        LibraryBytes library = library(1);
        Path file = new LibraryCache(folder).file(library, 1);
        assertThat(file).hasFileName("libcenote-1.2.3-" + library.sha256() + ".so").hasBinaryContent(bytes(1));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("r-x------");
        assertThat(names()).containsExactly(file.getFileName().toString());
    }

    @Test
    void file_thatIsThere_isUsedAgain() throws IOException {
        LibraryCache cache = new LibraryCache(folder);
        Path file = cache.file(library(1), 1);
        Object inode = Files.getAttribute(file, "unix:ino");
        assertThat(cache.file(library(1), 1)).isEqualTo(file);
        assertThat(Files.getAttribute(file, "unix:ino")).isEqualTo(inode);
        assertThat(cache.file(library(1), 2)).isNotEqualTo(file);
        assertThat(cache.file(library(2), 1)).isNotEqualTo(file);
        assertThat(names()).hasSize(3);
    }

    @Test
    void file_thatWasAltered_isReplaced() throws IOException {
        LibraryCache cache = new LibraryCache(folder);
        LibraryBytes library = library(1);
        Path file = cache.file(library, 1);
        for (byte[] altered : List.of(new byte[0], Arrays.copyOf(bytes(1), LIBRARY_BYTES - 1), flipped())) {
            Files.delete(file);
            Files.write(file, altered);
            assertThat(cache.file(library, 1)).isEqualTo(file).hasBinaryContent(bytes(1));
        }
    }

    private static byte[] flipped() {
        byte[] bytes = bytes(1);
        bytes[LIBRARY_BYTES / 2] ^= 1;
        return bytes;
    }

    @Test
    void link_inPlaceOfTheFile_isReplacedNotFollowed() throws IOException {
        LibraryCache cache = new LibraryCache(folder);
        LibraryBytes library = library(1);
        Path file = cache.file(library, 1);
        Path elsewhere = folder.resolve("elsewhere");
        Files.move(file, elsewhere);
        Files.createSymbolicLink(file, elsewhere);
        assertThat(cache.file(library, 1)).isEqualTo(file);
        assertThat(Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)).isTrue();
    }

    @Test
    void abandonedParts_areRemoved_andFreshOnesAreLeft() throws IOException {
        Path old = Files.createFile(folder.resolve("libcenote-1.so.1.part"));
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
        Path fresh = Files.createFile(folder.resolve("libcenote-1.so.2.part"));
        Path foreign = Files.createFile(folder.resolve("other.part"));
        Files.setLastModifiedTime(foreign, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
        new LibraryCache(folder).file(library(1), 1);
        assertThat(old).doesNotExist();
        assertThat(fresh).exists();
        assertThat(foreign).exists();
    }

    @Test
    void manyThreadsAtOnce_getOneWholeFile() throws Exception {
        int threads = 16;
        LibraryBytes library = library(1);
        CyclicBarrier together = new CyclicBarrier(threads);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<byte[]>> tasks = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                tasks.add(() -> {
                    together.await();
                    return Files.readAllBytes(new LibraryCache(folder).file(library, 1));
                });
            }
            for (Future<byte[]> seen : executor.invokeAll(tasks)) {
                assertThat(seen.get()).isEqualTo(bytes(1));
            }
        } finally {
            executor.shutdownNow();
        }
        assertThat(names()).hasSize(1);
    }

    @Test
    void manyJvmsAtOnce_getOneWholeFile() throws Exception {
        List<Process> jvms = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            jvms.add(Jvm.start(Jvm.home(), List.of("-cp", Jvm.classPath(), Extract.class.getName(), folder.toString())));
        }
        for (Process jvm : jvms) {
            Jvm.Outcome outcome = Jvm.end(jvm);
            assertThat(outcome.exit()).as(outcome.output()).isZero();
            assertThat(outcome.output().trim()).isEqualTo("60 whole files");
        }
        assertThat(names()).hasSize(10);
    }

    /** Asks for ten libraries again and again, and reads each file that it was given. */
    static final class Extract {

        private Extract() {
        }

        public static void main(String[] arguments) throws IOException {
            LibraryCache cache = new LibraryCache(Path.of(arguments[0]));
            int whole = 0;
            for (int i = 0; i < 60; i++) {
                LibraryBytes library = library(i % 10);
                Path file = cache.file(library, 1);
                if (Digest.of(() -> Files.newInputStream(file)).sha256().equals(library.sha256())) {
                    whole++;
                }
            }
            System.out.println(whole + " whole files");
        }
    }
}
