package dev.cenote.binding;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Keeps libraries as files in one private folder, by version and SHA-256, so that nothing is ever left over and any
 * number of JVMs share one file. A file is complete or absent (written aside, synced, renamed), and its bytes are
 * compared with its name before every load; a file that was altered is replaced, never loaded.
 */
final class LibraryCache {

    private static final System.Logger LOG = System.getLogger(LibraryCache.class.getName());
    private static final String TEMPORARY = ".part";
    /** A writer needs milliseconds; what is older was left by a killed JVM. */
    private static final Duration ABANDONED = Duration.ofHours(1);

    private final Path directory;

    /** @param directory as {@link PrivateDirectory#prepare} gave it */
    LibraryCache(Path directory) {
        this.directory = directory;
    }

    Path directory() {
        return directory;
    }

    /**
     * Gives the file that holds the library, writing it when it is absent or altered.
     *
     * @param library the bytes and their names
     * @param copy    1 for the usual file; 2 and up are further files with the same bytes, for further class loaders
     * @return a regular file whose bytes were just compared with their SHA-256
     * @throws IOException if it can't be read or written
     */
    Path file(LibraryBytes library, int copy) throws IOException {
        String name = "libcenote-" + library.version() + "-" + library.sha256() + (copy == 1 ? "" : "-" + copy) + ".so";
        Path file = directory.resolve(name);
        String found = sha256OfFile(file);
        if (library.sha256().equals(found)) {
            return file;
        }
        if (found != null) {
            LOG.log(System.Logger.Level.WARNING, "{0} was altered (its SHA-256 is {1}); it is replaced, not loaded",
                file, found);
        }
        write(library.source(), file);
        String written = sha256OfFile(file);
        if (!library.sha256().equals(written)) {
            throw new IOException(file + " was written, but reads back with SHA-256 " + written);
        }
        return file;
    }

    private void write(LibraryBytes.Source source, Path file) throws IOException {
        removeAbandoned();
        Path aside = Files.createTempFile(directory, file.getFileName() + ".", TEMPORARY,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            try (InputStream in = source.open(); FileChannel out = FileChannel.open(aside, StandardOpenOption.WRITE)) {
                in.transferTo(Channels.newOutputStream(out));
                out.force(true);
            }
            Files.setPosixFilePermissions(aside, PosixFilePermissions.fromString("r-x------"));
            Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(aside);
        }
    }

    private void removeAbandoned() throws IOException {
        Instant before = Instant.now().minus(ABANDONED);
        try (DirectoryStream<Path> parts = Files.newDirectoryStream(directory, "libcenote-*" + TEMPORARY)) {
            for (Path part : parts) {
                try {
                    if (Files.getLastModifiedTime(part, LinkOption.NOFOLLOW_LINKS).toInstant().isBefore(before)) {
                        Files.deleteIfExists(part);
                    }
                } catch (NoSuchFileException e) {
                    LOG.log(System.Logger.Level.TRACE, "{0} was finished or removed by another JVM", part);
                }
            }
        }
    }

    /** The SHA-256 of a regular file in hexadecimal digits; {@code null} when there is no such file. */
    private static @Nullable String sha256OfFile(Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        try {
            return Digest.of(() -> Files.newInputStream(file)).sha256();
        } catch (NoSuchFileException e) {
            return null;
        }
    }
}
