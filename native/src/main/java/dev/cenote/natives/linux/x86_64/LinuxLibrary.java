package dev.cenote.natives.linux.x86_64;

import dev.cenote.binding.NativeLibrary;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;

/** Opens the files that lie beside this class in its jar. */
public final class LinuxLibrary implements NativeLibrary {

    private static final String PLATFORM = "linux-x86_64";

    /** For {@link java.util.ServiceLoader}. */
    public LinuxLibrary() {
    }

    @Override
    public String platform() {
        return PLATFORM;
    }

    @Override
    public InputStream open(String fileName) throws IOException {
        String path = "/META-INF/cenote/" + PLATFORM + "/" + fileName;
        InputStream file = LinuxLibrary.class.getResourceAsStream(path);
        if (file == null) {
            throw new FileNotFoundException("the jar of " + LinuxLibrary.class.getName() + " has no " + path);
        }
        return file;
    }
}
