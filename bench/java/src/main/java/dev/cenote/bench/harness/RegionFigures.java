package dev.cenote.bench.harness;

import dev.cenote.bench.region.ClosePeer;
import dev.cenote.bench.region.RegionPeer;
import java.lang.reflect.Constructor;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * One region peer on one thread. In short rounds, of which the median is told: batches of {@value RegionPeer#PIECES} pieces
 * of 16 to 256 bytes, per piece; or, for a {@link ClosePeer}, {@value ClosePeer#CLOSES} closes, per close.
 *
 * <p>Arguments: the peer's class in {@code dev.cenote.bench.region}, milliseconds to measure, threads that run meanwhile (a
 * handshake has to stop them).
 */
public final class RegionFigures {

    private static final int ROUNDS_MAX = 200_000;
    private static final int BATCHES = 50;
    private static final int LEAST = 16;
    private static final int MOST = 256;
    private static final long SEED = 20261122;
    private static final long WARM_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final int WARM_ROUNDS = 600;

    private static volatile long sink;

    private RegionFigures() {
    }

    /** Runs it. */
    public static void main(String[] args) throws ReflectiveOperationException, InterruptedException {
        Constructor<?> constructor = Class.forName(RegionPeer.class.getPackageName() + "." + args[0]).getDeclaredConstructor();
        constructor.setAccessible(true);
        long nanos = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(args[1]));
        for (int i = 0; i < Integer.parseInt(args[2]); i++) {
            Thread busy = new Thread(RegionFigures::work, "busy");
            busy.setDaemon(true);
            busy.start();
        }
        Thread measured = FastThreads.factory("regions").newThread(() -> {
            Object peer = made(constructor); // by the thread that uses it: a confined arena's owner
            if (peer instanceof ClosePeer closes) {
                closes(closes, nanos);
            } else {
                batches((RegionPeer) peer, nanos);
            }
        });
        measured.start();
        measured.join(); // a daemon; without it the JVM would end at once
    }

    private static Object made(Constructor<?> constructor) {
        try {
            return constructor.newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void work() {
        for (long i = 0;; i++) {
            sink = i;
        }
    }

    private static void batches(RegionPeer peer, long runNanos) {
        int[] sizes = new int[BATCHES * RegionPeer.PIECES];
        Random random = new Random(SEED);
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = LEAST + random.nextInt(MOST - LEAST + 1);
        }
        double[] nanos = new double[ROUNDS_MAX];
        long begun = System.nanoTime();
        for (int i = 0; i < WARM_ROUNDS || System.nanoTime() - begun < WARM_NANOS; i++) {
            round(peer, sizes);
        }
        long allocated = AllocationMeter.bytes();
        int rounds = 0;
        long start = System.nanoTime();
        for (long until = start + runNanos; start < until && rounds < ROUNDS_MAX; rounds++) {
            round(peer, sizes);
            long end = System.nanoTime();
            nanos[rounds] = (double) (end - start) / sizes.length;
            start = end;
        }
        double bytes = (double) (AllocationMeter.bytes() - allocated) / ((double) rounds * sizes.length);
        peer.close();
        tell(nanos, rounds);
        Outcome.tell("bytes", bytes);
    }

    private static void round(RegionPeer peer, int[] sizes) {
        for (int i = 0; i < BATCHES; i++) {
            peer.batch(sizes, i * RegionPeer.PIECES);
        }
    }

    private static void closes(ClosePeer peer, long runNanos) {
        double[] nanos = new double[ROUNDS_MAX];
        int rounds = 0;
        long begun = System.nanoTime();
        for (int warm = 0; warm < WARM_ROUNDS || System.nanoTime() - begun < WARM_NANOS; warm++) {
            closeAll(peer);
        }
        begun = System.nanoTime();
        while (System.nanoTime() - begun < runNanos && rounds < ROUNDS_MAX) {
            nanos[rounds++] = (double) closeAll(peer) / ClosePeer.CLOSES;
        }
        tell(nanos, rounds);
    }

    /** Opens as many as a round has; the nanoseconds of closing them. */
    private static long closeAll(ClosePeer peer) {
        for (int i = 0; i < ClosePeer.CLOSES; i++) {
            peer.open(i);
        }
        long start = System.nanoTime();
        for (int i = 0; i < ClosePeer.CLOSES; i++) {
            peer.close(i);
        }
        return System.nanoTime() - start;
    }

    private static void tell(double[] nanos, int rounds) {
        Outcome.tell("ns", Outcome.median(nanos, rounds));
        Outcome.tell("low", Outcome.quantile(Outcome.sorted(nanos, rounds), 0.05));
    }
}
