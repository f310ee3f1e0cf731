package dev.cenote.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateDirectoryTest {

    private static final OptionalLong US = HostSystem.current().fileUserId();
    private static final long SOMEBODY_ELSE = 12345;

    @TempDir
    Path folder;

    private static void mode(Path directory, String mode) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(mode));
    }

    @Test
    void missingFolders_areMadeForTheOwnerAlone() throws IOException {
        Path made = PrivateDirectory.prepare(folder.resolve("a/b/c"), US);
        assertThat(made).isDirectory();
        for (Path each = made; !each.equals(folder.toRealPath()); each = each.getParent()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each))).isEqualTo("rwx------");
        }
    }

    @Test
    void existingFolder_thatOthersMayOnlyRead_isAccepted() throws IOException {
        Path there = Files.createDirectory(folder.resolve("there"));
        mode(there, "rwxr-xr-x");
        assertThat(PrivateDirectory.prepare(there, US)).isEqualTo(there.toRealPath());
    }

    @Test
    void folder_thatTheGroupMayWrite_isRefused() throws IOException {
        Path there = Files.createDirectory(folder.resolve("there"));
        mode(there, "rwxrwx---");
        assertThatThrownBy(() -> PrivateDirectory.prepare(there, US))
            .isInstanceOf(PrivateDirectory.UnsafeDirectoryException.class)
            .hasMessageContaining("mode 0770").hasMessageContaining("chmod 700 " + there.toRealPath());
    }

    @Test
    void folder_underOneThatAllMayWrite_isRefusedUnlessSticky() throws IOException {
        Path open = Files.createDirectory(folder.resolve("open"));
        mode(open, "rwxrwxrwx");
        assertThatThrownBy(() -> PrivateDirectory.prepare(open.resolve("ours"), US))
            .isInstanceOf(PrivateDirectory.UnsafeDirectoryException.class).hasMessageContaining("mode 0777");
        Files.setAttribute(open, "unix:mode", 0041777);
        assertThat(PrivateDirectory.prepare(open.resolve("ours"), US)).isDirectory();
    }

    @Test
    void folder_behindALink_isJudgedByItsTarget() throws IOException {
        Path target = Files.createDirectory(folder.resolve("target"));
        mode(target, "rwxrwxrwx");
        Path link = Files.createSymbolicLink(folder.resolve("link"), target);
        assertThatThrownBy(() -> PrivateDirectory.prepare(link, US))
            .isInstanceOf(PrivateDirectory.UnsafeDirectoryException.class).hasMessageContaining(target.toString());
    }

    @Test
    void folder_ofSomebodyElse_isRefused() throws IOException {
        Path there = Files.createDirectory(folder.resolve("there"));
        mode(there, "rwx------");
        if (US.equals(OptionalLong.of(0))) {
            Files.setAttribute(there, "unix:uid", (int) SOMEBODY_ELSE);
            assertThatThrownBy(() -> PrivateDirectory.prepare(there, US))
                .isInstanceOf(PrivateDirectory.UnsafeDirectoryException.class)
                .hasMessageContaining("belongs to user id " + SOMEBODY_ELSE);
        } else {
            assertThatThrownBy(() -> PrivateDirectory.prepare(there, OptionalLong.of(SOMEBODY_ELSE)))
                .isInstanceOf(PrivateDirectory.UnsafeDirectoryException.class)
                .hasMessageContaining("belongs to user id " + US.orElseThrow());
        }
    }

    @Test
    void file_inTheWay_isAnError() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> PrivateDirectory.prepare(file, US)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> PrivateDirectory.prepare(file.resolve("below"), US)).isInstanceOf(IOException.class);
    }

    @Test
    void candidates_areTriedInOrder_andEachRefusalIsNamed() throws IOException {
        var properties = new Properties();
        Path home = Files.createDirectory(folder.resolve("home"));
        Path cache = Files.createFile(home.resolve(".cache"));
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        properties.setProperty("user.home", home.toString());
        properties.setProperty("user.name", "jo/../e");
        properties.setProperty("java.io.tmpdir", temporary.toString());
        HostSystem host = HostSystem.current();

        assumeTrue(host.noexecMount(folder) == null, "the temporary folder is mounted noexec");
        assertThat(new CacheDirectories(properties, Map.of(), host).open().directory())
            .isEqualTo(temporary.toRealPath().resolve("cenote-jo_.._e"));
        assertThat(new CacheDirectories(properties, Map.of("XDG_CACHE_HOME", folder + "/xdg"), host).open()
            .directory()).isEqualTo(folder.toRealPath().resolve("xdg/cenote/native"));

        mode(temporary.resolve("cenote-jo_.._e"), "rwxrwxrwx");
        assertThatThrownBy(() -> new CacheDirectories(properties, Map.of(), host).open())
            .isInstanceOfSatisfying(NativeLoadException.class, e ->
                assertThat(e.reason()).isEqualTo(NativeLoadException.Reason.CACHE_DIRECTORY))
            .hasMessageContaining(cache.toString()).hasMessageContaining("mode 0777")
            .hasMessageContaining("-Dcenote.native.dir=FOLDER");

        properties.setProperty("cenote.native.dir", folder.resolve("mine").toString());
        assertThat(new CacheDirectories(properties, Map.of(), host).open().directory())
            .isEqualTo(folder.toRealPath().resolve("mine"));
        properties.setProperty("cenote.native.dir", cache.toString());
        assertThatThrownBy(() -> new CacheDirectories(properties, Map.of(), host).open())
            .as("the user's word is not replaced by another folder")
            .isInstanceOf(NativeLoadException.class).hasMessageContaining(cache.toString());
    }
}
