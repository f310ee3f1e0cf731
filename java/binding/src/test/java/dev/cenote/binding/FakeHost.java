package dev.cenote.binding;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A machine made of files: what the tests write is what {@link HostSystem} reads. Nothing written: nothing known. */
final class FakeHost {

    private final Path proc;

    FakeHost(Path folder) throws IOException {
        proc = folder.resolve("proc");
        Files.createDirectories(proc.resolve("self"));
    }

    FakeHost with(String file, String text) throws IOException {
        Files.writeString(proc.resolve(file), text);
        return this;
    }

    FakeHost with(String file, byte[] bytes) throws IOException {
        Files.write(proc.resolve(file), bytes);
        return this;
    }

    HostSystem on(String osName, String osArch) {
        return new HostSystem(osName, osArch, proc);
    }

    HostSystem onLinux() {
        return on("Linux", "amd64");
    }
}
