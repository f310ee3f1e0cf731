package dev.cenote.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibrarySearchTest {

    private static final String PLATFORM = "linux-x86_64";
    private static final byte[] BYTES = {1, 2, 3};

    @TempDir
    Path folder;

    private final Properties properties = new Properties();
    private Path inJar;

    @BeforeEach
    void emptyJar() throws IOException {
        inJar = Files.createDirectories(folder.resolve("jar/META-INF/cenote/" + PLATFORM));
    }

    private void jar(byte[] library, String checkSum) throws IOException {
        Files.write(inJar.resolve("libcenote.so"), library);
        Files.writeString(inJar.resolve("libcenote.so.sha256"), checkSum);
    }

    private static String sha256(byte[] bytes) throws IOException {
        return Digest.of(() -> new ByteArrayInputStream(bytes)).sha256();
    }

    private LibrarySearch search(String platform) throws IOException {
        URL[] jars = {folder.resolve("jar").toUri().toURL()};
        return new LibrarySearch(properties, new URLClassLoader(jars, null), platform);
    }

    private void assertRefusal(NativeLoadException.Reason reason, String... words) throws IOException {
        LibrarySearch search = search(PLATFORM);
        assertThatThrownBy(() -> search.inJar("1")).isInstanceOfSatisfying(NativeLoadException.class, e ->
            assertThat(e.reason()).isEqualTo(reason)).hasMessageContainingAll(words);
    }

    @Test
    void namedFile_comesFirst() throws IOException {
        Path named = Files.createFile(folder.resolve("mine.so"));
        Path lib = Files.createDirectory(folder.resolve("lib"));
        Files.createFile(lib.resolve("libcenote.so"));
        properties.setProperty("java.library.path", lib.toString());
        properties.setProperty("cenote.native.path", named.toString());
        assertThat(search(PLATFORM).file()).isEqualTo(named);
    }

    @Test
    void namedFile_thatIsMissing_isAnErrorEvenIfAnotherIsThere() throws IOException {
        jar(BYTES, sha256(BYTES));
        for (String wrong : new String[] {folder + "/none.so", folder.toString(), "", "a\0b"}) {
            properties.setProperty("cenote.native.path", wrong);
            LibrarySearch search = search(PLATFORM);
            assertThatThrownBy(search::file).isInstanceOfSatisfying(NativeLoadException.class, e ->
                assertThat(e.reason()).isEqualTo(NativeLoadException.Reason.LIBRARY_MISSING))
                .hasMessageContaining("-Dcenote.native.path=" + wrong);
        }
    }

    @Test
    void libraryPath_comesSecond_foldersInOrder() throws IOException {
        Path lib = Files.createDirectory(folder.resolve("lib"));
        Path library = Files.createFile(lib.resolve("libcenote.so"));
        properties.setProperty("java.library.path", ":" + folder.resolve("absent") + ":" + folder + ":" + lib + ":a\0b");
        assertThat(search(PLATFORM).file()).isEqualTo(library);
    }

    @Test
    void jar_comesLast() throws IOException {
        jar(BYTES, sha256(BYTES) + "  libcenote.so\n");
        properties.setProperty("java.library.path", "/absent");
        assertThat(search(PLATFORM).file()).isNull();
        LibraryBytes found = search(PLATFORM).inJar("1");
        try (InputStream in = found.source().open()) {
            assertThat(in.readAllBytes()).isEqualTo(BYTES);
        }
        assertThat(found.sha256()).isEqualTo(sha256(BYTES));
        assertThat(found.origin()).contains(inJar.toString());
    }

    @Test
    void jar_withAnotherCheckSum_isDamaged() throws IOException {
        jar(BYTES, "0".repeat(64) + "\n");
        assertRefusal(NativeLoadException.Reason.DAMAGED, "0".repeat(64), sha256(BYTES), "3 bytes");
    }

    @Test
    void jar_withoutCheckSum_isDamaged() throws IOException {
        jar(BYTES, "");
        assertRefusal(NativeLoadException.Reason.DAMAGED, "libcenote.so.sha256");
        Files.delete(inJar.resolve("libcenote.so.sha256"));
        assertRefusal(NativeLoadException.Reason.DAMAGED, "libcenote.so.sha256");
        jar(BYTES, sha256(BYTES) + "0");
        assertRefusal(NativeLoadException.Reason.DAMAGED, "libcenote.so.sha256");
    }

    @Test
    void noJar_namesTheDependency() throws IOException {
        assertRefusal(NativeLoadException.Reason.LIBRARY_MISSING, "dev.cenote:cenote-native", "classifier linux-x86_64",
            "-Dcenote.backend=java");
    }

    @Test
    void otherPlatform_isUnsupported() throws IOException {
        jar(BYTES, sha256(BYTES));
        LibrarySearch search = search("macos-aarch64");
        assertThatThrownBy(() -> search.inJar("1")).isInstanceOfSatisfying(NativeLoadException.class, e ->
            assertThat(e.reason()).isEqualTo(NativeLoadException.Reason.UNSUPPORTED_PLATFORM))
            .hasMessageContaining("macos-aarch64").hasMessageContaining("-Dcenote.backend=java");
    }
}
