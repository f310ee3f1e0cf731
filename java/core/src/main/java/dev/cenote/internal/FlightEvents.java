package dev.cenote.internal;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/**
 * Our events of the JDK Flight Recorder: names and fields are what users search for, so they stay. Loaded by {@link FlightRecords} only.
 * <p>Each kind has one instance that is never committed and only asked whether its kind is recorded.
 */
final class FlightEvents {

    private FlightEvents() {
    }

    @Name("dev.cenote.FlowStep")
    @Label("Flow Scheduler Step")
    @Description("One turn of the flow scheduler over all its pools, and what it learnt about garbage collection")
    @Category({"Cenote", "Flow"})
    @StackTrace(false)
    static final class FlowStep extends Event {
        static final FlowStep PROBE = new FlowStep();

        @Label("Took")
        @Timespan(Timespan.NANOSECONDS)
        long took;
        @Label("Pools")
        int pools;
        @Label("Failures")
        @Description("Pools whose step threw an exception")
        int failures;
        @Label("Decisions")
        int decisions;
        @Label("GC Cycles")
        @Description("Garbage collections since the step before; -1: not known")
        long gcCycles;
        @Label("GC Pause")
        @Description("Time for which they stopped the program; -1 ns: not known")
        @Timespan(Timespan.NANOSECONDS)
        long gcPause;
        @Label("Allocated")
        @Description("Bytes allocated on the Java heap since the step before; -1: not known")
        @DataAmount
        long allocated;
    }

    @Name("dev.cenote.FlowDecision")
    @Label("Flow Decision")
    @Description("What the flow scheduler did with a class of entries or with its threshold, and why")
    @Category({"Cenote", "Flow"})
    @StackTrace(false)
    static final class FlowDecided extends Event {
        static final FlowDecided PROBE = new FlowDecided();

        @Label("Pool")
        @Nullable String pool;
        @Label("Action")
        @Nullable String action;
        @Label("Tag")
        @Nullable String tag;
        @Label("From Generation")
        int from;
        @Label("To Generation")
        int to;
        @Label("Entries")
        long entries;
        @Label("Threshold")
        @Description("Share of a generation's time to live")
        double threshold;
        @Label("Mean Residence")
        @Timespan(Timespan.NANOSECONDS)
        long residence;
        @Label("Retention Entropy")
        @Description("Of the histogram of residence times, in bits")
        double entropyBits;
        @Label("Miss Rate")
        double missRate;
        @Label("Reason")
        @Nullable String reason;
    }

    @Name("dev.cenote.Migration")
    @Label("Migration Batch")
    @Description("Entries of one tag that moved from one generation to another")
    @Category({"Cenote", "Flow"})
    @StackTrace(false)
    static final class Migration extends Event {
        static final Migration PROBE = new Migration();

        @Label("Pool")
        @Nullable String pool;
        @Label("Tag")
        @Nullable String tag;
        @Label("From Generation")
        int from;
        @Label("To Generation")
        int to;
        @Label("Entries")
        long entries;
    }

    @Name("dev.cenote.Eviction")
    @Label("Eviction Batch")
    @Description("Entries of a generational pool that were destroyed")
    @Category({"Cenote", "Flow"})
    @StackTrace(false)
    static final class Eviction extends Event {
        static final Eviction PROBE = new Eviction();

        @Label("Pool")
        @Nullable String pool;
        @Label("Cause")
        @Nullable String cause;
        @Label("Entries")
        long entries;
    }

    @Name("dev.cenote.Leak")
    @Label("Leak")
    @Description("An entry that was taken from a pool and never put back")
    @Category("Cenote")
    @StackTrace(false)
    static final class Leak extends Event {
        static final Leak PROBE = new Leak();

        @Label("Pool")
        @Nullable String pool;
        @Label("Entry")
        @Nullable String entry;
        @Label("Acquired At")
        @Description("Stack of the get, if it was recorded")
        @Nullable String acquired;
    }

    @Name("dev.cenote.PoolStatistics")
    @Label("Block Pool Statistics")
    @Description("Levels of a block pool, once a second; counters since its creation")
    @Category("Cenote")
    @StackTrace(false)
    static final class Statistics extends Event {
        static final Statistics PROBE = new Statistics();

        @Label("Pool")
        @Nullable String pool;
        @Label("In Use")
        @DataAmount
        long inUse;
        @Label("Free")
        @DataAmount
        long free;
        @Label("Reserved")
        @DataAmount
        long reserved;
        @Label("Committed")
        @DataAmount
        long committed;
        @Label("Gets")
        long gets;
        @Label("Puts")
        long puts;
        @Label("Exchanges")
        @Description("Magazines exchanged with the depot")
        long exchanges;
        @Label("CAS Failures")
        long casFailures;
    }

    @Name("dev.cenote.PoolGrowth")
    @Label("Block Pool Growth")
    @Description("Chunks that a block pool mapped or gave back within the last second")
    @Category("Cenote")
    @StackTrace(false)
    static final class Growth extends Event {
        static final Growth PROBE = new Growth();

        @Label("Pool")
        @Nullable String pool;
        @Label("Growths")
        long growths;
        @Label("Failed")
        long failed;
        @Label("With Spare Chunk")
        long withSpare;
        @Label("Spent")
        @Timespan(Timespan.NANOSECONDS)
        long spent;
        @Label("Chunks Active")
        long chunksActive;
        @Label("Chunks Retired")
        @Description("Taken out of service within that second")
        long chunksRetired;
        @Label("Purged")
        @Description("Given back to the system within that second")
        @DataAmount
        long purged;
    }
}
