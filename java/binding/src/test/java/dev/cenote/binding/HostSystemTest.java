package dev.cenote.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostSystemTest {

    private static final String MAPS_LINE = "7f10 r-xp 00000000 fe:01 131 ";

    @TempDir
    Path folder;

    @Test
    void platform_hasTheNamesOfOurClassifiers() throws Exception {
        FakeHost host = new FakeHost(folder);
        assertThat(host.on("Linux", "amd64").platform()).isEqualTo("linux-x86_64");
        assertThat(host.on("Linux", "aarch64").platform()).isEqualTo("linux-aarch64");
        assertThat(host.on("Mac OS X", "aarch64").platform()).isEqualTo("macos-aarch64");
        assertThat(host.on("Windows 11", "amd64").platform()).isEqualTo("windows-x86_64");
        assertThat(host.on("FreeBSD", "riscv64").platform()).isEqualTo("freebsd-riscv64");
    }

    @Test
    void muslFile_isFoundByItsLoader() throws Exception {
        FakeHost host = new FakeHost(folder).with("self/maps", "5581 r--p 0 fe:01 9 /opt/java/bin/java\n"
            + MAPS_LINE + "                      /lib/ld-musl-x86_64.so.1\n" + MAPS_LINE + "\n");
        assertThat(host.onLinux().muslFile()).isEqualTo("/lib/ld-musl-x86_64.so.1");
    }

    @Test
    void muslFile_onGlibc_isNull() throws Exception {
        FakeHost host = new FakeHost(folder)
            .with("self/maps", MAPS_LINE + "/usr/lib/x86_64-linux-gnu/libc.so.6\n" + MAPS_LINE + "/home/ld-musl-x/a.so\n");
        assertThat(host.onLinux().muslFile()).isNull();
    }

    @Test
    void glibcVersion_isReadFromTheMappedFile() throws Exception {
        Path libc = folder.resolve("libc.so.6");
        Files.writeString(libc, "\u007fELF\0\0GNU C Library (GNU libc) stable release version 2.12, by Roland\nand others\0",
            StandardCharsets.ISO_8859_1);
        FakeHost host = new FakeHost(folder).with("self/maps", MAPS_LINE + libc + "\n");
        assertThat(host.onLinux().glibcVersion()).isEqualTo("2.12");
    }

    @Test
    void glibcVersion_ofThisMachine_isWhatTheSystemSays() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/getconf")), "no getconf to compare with");
        Process getconf = new ProcessBuilder("/usr/bin/getconf", "GNU_LIBC_VERSION").start();
        String said = new String(getconf.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).trim();
        assertThat("glibc " + HostSystem.current().glibcVersion()).isEqualTo(said);
    }

    @Test
    void cas16_isAsTheProcessorLists() throws Exception {
        FakeHost host = new FakeHost(folder).with("cpuinfo", "processor\t: 0\nflags\t\t: fpu cx8 sse2\n");
        assertThat(host.onLinux().hasCas16()).isFalse();
        assertThat(host.on("Linux", "aarch64").hasCas16()).isTrue();
        host.with("cpuinfo", "processor\t: 0\nflags\t\t: fpu cx8 cx16 sse2\n");
        assertThat(host.onLinux().hasCas16()).isTrue();
    }

    @Test
    void pageBytes_areReadFromTheAuxiliaryVector() throws Exception {
        ByteBuffer pairs = ByteBuffer.allocate(48).order(ByteOrder.nativeOrder())
            .putLong(3).putLong(64).putLong(6).putLong(65536).putLong(0).putLong(0);
        assertThat(new FakeHost(folder).with("self/auxv", pairs.array()).onLinux().pageBytes()).hasValue(65536);
        assertThat(HostSystem.current().pageBytes()).isPresent();
    }

    @Test
    void fileUserId_isTheFourthOfTheLine() throws Exception {
        FakeHost host = new FakeHost(folder).with("self/status", "Name:\tjava\nUid:\t1000\t1001\t1002\t1003\nGid:\t1\t1\t1\t1\n");
        assertThat(host.onLinux().fileUserId()).hasValue(1003);
        Path ours = Files.createFile(folder.resolve("ours"));
        assertThat(HostSystem.current().fileUserId())
            .hasValue(((Number) Files.getAttribute(ours, "unix:uid")).longValue());
    }

    @Test
    void noexecMount_isTheLongestAndLastThatHoldsTheFolder() throws Exception {
        Path real = folder.toRealPath();
        Path inside = Files.createDirectories(real.resolve("a b/c"));
        String escaped = real.resolve("a b").toString().replace(" ", "\\040");
        FakeHost host = new FakeHost(folder).with("self/mountinfo", "20 1 8:1 / / rw,noexec shared:1 - ext4 /dev/vda rw\n"
            + "21 20 0:5 / " + escaped + " rw - tmpfs tmpfs rw\n");
        assertThat(host.onLinux().noexecMount(inside)).isNull();
        assertThat(host.onLinux().noexecMount(real)).isEqualTo("/");
        host.with("self/mountinfo", "20 1 8:1 / / rw - ext4 /dev/vda rw\n21 20 0:5 / " + escaped + " rw - tmpfs tmpfs rw\n"
            + "22 20 0:6 / " + escaped + " rw,nosuid,noexec - tmpfs tmpfs rw\n23 20 0:7 / /nowhere rw,noexec - a b rw\n");
        assertThat(host.onLinux().noexecMount(inside)).isEqualTo(real.resolve("a b").toString());
        assertThat(host.onLinux().noexecMount(real)).isNull();
    }

    @Test
    void whatCanNotBeRead_isUnknownAndNoReasonToRefuse() throws Exception {
        HostSystem host = new FakeHost(folder).onLinux();
        assertThat(host.muslFile()).isNull();
        assertThat(host.glibcVersion()).isNull();
        assertThat(host.hasCas16()).isTrue();
        assertThat(host.pageBytes()).isEmpty();
        assertThat(host.fileUserId()).isEmpty();
        assertThat(host.noexecMount(folder)).isNull();
        new LoadDiagnosis(host).checkBefore();
    }
}
