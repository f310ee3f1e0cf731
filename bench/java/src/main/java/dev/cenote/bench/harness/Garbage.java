package dev.cenote.bench.harness;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Heap bytes the measuring thread allocates in an iteration. JMH's own profiler counts all threads and so its own bookkeeping
 * too, which in short iterations is most of it.
 */
@AuxCounters(AuxCounters.Type.EVENTS)
@State(Scope.Thread)
public class Garbage {

    /** What JMH reports; a sum over the iteration. */
    public long garbageBytes;

    private long before;

    /** Made by JMH. */
    public Garbage() {
    }

    /** Before the iteration's first call. */
    @Setup(Level.Iteration)
    public void start() {
        before = AllocationMeter.bytes();
    }

    /** After its last. */
    @TearDown(Level.Iteration)
    public void stop() {
        garbageBytes = AllocationMeter.bytes() - before;
    }
}
