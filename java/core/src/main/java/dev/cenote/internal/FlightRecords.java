package dev.cenote.internal;

import dev.cenote.internal.FlightEvents.Eviction;
import dev.cenote.internal.FlightEvents.FlowDecided;
import dev.cenote.internal.FlightEvents.FlowStep;
import dev.cenote.internal.FlightEvents.Growth;
import dev.cenote.internal.FlightEvents.Leak;
import dev.cenote.internal.FlightEvents.Migration;
import dev.cenote.internal.FlightEvents.Statistics;
import jdk.jfr.FlightRecorder;

/**
 * Writes our events into the JDK Flight Recorder; does nothing where nobody records, or the runtime has no {@code jdk.jfr}.
 * <p>Any thread. While nobody records, a call costs one or two tests of a flag and allocates nothing. Until somebody has
 * recorded anything, our kinds of events are not even loaded: to register them loads over a hundred classes of the
 * recorder, a mebibyte of memory.
 */
public final class FlightRecords {

    /** The runtime has a recorder. */
    private static final boolean PRESENT = isPresent();

    private FlightRecords() {
    }

    private static boolean isPresent() {
        try {
            Class.forName("jdk.jfr.Event", false, FlightRecords.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    /** Somebody records, or did. Only behind this {@link FlightEvents} may be loaded. */
    private static boolean isInUse() {
        return PRESENT && FlightRecorder.isInitialized();
    }

    /** One step of a flow scheduler that has just ended. */
    public static void flowStep(long nanos, int pools, int failures, int decisions, long gcCycles, long gcPauseNanos, long allocatedBytes) {
        if (isInUse() && FlowStep.PROBE.isEnabled()) {
            FlowStep event = new FlowStep();
            event.took = nanos;
            event.pools = pools;
            event.failures = failures;
            event.decisions = decisions;
            event.gcCycles = gcCycles;
            event.gcPause = gcPauseNanos;
            event.allocated = allocatedBytes;
            event.commit();
        }
    }

    /** {@return whether decisions of the flow scheduler are recorded now} */
    public static boolean hearsFlowDecisions() {
        return isInUse() && FlowDecided.PROBE.isEnabled();
    }

    /** A decision of the flow scheduler. */
    public static void flowDecision(String pool, String action, String tag, int from, int to, long entries, double threshold,
            double residenceNanos, double entropyBits, double missRate, String reason) {
        if (isInUse() && FlowDecided.PROBE.isEnabled()) {
            FlowDecided event = new FlowDecided();
            event.pool = pool;
            event.action = action;
            event.tag = tag;
            event.from = from;
            event.to = to;
            event.entries = entries;
            event.threshold = threshold;
            event.residence = (long) residenceNanos;
            event.entropyBits = entropyBits;
            event.missRate = missRate;
            event.reason = reason;
            event.commit();
        }
    }

    /** Entries that moved from one generation to another together. */
    public static void migration(String pool, String tag, int from, int to, long entries) {
        if (isInUse() && Migration.PROBE.isEnabled()) {
            Migration event = new Migration();
            event.pool = pool;
            event.tag = tag;
            event.from = from;
            event.to = to;
            event.entries = entries;
            event.commit();
        }
    }

    /** Entries that were destroyed together. */
    public static void eviction(String pool, String cause, long entries) {
        if (isInUse() && Eviction.PROBE.isEnabled()) {
            Eviction event = new Eviction();
            event.pool = pool;
            event.cause = cause;
            event.entries = entries;
            event.commit();
        }
    }

    /**
     * An entry that was taken and never put, found when it was garbage or when its pool closed.
     *
     * @param entry what it was
     * @param acquired where it was taken, a stack as text; empty if that was not recorded
     */
    public static void leak(String pool, String entry, String acquired) {
        if (isInUse() && Leak.PROBE.isEnabled()) {
            Leak event = new Leak();
            event.pool = pool;
            event.entry = entry;
            event.acquired = acquired;
            event.commit();
        }
    }

    /** {@return whether somebody records {@link #statistics} or {@link #growth}: only then is it worth to ask a pool} */
    public static boolean wantsStatistics() {
        return isInUse() && (Statistics.PROBE.isEnabled() || Growth.PROBE.isEnabled());
    }

    /** Levels of a block pool, once a second. */
    public static void statistics(String pool, long inUse, long free, long reserved, long committed, long gets, long puts,
            long exchanges, long casFailures) {
        if (isInUse() && Statistics.PROBE.isEnabled()) {
            Statistics event = new Statistics();
            event.pool = pool;
            event.inUse = inUse;
            event.free = free;
            event.reserved = reserved;
            event.committed = committed;
            event.gets = gets;
            event.puts = puts;
            event.exchanges = exchanges;
            event.casFailures = casFailures;
            event.commit();
        }
    }

    /** What a block pool's memory did within the last second, if it did anything. */
    public static void growth(String pool, long growths, long failed, long spare, long nanos, long chunksActive, long chunksRetired,
            long bytesPurged) {
        if (isInUse() && Growth.PROBE.isEnabled()) {
            Growth event = new Growth();
            event.pool = pool;
            event.growths = growths;
            event.failed = failed;
            event.withSpare = spare;
            event.spent = nanos;
            event.chunksActive = chunksActive;
            event.chunksRetired = chunksRetired;
            event.purged = bytesPurged;
            event.commit();
        }
    }
}
