package dev.cenote.bench.harness;

import dev.cenote.bench.peer.Peer;
import dev.cenote.bench.peer.PeerKind;
import java.lang.invoke.VarHandle;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One thread and one pool: pairs of get and put, and batches of {@value #BATCH}. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@NullUnmarked   // JMH fills the fields
public class BlockBench {

    /** Cycles of a call: what JMH's own loop costs, a volatile read and a counter, is no part of a pool's figure. */
    public static final int CYCLES = 64;

    /** Blocks of a batch. */
    public static final int BATCH = 256;

    /** What is measured; the driver sets it. */
    @Param("floor-preallocated")
    public String peer = "";

    /** Size of the blocks; the driver sets it. */
    @Param("1024")
    public int bytes;

    private final int[] lifo = new int[BATCH];
    private final int[] random = new int[BATCH];
    private Peer opened;
    private Peer used;

    /** Opens the peer. */
    @Setup(Level.Trial)
    public void open() {
        for (int i = 0; i < BATCH; i++) {
            lifo[i] = BATCH - 1 - i;
            random[i] = i;
        }
        Random source = new Random(42);
        for (int i = BATCH - 1; i > 0; i--) {
            int j = source.nextInt(i + 1);
            int swapped = random[i];
            random[i] = random[j];
            random[j] = swapped;
        }
        opened = PeerKind.byLabel(peer).open(bytes);
    }

    /** Each iteration, because a virtual thread lives for one only. */
    @Setup(Level.Iteration)
    public void prepareThread() {
        used = opened.forThread();
        used.reserve(BATCH);
    }

    /** Closes the peer. */
    @TearDown(Level.Trial)
    public void close() {
        opened.close();
    }

    /** Get, touch, put. The parameter is there for JMH to find the counter. */
    @Benchmark
    @OperationsPerInvocation(CYCLES)
    public void cycle(Garbage garbage) {
        Peer peer = used;
        for (int i = 0; i < CYCLES; i++) {
            peer.cycle();
            VarHandle.releaseFence();   // costs nothing on x86, and keeps the JIT from merging two cycles
        }
    }

    /** 256 taken, then put, newest first. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void batchLifo(Garbage garbage) {
        used.batch(lifo);
    }

    /** 256 taken, then put in random order. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void batchRandom(Garbage garbage) {
        used.batch(random);
    }
}
