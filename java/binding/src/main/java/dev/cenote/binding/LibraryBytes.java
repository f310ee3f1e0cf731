package dev.cenote.binding;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A native library that can be read, with the names that tell it from every other: where it came from, its version, its hash.
 * <p>It is never in the Java heap as a whole: it is a megabyte that no program needs, and humongous for the collector.
 *
 * @param origin  for messages: the jar's or the file's address
 * @param version the version of the Java classes that ask for it
 * @param sha256  64 lower-case hexadecimal digits
 * @param source  gives the whole file, each time anew
 */
record LibraryBytes(String origin, String version, String sha256, Source source) {

    /** Opens the library; the caller closes the stream. */
    interface Source {
        InputStream open() throws IOException;
    }

    static final String FILE_NAME = "libcenote.so";
    static final String CHECK_SUM_NAME = FILE_NAME + ".sha256";

    private static final Pattern CHECK_SUM = Pattern.compile("([0-9a-f]{64})(\\s.*)?", Pattern.DOTALL);

    /**
     * Reads a library out of a jar and compares it with the check sum that lies beside it.
     *
     * @throws NativeLoadException if the check sum is missing, malformed or another one
     */
    static LibraryBytes fromJar(String origin, String version, Source library, @Nullable InputStream checkSum)
            throws IOException {
        String expected = checkSum == null ? "" : new String(checkSum.readAllBytes(), StandardCharsets.US_ASCII);
        var digits = CHECK_SUM.matcher(expected);
        if (!digits.matches()) {
            throw new NativeLoadException(NativeLoadException.Reason.DAMAGED, "The jar that carries the native library ("
                + origin + ") has no valid " + CHECK_SUM_NAME + " beside it; the jar was repackaged or cut short."
                + " Take the original cenote-native jar.");
        }
        Digest found = Digest.of(library);
        if (!found.sha256().equals(digits.group(1))) {
            throw new NativeLoadException(NativeLoadException.Reason.DAMAGED, "The native library in " + origin + " ("
                + found.bytes() + " bytes) has SHA-256 " + found.sha256() + ", but " + digits.group(1)
                + " was built; the jar is damaged. Take the original cenote-native jar.");
        }
        return new LibraryBytes(origin, version, found.sha256(), library);
    }

    /** Reads a library that the user named; its bytes are the user's word. */
    static LibraryBytes fromFile(Path file, String version) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new NoSuchFileException(file.toString());
        }
        Source source = () -> Files.newInputStream(file);
        return new LibraryBytes(file.toString(), version, Digest.of(source).sha256(), source);
    }
}
