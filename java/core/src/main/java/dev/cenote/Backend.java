package dev.cenote;

/**
 * What a pool's memory and depot are made of.
 */
public enum Backend {
    /** {@link #JNI} where the native library loads, else {@link #JAVA} with one warning in the log. */
    AUTO,
    /** The native core: node arenas, huge pages, memory touched ahead, memory given back. Called through JNI. */
    JNI,
    /**
     * The native core, called through {@code java.lang.foreign}: JDK 22 and later. The same library, memory and speed as
     * {@link #JNI}.
     */
    FFM,
    /** Pure Java: direct buffers and a 64-bit stamped compare-and-swap. For platforms without the native library. */
    JAVA
}
