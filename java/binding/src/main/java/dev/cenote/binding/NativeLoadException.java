package dev.cenote.binding;

import org.jspecify.annotations.Nullable;

/**
 * Says why the native library could not be loaded, with the numbers and with what to do about it.
 * <p>{@code dev.cenote.core} hands it to users as its own {@code NativeLoadException}, same text, this one as the cause.
 */
public final class NativeLoadException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What kept the library from loading; one constant for each remedy. */
    public enum Reason {
        /** There is no library for this operating system or processor. */
        UNSUPPORTED_PLATFORM,
        /** The platform is supported, but no jar and no folder holds its library. */
        LIBRARY_MISSING,
        /** The C library is musl; ours needs glibc. */
        MUSL,
        /** The glibc of this system is older than the library needs. */
        GLIBC_TOO_OLD,
        /** The processor lacks an instruction that the library needs. */
        CPU,
        /** The pages of this system have a size that the library was not built for. */
        PAGE_SIZE,
        /** The folder that holds the library is on a file system mounted {@code noexec}. */
        NOEXEC,
        /** The JVM was told to deny native access, and the grant for us is missing. */
        NATIVE_ACCESS,
        /** No folder is private and writable, so there is nowhere to put the library. */
        CACHE_DIRECTORY,
        /** The library's bytes are not the ones that were built. */
        DAMAGED,
        /** The JVM or the jar lacks the classes that call native code without JNI, which JDK 22 and later have. */
        FOREIGN_API,
        /** The library and the Java classes are from different versions, or the classes were relocated. */
        VERSION,
        /** The system refused for a reason that we do not know; its own words are in the text. */
        OTHER
    }

    private final Reason reason;

    NativeLoadException(Reason reason, String message) {
        this(reason, message, null);
    }

    NativeLoadException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /**
     * Tells which remedy applies.
     *
     * @return the reason, never null
     */
    public Reason reason() {
        return reason;
    }
}
