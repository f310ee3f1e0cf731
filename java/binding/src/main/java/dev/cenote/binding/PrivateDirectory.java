package dev.cenote.binding;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Makes and checks a folder that nobody else can change: what lies in it is loaded into the process as code.
 * The rule is that of {@code ssh} for its keys: the folder belongs to us (or to root) and only its owner may write; each
 * folder above it belongs to us or to root, and where all may write there, the sticky bit keeps them from renaming.
 */
final class PrivateDirectory {

    private static final long ROOT = 0;
    private static final int STICKY = 01000;
    private static final int GROUP_MAY_WRITE = 0020;
    private static final int OTHERS_MAY_WRITE = 0002;

    private PrivateDirectory() {
    }

    /**
     * Makes the folder and the missing ones above it with mode 0700, or accepts the one that is there.
     *
     * @param directory where; absolute
     * @param user      the user id that we create files with; unknown: ownership is not checked
     * @return the folder without symbolic links in its path
     * @throws UnsafeDirectoryException if somebody else could change what lies in it
     * @throws IOException              if it can't be made
     */
    static Path prepare(Path directory, OptionalLong user) throws IOException {
        makeAll(directory);
        Path real = directory.toRealPath();
        check(real, user, true);
        for (Path above = real.getParent(); above != null; above = above.getParent()) {
            check(above, user, false);
        }
        return real;
    }

    private static void makeAll(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path above = directory.getParent();
        if (above != null) {
            makeAll(above);
        }
        Set<PosixFilePermission> ownerOnly = PosixFilePermissions.fromString("rwx------");
        try {
            Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(ownerOnly));
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory)) {
                throw e; // a file is in the way; a folder: another JVM was faster
            }
        }
    }

    private static void check(Path directory, OptionalLong user, boolean last) throws IOException {
        int mode = (int) Files.getAttribute(directory, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        long owner = ((Number) Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS)).longValue();
        if (user.isPresent() && owner != user.getAsLong() && owner != ROOT) {
            throw new UnsafeDirectoryException(directory + " belongs to user id " + owner + ", and we are "
                + user.getAsLong() + ": its owner could replace the library");
        }
        boolean othersMayWrite = last
            ? (mode & (GROUP_MAY_WRITE | OTHERS_MAY_WRITE)) != 0
            : (mode & OTHERS_MAY_WRITE) != 0 && (mode & STICKY) == 0;
        if (othersMayWrite) {
            throw new UnsafeDirectoryException(String.format(
                "%s has mode %04o: others could replace the library (chmod %s %s)",
                directory, mode & 07777, last ? "700" : "o-w", directory));
        }
    }

    /** Somebody else could change what lies in the folder. */
    static final class UnsafeDirectoryException extends IOException {

        private static final long serialVersionUID = 1L;

        UnsafeDirectoryException(String message) {
            super(message);
        }
    }
}
