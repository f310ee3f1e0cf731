package dev.cenote.flow;

/**
 * Where the flow scheduler learns about garbage collections and allocation. {@link #ofJvm()} is the real one; a test gives its own.
 * <p>The scheduler calls {@link #open} before its first step, {@link #read} once a step and {@link #close} after its last,
 * all from one thread at a time; it may open again after a close.
 */
public interface GcSource {

    /** Begins to listen. */
    default void open() {
    }

    /** {@return totals since some fixed moment; they never fall} */
    GcReading read();

    /** Stops to listen and lets go of all it registered. */
    default void close() {
    }

    /**
     * {@return the source of the running JVM}
     * <p>Collections come from the notifications of the collectors' beans, allocation from the thread bean
     * ({@code com.sun.management}; bytes of all threads, on JDK 17 to 20 the sum over live threads, taken every two seconds). What
     * a JVM does not offer is reported as {@link GcReading#UNKNOWN}, with one line in the log. The collectors' beans hold the source from
     * {@link #open} to {@link #close}.
     */
    static GcSource ofJvm() {
        return new JvmGcSource();
    }
}
