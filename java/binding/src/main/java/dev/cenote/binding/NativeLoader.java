package dev.cenote.binding;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Loads the native library, once per class loader: finds it, refuses a machine that can't run it, puts it into a
 * private folder when it comes from a jar, loads it, and checks that it is the one these classes were written for.
 * <p>Order: the file {@code -Dcenote.native.path} names; {@code libcenote.so} on {@code java.library.path}; the
 * {@code cenote-native} jar. Folder: {@code -Dcenote.native.dir}; the user's cache folder; the temporary folder.
 * <p>Each class loader that loads Cenote gets a library of its own, from a second file with the same bytes: its pools
 * are its own too.
 */
public final class NativeLoader {

    private static final System.Logger LOG = System.getLogger(NativeLoader.class.getName());
    /** How many class loaders of one JVM may have the library at once; a leak of class loaders ends here with a text. */
    private static final int COPIES_MAX = 256;
    private static final String LOADED_ELSEWHERE = "already loaded in another classloader";

    private static @Nullable Path loaded;
    private static @Nullable NativeLoadException failure;
    private static @Nullable NativeCalls jni;
    private static @Nullable NativeCalls ffm;

    /** Loads one file into the JVM, for the class loader of this class: {@code System.load}, or a test's. */
    @FunctionalInterface
    interface Linker {
        void link(Path file);
    }

    private final Properties properties;
    private final ClassLoader classLoader;
    private final HostSystem host;
    private final LoadDiagnosis diagnosis;
    private final CacheDirectories directories;
    private final Linker linker;

    NativeLoader(Properties properties, Map<String, String> environment, ClassLoader classLoader, HostSystem host,
            Linker linker) {
        this.properties = properties;
        this.classLoader = classLoader;
        this.host = host;
        this.diagnosis = new LoadDiagnosis(host);
        this.directories = new CacheDirectories(properties, environment, host);
        this.linker = linker;
    }

    /**
     * Gives the calls into the native library through JNI, loading it the first time.
     * <p>Any thread; the others wait for the first. Reads and writes files the first time. The outcome is final: a
     * failure is thrown again, with the same text, without another try.
     *
     * @return the calls, the same object each time
     * @throws NativeLoadException if the library can't be loaded; its text says what to do
     */
    public static synchronized NativeCalls load() {
        if (jni == null) {
            Path file = loadOnce();
            jni = checked(JniCalls::new, file, file + " has no functions for class " + CenoteJni.class.getName()
                + ": it is another library, or the classes were relocated when they were shaded (JNI finds functions by"
                + " the class's full name; exclude dev.cenote from relocation).");
        }
        return jni;
    }

    /**
     * Gives the calls into the native library through {@code java.lang.foreign} (JDK 22 and later), loading it the first
     * time. It is the same library, in the same memory, as that of {@link #load}; both may be used.
     * <p>As {@link #load} otherwise.
     *
     * @return the calls, the same object each time
     * @throws NativeLoadException if the library can't be loaded, or on a JDK before 22; its text says what to do
     */
    public static synchronized NativeCalls loadForeign() {
        if (ffm == null) {
            ForeignLinker.checkBefore();
            Path file = loadOnce();
            ffm = checked(ForeignLinker::link, file, file + " lacks a function of Cenote's: it is another library, or one"
                + " of another version. Use cenote and cenote-native of one version.");
        }
        return ffm;
    }

    private static Path loadOnce() {
        if (loaded != null) {
            return loaded;
        }
        if (failure != null) {
            throw new NativeLoadException(failure.reason(), String.valueOf(failure.getMessage()), failure);
        }
        try {
            ClassLoader own = NativeLoader.class.getClassLoader();
            loaded = new NativeLoader(System.getProperties(), System.getenv(),
                own != null ? own : ClassLoader.getSystemClassLoader(), HostSystem.current(),
                path -> System.load(path.toString())).loadFile();
            return loaded;
        } catch (NativeLoadException e) {
            failure = e;
            throw e;
        }
    }

    /** Finds the library and loads it; gives the file that was loaded. */
    Path loadFile() {
        Module module = NativeLoader.class.getModule();
        if (!NativeAccess.isGranted(module)) {
            LOG.log(System.Logger.Level.DEBUG, "native access is not granted; {0} grants it", NativeAccess.flag(module));
        }
        diagnosis.checkBefore();
        LibrarySearch search = new LibrarySearch(properties, classLoader, host.platform());
        Path file = search.file();
        try {
            if (file == null) {
                return linkCopy(search.inJar(BuildVersion.TEXT), 1);
            }
            try {
                link(file);
                return file;
            } catch (LoadedElsewhereException e) {
                return linkCopy(LibraryBytes.fromFile(file, BuildVersion.TEXT), 2);
            }
        } catch (IOException e) {
            throw new NativeLoadException(NativeLoadException.Reason.CACHE_DIRECTORY, "The native library could not be"
                + " read or put into its folder: " + e + ". Is the disk full? Name another folder with -D"
                + CacheDirectories.PROPERTY + "=FOLDER.", e);
        }
    }

    private Path linkCopy(LibraryBytes library, int firstCopy) throws IOException {
        LibraryCache cache = directories.open();
        for (int copy = firstCopy; copy <= COPIES_MAX; copy++) {
            Path file = cache.file(library, copy);
            try {
                link(file);
                LOG.log(System.Logger.Level.DEBUG, "loaded {0} from {1}", file, library.origin());
                return file;
            } catch (LoadedElsewhereException e) {
                LOG.log(System.Logger.Level.DEBUG, "{0} belongs to another class loader; taking a copy of it", file);
            }
        }
        throw new NativeLoadException(NativeLoadException.Reason.OTHER, COPIES_MAX + " class loaders of this JVM have"
            + " loaded the native library, and none was unloaded: class loaders leak. Put Cenote into the shared class"
            + " loader of the server, or find what keeps the old ones alive.");
    }

    private void link(Path file) throws LoadedElsewhereException {
        try {
            linker.link(file);
        } catch (UnsatisfiedLinkError e) {
            if (String.valueOf(e.getMessage()).contains(LOADED_ELSEWHERE)) {
                throw new LoadedElsewhereException();
            }
            throw diagnosis.after(file, e);
        } catch (IllegalCallerException e) {
            throw NativeAccess.denied(NativeLoader.class.getModule(), e);
        }
    }

    /** Asks the library who it is before anybody uses it. */
    private static NativeCalls checked(Supplier<NativeCalls> maker, Path file, String unlinked) {
        NativeCalls calls;
        int abi;
        try {
            calls = maker.get();
            abi = calls.abiVersion();
        } catch (UnsatisfiedLinkError | NoClassDefFoundError e) { /* the latter: the first try failed, here as there */
            throw new NativeLoadException(NativeLoadException.Reason.VERSION, unlinked, e);
        }
        if (abi != NativeCalls.ABI_VERSION) {
            throw new NativeLoadException(NativeLoadException.Reason.VERSION, file + " has ABI version " + abi
                + ", and the Java classes (" + BuildVersion.TEXT + ") need " + NativeCalls.ABI_VERSION
                + ". Use cenote and cenote-native of one version.");
        }
        int cpu = calls.cpuCheck();
        if (cpu < 0) {
            throw new NativeLoadException(NativeLoadException.Reason.CPU, "This processor can't run the native library: "
                + calls.errorText(cpu) + ". On a virtual machine, give it a processor model with cx16 (x86-64-v2 or host)."
                + " Or choose the pure Java backend with -Dcenote.backend=java.");
        }
        return calls;
    }

    /** Another class loader of this JVM has loaded this very file. */
    private static final class LoadedElsewhereException extends Exception {

        private static final long serialVersionUID = 1L;
    }
}
