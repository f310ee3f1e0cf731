package dev.cenote.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each way in which a load fails, provoked for real: the libraries are the JDK's own, copied, cut or altered, and the
 * system's loader says no. Loads of our library are tested where it has been built: in the core and by a consumer.
 */
class NativeLoaderTest {

    /** A library of every JDK that no other test of this module needs, and that stands alone. */
    private static final Path SOME_LIBRARY = Jvm.home().resolve("lib/libextnet.so");
    private static final NativeLoader.Linker SYSTEM = file -> System.load(file.toString());
    private static final NativeLoader.Linker NEVER = file -> {
        throw new AssertionError("must be refused before the load");
    };

    @TempDir
    Path folder;

    private final Properties properties = new Properties();
    private Path jar;

    @BeforeEach
    void properties() throws IOException {
        jar = Files.createDirectory(folder.resolve("jar"));
        properties.setProperty("cenote.native.dir", folder.resolve("cache").toString());
    }

    private void inJar(byte[] library) throws IOException {
        Path place = Files.createDirectories(jar.resolve("META-INF/cenote/" + HostSystem.current().platform()));
        Files.write(place.resolve("libcenote.so"), library);
        Files.writeString(place.resolve("libcenote.so.sha256"),
            Digest.of(() -> new ByteArrayInputStream(library)).sha256() + "  libcenote.so\n");
    }

    private NativeLoader loader(HostSystem host, NativeLoader.Linker linker) throws IOException {
        return new NativeLoader(properties, Map.of(), new URLClassLoader(new URL[] {jar.toUri().toURL()}, null), host,
            linker);
    }

    private void assertRefusal(NativeLoader loader, NativeLoadException.Reason reason, String... words) {
        assertThatThrownBy(loader::loadFile).isInstanceOfSatisfying(NativeLoadException.class, e ->
            assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason)).hasMessageContainingAll(words);
    }

    /** The library, asking for a glibc that does not exist: 9 instead of 2. */
    private static byte[] wantingGlibc9() throws IOException {
        String text = Files.readString(SOME_LIBRARY, StandardCharsets.ISO_8859_1);
        assertThat(text).contains("GLIBC_2.");
        return text.replace("GLIBC_2.", "GLIBC_9.").getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void libraryInJar_isExtractedAndLoaded() throws IOException {
        byte[] bytes = Files.readAllBytes(SOME_LIBRARY);
        inJar(bytes);
        Path file = loader(HostSystem.current(), SYSTEM).loadFile();
        assertThat(file).hasParent(folder.toRealPath().resolve("cache")).hasBinaryContent(bytes);
    }

    @Test
    void alteredFile_isNeverLoaded() throws IOException {
        byte[] bytes = Files.readAllBytes(SOME_LIBRARY);
        inJar(bytes);
        Path[] linked = new Path[1];
        NativeLoader.Linker look = file -> {
            assertThat(file).hasBinaryContent(bytes);
            linked[0] = file;
        };
        loader(HostSystem.current(), look).loadFile();
        Files.delete(linked[0]);
        Files.write(linked[0], wantingGlibc9());
        loader(HostSystem.current(), look).loadFile();
        assertThat(linked[0]).hasBinaryContent(bytes);
    }

    @Test
    void musl_isRefusedBeforeTheLoad() throws IOException {
        inJar(Files.readAllBytes(SOME_LIBRARY));
        HostSystem alpine = new FakeHost(folder)
            .with("self/maps", "7f1 r-xp 0 fe:01 131 /lib/ld-musl-x86_64.so.1\n").onLinux();
        assertRefusal(loader(alpine, NEVER), NativeLoadException.Reason.MUSL, "/lib/ld-musl-x86_64.so.1", "Alpine",
            "-Dcenote.backend=java");
    }

    @Test
    void processorWithoutCas16_isRefusedBeforeTheLoad() throws IOException {
        inJar(Files.readAllBytes(SOME_LIBRARY));
        HostSystem old = new FakeHost(folder).with("cpuinfo", "flags : fpu cx8 sse2\n").onLinux();
        assertRefusal(loader(old, NEVER), NativeLoadException.Reason.CPU, "cx16", "cmpxchg16b");
    }

    @Test
    void largePages_areRefusedBeforeTheLoad() throws IOException {
        byte[] pairs = new byte[32];
        pairs[0] = 6;  // AT_PAGESZ, little endian: x86-64 has no other
        pairs[10] = 1; // 65536
        HostSystem large = new FakeHost(folder).with("self/auxv", pairs).onLinux();
        assertRefusal(loader(large, NEVER), NativeLoadException.Reason.PAGE_SIZE, "65536", "4096");
    }

    @Test
    void glibcTooOld_isNamedWithBothVersions() throws IOException {
        inJar(wantingGlibc9());
        assertRefusal(loader(HostSystem.current(), SYSTEM), NativeLoadException.Reason.GLIBC_TOO_OLD,
            "needs glibc 9.", "this system has " + HostSystem.current().glibcVersion());
    }

    @Test
    void halfALibrary_isDamaged() throws IOException {
        byte[] bytes = Files.readAllBytes(SOME_LIBRARY);
        for (byte[] damaged : List.of(Arrays.copyOf(bytes, 40), "no library".getBytes(StandardCharsets.US_ASCII))) {
            inJar(damaged);
            assertRefusal(loader(HostSystem.current(), SYSTEM), NativeLoadException.Reason.DAMAGED, "The system said");
        }
    }

    @Test
    void libraryOfAnotherProcessor_isDamaged() throws IOException {
        byte[] bytes = Files.readAllBytes(SOME_LIBRARY);
        bytes[18] = (byte) 0xF3; // e_machine: RISC-V
        bytes[19] = 0;
        inJar(bytes);
        assertRefusal(loader(HostSystem.current(), SYSTEM), NativeLoadException.Reason.DAMAGED, "The system said");
    }

    @Test
    void libraryThatNeedsAnAbsentOne_hasTheSystemsWords() throws IOException {
        String text = Files.readString(SOME_LIBRARY, StandardCharsets.ISO_8859_1);
        inJar(text.replace("libc.so.6\0", "libZ.so.6\0").getBytes(StandardCharsets.ISO_8859_1));
        assertRefusal(loader(HostSystem.current(), SYSTEM), NativeLoadException.Reason.OTHER, "libZ.so.6");
    }

    @Test
    void folderOnNoexecMount_isRefusedWithTheMountPoint() throws Exception {
        Path mount = Files.createDirectory(folder.resolve("noexec"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "noexec,mode=0700", "tmpfs", mount.toString()),
            "mounting takes root; HostSystemTest reads made-up mounts without");
        try {
            inJar(Files.readAllBytes(SOME_LIBRARY));
            properties.setProperty("cenote.native.dir", mount.resolve("cache").toString());
            assertRefusal(loader(HostSystem.current(), NEVER), NativeLoadException.Reason.NOEXEC, mount.toString(),
                "noexec", "-Dcenote.native.dir=FOLDER");

            Path named = Files.copy(SOME_LIBRARY, mount.resolve("libcenote.so"));
            properties.setProperty("cenote.native.path", named.toString());
            assertRefusal(loader(HostSystem.current(), SYSTEM), NativeLoadException.Reason.NOEXEC, named.toString(),
                mount.toString(), "failed to map segment");
        } finally {
            assertThat(run("umount", "--lazy", mount.toString())).isTrue();
        }
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    @Test
    void secondClassLoader_getsAFileOfItsOwn() throws Exception {
        inJar(Files.readAllBytes(SOME_LIBRARY));
        List<Path> files = new ArrayList<>();
        List<ClassLoader> alive = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ClassLoader own = new URLClassLoader(new URL[] {
                Path.of("target/classes").toUri().toURL(), Path.of("target/test-classes").toUri().toURL(),
                jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
            alive.add(own);
            var load = own.loadClass(LoadHere.class.getName()).getDeclaredMethod("load", Properties.class);
            files.add((Path) load.invoke(null, properties));
        }
        assertThat(alive).doesNotHaveDuplicates();
        assertThat(files).doesNotHaveDuplicates();
        assertThat(files.get(0).getFileName().toString()).doesNotContainPattern("-\\d\\.so$");
        assertThat(files.get(1).getFileName().toString()).endsWith("-2.so");
        assertThat(files.get(2).getFileName().toString()).endsWith("-3.so");

        properties.setProperty("cenote.native.path", files.get(0).toString());
        assertThat(loader(HostSystem.current(), SYSTEM).loadFile())
            .as("a file that the user named, and that is taken, is copied").isNotIn(files)
            .hasBinaryContent(Files.readAllBytes(SOME_LIBRARY));
        try (Stream<Path> list = Files.list(folder.resolve("cache"))) {
            assertThat(list).hasSize(4);
        }
    }

    /** Loads for the class loader that loaded this class. */
    public static final class LoadHere {

        private LoadHere() {
        }

        public static Path load(Properties properties) {
            return new NativeLoader(properties, Map.of(), LoadHere.class.getClassLoader(), HostSystem.current(),
                file -> System.load(file.toString())).loadFile();
        }
    }
}
