package dev.cenote.bench.harness;

import dev.cenote.arrow.CenoteAllocation;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.AllocationManager;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.memory.netty.NettyAllocationManager;
import org.apache.arrow.memory.unsafe.UnsafeAllocationManager;
import org.apache.arrow.vector.BigIntVector;

/**
 * One of Arrow's allocation managers in a JVM of its own: buffers, vectors and record batches of several sizes; tells the
 * median round of each, in nanoseconds, and the Java heap it cost.
 *
 * <p>Arguments: manager, milliseconds for each figure.
 */
public final class ArrowFigures {

    /** Sizes of buffers. */
    public static final int[] BUFFERS = {64, 1024, 4096, 64 << 10, 1 << 20};
    /** Bytes of values in a vector. */
    public static final int[] VECTORS = {64 << 10, 1 << 20, 8 << 20};
    /** Columns of a batch. */
    public static final int COLUMNS = 8;

    private static final int ROUNDS_MAX = 100_000;
    private static final long WARM_NANOS = TimeUnit.MILLISECONDS.toNanos(400);
    private static final long ROUND_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    private final RootAllocator allocator;
    private final long runNanos;

    private ArrowFigures(RootAllocator allocator, long millis) {
        this.allocator = allocator;
        runNanos = TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /** Runs it. */
    public static void main(String[] args) {
        new RootAllocator().close();   // Arrow's managers want its allocators initialised first, or fail
        AllocationManager.Factory factory = switch (args[0]) {
            case "cenote" -> CenoteAllocation.shared();
            case "unsafe" -> UnsafeAllocationManager.FACTORY;
            case "netty" -> NettyAllocationManager.FACTORY;
            default -> throw new IllegalArgumentException("no manager " + args[0]);
        };
        ArrowFigures figures = new ArrowFigures(new RootAllocator(
                RootAllocator.configBuilder().allocationManagerFactory(factory).build()), Long.parseLong(args[1]));
        warm(() -> buffer(figures.allocator, 1024), 4 * WARM_NANOS);   // Arrow's allocators take long to compile
        for (int bytes : BUFFERS) {
            figures.tell("buffer-" + bytes, () -> buffer(figures.allocator, bytes));
        }
        for (int bytes : VECTORS) {
            figures.tell("touched-" + bytes, () -> touched(figures.allocator, bytes));
            figures.tell("vector-" + bytes, () -> vector(figures.allocator, bytes));
            figures.tellKept(bytes);
        }
        figures.tell("batch-" + (64 << 10), () -> batch(figures.allocator, 64 << 10));
        figures.tell("batch-" + (1 << 20), () -> batch(figures.allocator, 1 << 20));
        figures.allocator.close();
    }

    /** Taken, written at both ends, released. */
    private static void buffer(BufferAllocator allocator, int bytes) {
        try (ArrowBuf buffer = allocator.buffer(bytes)) {
            buffer.setByte(0, 1);
            buffer.setByte(bytes - 1, 2);
        }
    }

    /** Allocated, one value a page written, closed: the memory's own cost. */
    private static void touched(BufferAllocator allocator, int bytes) {
        int values = bytes / Long.BYTES;
        try (BigIntVector vector = new BigIntVector("n", allocator)) {
            vector.allocateNew(values);
            write(vector, values, 4096 / Long.BYTES);
        }
    }

    /** Allocated, every value written, closed. */
    private static void vector(BufferAllocator allocator, int bytes) {
        try (BigIntVector vector = new BigIntVector("n", allocator)) {
            fill(vector, bytes / Long.BYTES);
        }
    }

    private static void fill(BigIntVector vector, int values) {
        vector.allocateNew(values);
        write(vector, values, 1);
    }

    private static void write(BigIntVector vector, int values, int step) {
        for (int i = 0; i < values; i += step) {
            vector.set(i, i);
        }
        vector.setValueCount(values);
    }

    /** The same into a vector that stays, zeros first as Arrow's allocation does: what is left where memory costs nothing. */
    private void tellKept(int bytes) {
        int values = bytes / Long.BYTES;
        try (BigIntVector vector = new BigIntVector("n", allocator)) {
            vector.allocateNew(values);
            tell("kept-touched-" + bytes, () -> writeAnew(vector, values, 4096 / Long.BYTES));
            tell("kept-vector-" + bytes, () -> writeAnew(vector, values, 1));
        }
    }

    private static void writeAnew(BigIntVector vector, int values, int step) {
        vector.zeroVector();
        write(vector, values, step);
    }

    /** So many columns, filled one after the other, closed together. */
    private static void batch(BufferAllocator allocator, int bytes) {
        BigIntVector[] columns = new BigIntVector[COLUMNS];
        for (int i = 0; i < COLUMNS; i++) {
            columns[i] = new BigIntVector("n", allocator);
            fill(columns[i], bytes / Long.BYTES);
        }
        for (BigIntVector column : columns) {
            column.close();
        }
    }

    /** Runs it for a while; tells how often it fits into a round. */
    private static int warm(Runnable step, long nanos) {
        int perRound = 1;
        long until = System.nanoTime() + nanos;
        while (System.nanoTime() < until) {
            perRound = Math.max(1, (int) (ROUND_NANOS * perRound / Math.max(1, round(step, perRound))));
        }
        return perRound;
    }

    private void tell(String name, Runnable step) {
        int perRound = warm(step, Math.max(WARM_NANOS, runNanos));
        double[] nanos = new double[ROUNDS_MAX];
        int rounds = 0;
        long before = AllocationMeter.bytes();
        long until = System.nanoTime() + runNanos;
        while (rounds < ROUNDS_MAX && (rounds == 0 || System.nanoTime() < until)) {
            nanos[rounds++] = (double) round(step, perRound) / perRound;
        }
        double bytes = (double) (AllocationMeter.bytes() - before) / ((double) rounds * perRound);
        Outcome.tell(name, Outcome.median(nanos, rounds));
        Outcome.tell("heap-" + name, bytes);
    }

    private static long round(Runnable step, int count) {
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            step.run();
        }
        return System.nanoTime() - start;
    }
}
