package dev.cenote.bench.harness;

import dev.cenote.bench.peer.Peer;
import dev.cenote.bench.peer.PeerKind;
import java.util.concurrent.TimeUnit;

/**
 * One allocator for Netty on one thread: allocate, write the first and the last byte, release; for each size the lower
 * quartile of short rounds, and the garbage.
 *
 * <p>Arguments: peer; {@code plain} for a plain thread, {@code fast} for Netty's own; milliseconds to measure each size.
 */
public final class NettyFigures {

    /** The sizes that are measured. */
    public static final int[] SIZES = {64, 256, 1024, 4096, 65536};

    private static final int CYCLES = 500;
    private static final int ROUNDS_MAX = 100_000;
    private static final int WARM_ROUNDS = 1000;
    private static final long WARM_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private NettyFigures() {
    }

    /** Runs it. */
    public static void main(String[] args) throws InterruptedException {
        PeerKind kind = PeerKind.byLabel(args[0]);
        long millis = Long.parseLong(args[2]);
        Runnable body = () -> {
            Affinity.pin(0);
            for (int bytes : SIZES) {
                measure(kind, bytes, millis);
            }
        };
        Thread thread = args[1].equals("plain") ? new Thread(body, "plain") : FastThreads.factory("fast").newThread(body);
        Throwable[] failure = new Throwable[1];
        thread.setUncaughtExceptionHandler((unused, thrown) -> failure[0] = thrown);
        thread.start();
        thread.join();
        if (failure[0] != null) {
            throw new IllegalStateException(failure[0]);
        }
    }

    private static void measure(PeerKind kind, int bytes, long millis) {
        try (Peer shared = kind.open(bytes)) {
            Peer peer = shared.forThread();
            double[] nanos = new double[ROUNDS_MAX];
            long begun = System.nanoTime();
            for (int warm = 0; warm < WARM_ROUNDS || System.nanoTime() - begun < WARM_NANOS; warm++) {
                round(peer);
            }
            int rounds = 0;
            long garbage = AllocationMeter.bytes();
            long start = System.nanoTime();
            for (long until = start + TimeUnit.MILLISECONDS.toNanos(millis); start < until && rounds < ROUNDS_MAX; rounds++) {
                round(peer);
                long end = System.nanoTime();
                nanos[rounds] = (double) (end - start) / CYCLES;
                start = end;
            }
            garbage = AllocationMeter.bytes() - garbage;
            Outcome.tell("cycle-" + bytes, Outcome.quantile(Outcome.sorted(nanos, rounds), 0.25));
            Outcome.tell("bytes-" + bytes, garbage / (double) rounds / CYCLES);
        }
    }

    private static void round(Peer peer) {
        for (int i = 0; i < CYCLES; i++) {
            peer.cycle();
        }
    }
}
