package dev.cenote.flow;

/**
 * What a {@link GcSource} knows at one moment: totals that never fall, or {@link #UNKNOWN}.
 *
 * @param cycles garbage collections, young ones included, so far
 * @param pauseNanos nanoseconds for which they stopped the program, in sum
 * @param allocatedBytes bytes allocated on the Java heap
 * @param cause of the last collection, as the JVM names it; empty before the first
 */
public record GcReading(long cycles, long pauseNanos, long allocatedBytes, String cause) {

    /** Instead of a total that this JVM does not tell. */
    public static final long UNKNOWN = -1;
}
