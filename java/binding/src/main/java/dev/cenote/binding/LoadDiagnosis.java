package dev.cenote.binding;

import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Says why the library can't be loaded here: before the load what would crash, after it what the system meant. */
final class LoadDiagnosis {

    private static final Pattern GLIBC_WANTED = Pattern.compile("version [`']GLIBC_([0-9.]+)' not found");
    private static final int X86_64_PAGE_BYTES = 4096;
    private static final int AARCH64_PAGE_BYTES_MAX = 65536;
    private static final String JAVA_BACKEND = " Or choose the pure Java backend with -Dcenote.backend=java.";

    private final HostSystem host;

    LoadDiagnosis(HostSystem host) {
        this.host = host;
    }

    /**
     * Refuses what would load and crash later.
     *
     * @throws NativeLoadException if this machine can't run the library
     */
    void checkBefore() {
        String musl = host.muslFile();
        if (musl != null) {
            throw new NativeLoadException(NativeLoadException.Reason.MUSL, "This JVM runs on musl (" + musl
                + " is mapped), and the library is built for glibc: it would crash. Use a Java image based on glibc"
                + " (Debian, Ubuntu, UBI) instead of Alpine." + JAVA_BACKEND);
        }
        if (!host.hasCas16()) {
            throw new NativeLoadException(NativeLoadException.Reason.CPU, "This processor has no cmpxchg16b (/proc/cpuinfo"
                + " does not list cx16), which the lock-free lists need. On a virtual machine, give it a processor model"
                + " with cx16 (x86-64-v2 or host)." + JAVA_BACKEND);
        }
        OptionalInt page = host.pageBytes();
        boolean arm = host.platform().endsWith("-aarch64");
        if (page.isPresent() && (arm ? page.getAsInt() > AARCH64_PAGE_BYTES_MAX : page.getAsInt() != X86_64_PAGE_BYTES)) {
            throw new NativeLoadException(NativeLoadException.Reason.PAGE_SIZE, "This system has pages of "
                + page.getAsInt() + " bytes; the library is built for " + (arm ? "up to " + AARCH64_PAGE_BYTES_MAX
                : X86_64_PAGE_BYTES) + "." + JAVA_BACKEND);
        }
    }

    /**
     * Turns the system's refusal into a reason and a remedy.
     *
     * @param file  what was to be loaded
     * @param error what {@code System.load} threw
     */
    NativeLoadException after(Path file, Throwable error) {
        String words = String.valueOf(error.getMessage());
        Path folder = file.getParent();
        String mount = folder == null ? null : host.noexecMount(folder);
        if (mount != null) {
            return new NativeLoadException(NativeLoadException.Reason.NOEXEC, file + " can't be mapped as code: the file"
                + " system mounted on " + mount + " has the option noexec. Name a folder on another one with -D"
                + CacheDirectories.PROPERTY + "=FOLDER, or a file with -D" + LibrarySearch.PATH_PROPERTY + "=FILE."
                + said(words), error);
        }
        Matcher wanted = GLIBC_WANTED.matcher(words);
        if (wanted.find()) {
            return new NativeLoadException(NativeLoadException.Reason.GLIBC_TOO_OLD, "The library needs glibc "
                + wanted.group(1) + ", and this system has " + known(host.glibcVersion()) + ". Run on a newer system, or"
                + " build the library on this one and name it with -D" + LibrarySearch.PATH_PROPERTY + "=FILE."
                + JAVA_BACKEND + said(words), error);
        }
        if (words.contains("ELF") || words.contains("Exec format error") || words.contains("file too short")
                || words.contains("Possible cause: ")) { // the JVM's guess: another processor, word width or byte order
            return new NativeLoadException(NativeLoadException.Reason.DAMAGED, file + " is no complete library for "
                + host.platform() + ". Take the one from the cenote-native jar with classifier " + host.platform() + "."
                + said(words), error);
        }
        return new NativeLoadException(NativeLoadException.Reason.OTHER, "The system refused to load " + file
            + " on " + host.platform() + ", glibc " + known(host.glibcVersion()) + "." + JAVA_BACKEND + said(words), error);
    }

    private static String known(@Nullable String version) {
        return version == null ? "of an unknown version" : version;
    }

    private static String said(String words) {
        return " The system said: " + words;
    }
}
