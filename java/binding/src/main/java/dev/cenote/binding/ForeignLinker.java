package dev.cenote.binding;

/**
 * Makes the calls through {@code java.lang.foreign}. This is the class for JDK 17 to 21, which have no such package: it
 * refuses. The jar has another one for later JDKs.
 */
final class ForeignLinker {

    private static final int FOREIGN_SINCE = 22;

    private ForeignLinker() {
    }

    /**
     * Refuses before the library is loaded for nothing.
     *
     * @throws NativeLoadException if there can be no such calls here
     */
    static void checkBefore() {
        int feature = Runtime.version().feature();
        throw new NativeLoadException(NativeLoadException.Reason.FOREIGN_API, feature < FOREIGN_SINCE
            ? "java.lang.foreign came with JDK 22, and this is " + feature + ". Use a later JDK, or choose the jni backend"
                + " with -Dcenote.backend=jni, which is as fast."
            : "This is JDK " + feature + ", but the classes of cenote-binding for JDK 22 and later are missing: the jar was"
                + " built without such a JDK, or repackaged without META-INF/versions or without Multi-Release in its"
                + " manifest. Repair the jar, or choose the jni backend with -Dcenote.backend=jni, which is as fast.");
    }

    /**
     * Makes the calls into the library that was loaded for the class loader of this class.
     *
     * @throws NativeLoadException    if native access is denied
     * @throws UnsatisfiedLinkError if the library lacks a function
     */
    static NativeCalls link() {
        throw new IllegalStateException("refused before, by checkBefore()");
    }
}
