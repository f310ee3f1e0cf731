package dev.cenote.binding;

import java.io.IOException;
import java.io.InputStream;

/**
 * One platform's native library, as the jar that carries it offers it: a service, so that it is found on the module
 * path too.
 */
public interface NativeLibrary {

    /**
     * Names the platform as our jars' classifiers do.
     *
     * @return for example {@code linux-x86_64}
     */
    String platform();

    /**
     * Opens a file that lies in the jar under {@code META-INF/cenote/<platform>/}.
     *
     * @param fileName {@code libcenote.so}, or {@code libcenote.so.sha256} for its check sum
     * @return the bytes; the caller closes it
     * @throws IOException if the jar has no such file, or it can't be read
     */
    InputStream open(String fileName) throws IOException;
}
