package dev.cenote.binding;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.ServiceLoader.Provider;
import org.jspecify.annotations.Nullable;

/**
 * Finds the library: the file the user named, else {@code java.library.path}, else the jar of this platform.
 * The first that is there is the one: when it turns out unusable, nothing else is tried in its place.
 */
final class LibrarySearch {

    static final String PATH_PROPERTY = "cenote.native.path";

    private final Properties properties;
    private final ClassLoader classLoader;
    private final String platform;

    /**
     * @param properties  the system properties, or a test's
     * @param classLoader whose jars are searched
     * @param platform    for example {@code linux-x86_64}
     */
    LibrarySearch(Properties properties, ClassLoader classLoader, String platform) {
        this.properties = properties;
        this.classLoader = classLoader;
        this.platform = platform;
    }

    /** The file that the user named or that lies on {@code java.library.path}; null when the jar is to be used. */
    @Nullable Path file() {
        String named = properties.getProperty(PATH_PROPERTY);
        if (named != null) {
            Path file = path(named);
            if (file == null || !Files.isRegularFile(file)) {
                throw new NativeLoadException(NativeLoadException.Reason.LIBRARY_MISSING, "-D" + PATH_PROPERTY + "="
                    + named + " names no file. Name the library itself (.../" + LibraryBytes.FILE_NAME
                    + "), or drop the option to use the one in the cenote-native jar.");
            }
            return file.toAbsolutePath();
        }
        for (String folder : properties.getProperty("java.library.path", "").split(File.pathSeparator)) {
            Path file = folder.isEmpty() ? null : path(folder + File.separator + LibraryBytes.FILE_NAME);
            if (file != null && Files.isRegularFile(file)) {
                return file.toAbsolutePath();
            }
        }
        return null;
    }

    /** The library of this platform out of its jar, compared with its check sum. */
    LibraryBytes inJar(String version) throws IOException {
        for (Provider<NativeLibrary> provider : providers()) {
            NativeLibrary library = provider.get();
            if (library.platform().equals(platform)) {
                try (InputStream checkSum = library.open(LibraryBytes.CHECK_SUM_NAME)) {
                    return LibraryBytes.fromJar(provider.type().getModule().isNamed()
                        ? "module " + provider.type().getModule().getName()
                        : String.valueOf(provider.type().getProtectionDomain().getCodeSource()), version,
                        () -> library.open(LibraryBytes.FILE_NAME), checkSum);
                }
            }
        }
        URL resource = classLoader.getResource(resourceName(LibraryBytes.FILE_NAME));
        if (resource == null) {
            throw missing();
        }
        try (InputStream checkSum = classLoader.getResourceAsStream(resourceName(LibraryBytes.CHECK_SUM_NAME))) {
            return LibraryBytes.fromJar(resource.toString(), version, resource::openStream, checkSum);
        }
    }

    private List<Provider<NativeLibrary>> providers() {
        Module module = NativeLibrary.class.getModule();
        ServiceLoader<NativeLibrary> loader = module.getLayer() != null
            ? ServiceLoader.load(module.getLayer(), NativeLibrary.class)
            : ServiceLoader.load(NativeLibrary.class, classLoader);
        return loader.stream().toList();
    }

    private String resourceName(String fileName) {
        return "META-INF/cenote/" + platform + "/" + fileName;
    }

    private NativeLoadException missing() {
        return switch (platform) {
            case "linux-x86_64" -> new NativeLoadException(NativeLoadException.Reason.LIBRARY_MISSING,
                "No jar has " + resourceName(LibraryBytes.FILE_NAME) + ". Add dev.cenote:cenote-native with classifier "
                    + platform + " (" + (NativeLibrary.class.getModule().isNamed() ? "module" : "class") + " path), name a"
                    + " file with -D" + PATH_PROPERTY + "=FILE, or choose the pure Java backend with"
                    + " -Dcenote.backend=java.");
            default -> new NativeLoadException(NativeLoadException.Reason.UNSUPPORTED_PLATFORM,
                "There is no native library for " + platform + "; there is one for linux-x86_64."
                    + " Choose the pure Java backend with -Dcenote.backend=java (auto does so by itself).");
        };
    }

    private static @Nullable Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            return null;
        }
    }
}
