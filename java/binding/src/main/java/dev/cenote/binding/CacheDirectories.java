package dev.cenote.binding;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * Chooses the folder for the library: {@code -Dcenote.native.dir} and no other when given; else the user's cache
 * folder, else one in the temporary folder. A folder that can't be made, that others could change, or that lies on a
 * {@code noexec} file system is passed over; when none is left, the exception names each with its reason.
 */
final class CacheDirectories {

    static final String PROPERTY = "cenote.native.dir";

    private final Properties properties;
    private final Map<String, String> environment;
    private final HostSystem host;

    CacheDirectories(Properties properties, Map<String, String> environment, HostSystem host) {
        this.properties = properties;
        this.environment = environment;
        this.host = host;
    }

    /**
     * Prepares the first folder that serves.
     *
     * @throws NativeLoadException if none does
     */
    LibraryCache open() {
        List<String> refused = new ArrayList<>();
        NativeLoadException.Reason reason = NativeLoadException.Reason.NOEXEC;
        for (Path candidate : candidates(refused)) {
            try {
                Path real = PrivateDirectory.prepare(candidate, host.fileUserId());
                String mount = host.noexecMount(real);
                if (mount == null) {
                    return new LibraryCache(real);
                }
                refused.add(candidate + ": the file system mounted on " + mount + " has the option noexec");
            } catch (PrivateDirectory.UnsafeDirectoryException e) {
                reason = NativeLoadException.Reason.CACHE_DIRECTORY;
                refused.add(candidate + ": " + e.getMessage());
            } catch (IOException | UnsupportedOperationException e) {
                reason = NativeLoadException.Reason.CACHE_DIRECTORY;
                refused.add(candidate + ": can't be made or read (" + e + ")");
            }
        }
        throw new NativeLoadException(reason, "No folder can hold the native library. Refused: "
            + String.join("; ", refused) + ". Name a private folder (mode 0700) on a file system without noexec with -D"
            + PROPERTY + "=FOLDER, or unpack the library yourself and name it with -D" + LibrarySearch.PATH_PROPERTY
            + "=FILE.");
    }

    private List<Path> candidates(List<String> refused) {
        String named = properties.getProperty(PROPERTY);
        if (named != null) {
            return add(new ArrayList<>(), refused, named);
        }
        List<Path> candidates = new ArrayList<>();
        String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
        String home = properties.getProperty("user.home", "");
        if (xdg.startsWith("/")) { // the XDG specification: a relative path is to be ignored
            add(candidates, refused, xdg + "/cenote/native");
        } else if (home.startsWith("/")) { // "?" when the user has no home
            add(candidates, refused, home + "/.cache/cenote/native");
        }
        String user = properties.getProperty("user.name", "").replaceAll("[^A-Za-z0-9._-]", "_");
        return add(candidates, refused, properties.getProperty("java.io.tmpdir", "/tmp") + "/cenote-" + user);
    }

    private static List<Path> add(List<Path> candidates, List<String> refused, String folder) {
        try {
            candidates.add(Path.of(folder).toAbsolutePath());
        } catch (InvalidPathException e) {
            refused.add(folder + ": no path (" + e.getMessage() + ")");
        }
        return candidates;
    }
}
