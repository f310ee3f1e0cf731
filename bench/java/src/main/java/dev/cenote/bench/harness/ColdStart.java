package dev.cenote.bench.harness;

import dev.cenote.bench.peer.Peer;
import dev.cenote.bench.peer.PeerKind;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The first use of memory: {@value #MEBIBYTES} MiB taken in blocks, each written once, none given back, each get and
 * touch timed on its own. What the JIT needs is taught on other pools of the same kind, which keep their memory, so
 * that none of it comes back as the memory that is measured; on several, because code that saw one pool only is thrown away
 * when it meets the next. The host of a virtual machine is made to {@linkplain BackedMemory hand over} memory before. The clock's own cost is in every figure and told beside them.
 *
 * <p>Arguments: peer, block bytes, milliseconds to let the opened pool rest before the first get.
 */
public final class ColdStart {

    private static final int MEBIBYTES = 64;
    private static final int TAUGHT_POOLS = 3;
    private static final int TAUGHT_MEBIBYTES = 32; /* of each */
    private static final int TAUGHT_ROUNDS = 20;
    private static final long BACKED_BYTES = 512L << 20; /* what is measured, and what grows ahead of it */
    private static final int TIMER_READINGS = 20_000;

    private ColdStart() {
    }

    /** Runs it. */
    public static void main(String[] args) throws InterruptedException {
        int bytes = Integer.parseInt(args[1]);
        long restMillis = Long.parseLong(args[2]);
        PeerKind kind = PeerKind.byLabel(args[0]);
        Thread thread = FastThreads.factory("cold").newThread(() -> run(kind, bytes, restMillis));
        thread.start();
        thread.join();
    }

    private static void run(PeerKind kind, int bytes, long restMillis) {
        Affinity.pin(0);
        List<Peer> taught = new ArrayList<>();
        for (int i = 0; i < TAUGHT_POOLS; i++) {
            Peer pool = kind.open(bytes).forThread();
            teach(pool, bytes);
            taught.add(pool);
        }

        BackedMemory.prepare(BACKED_BYTES);
        long opening = System.nanoTime();
        Peer shared = kind.open(bytes);
        long opened = System.nanoTime();
        Peer peer = shared.forThread();
        rest(restMillis);
        double[] nanos = take(peer, MEBIBYTES, bytes);

        Outcome.tell("timer", timer());
        double sum = 0;
        for (double each : nanos) {
            sum += each;
        }
        double[] sorted = Outcome.sorted(nanos, nanos.length);
        Outcome.tell("open-ms", (opened - opening) / 1e6);
        Outcome.tell("mean", sum / nanos.length);
        Outcome.tell("p50", Outcome.quantile(sorted, 0.50));
        Outcome.tell("p99", Outcome.quantile(sorted, 0.99));
        Outcome.tell("p99.9", Outcome.quantile(sorted, 0.999));
        Outcome.tell("max", sorted[sorted.length - 1]);
        Reference.reachabilityFence(taught);
        Reference.reachabilityFence(peer);
    }

    /** Takes and puts the same memory over and over, so that the rare paths are compiled as well, then takes it for good. */
    private static void teach(Peer peer, int bytes) {
        int[] order = new int[count(TAUGHT_MEBIBYTES, bytes)];
        Arrays.setAll(order, i -> i);
        peer.reserve(order.length);
        for (int i = 0; i < TAUGHT_ROUNDS; i++) {
            peer.batch(order);
        }
        take(peer, TAUGHT_MEBIBYTES, bytes);
    }

    private static int count(int mebibytes, int bytes) {
        return (int) ((long) mebibytes * 1024 * 1024 / bytes);
    }

    private static double[] take(Peer peer, int mebibytes, int bytes) {
        int count = count(mebibytes, bytes);
        double[] nanos = new double[count];
        peer.reserve(count);
        for (int i = 0; i < count; i++) {
            long start = System.nanoTime();
            peer.hold(i);
            nanos[i] = System.nanoTime() - start;
        }
        return nanos;
    }

    /** What two readings of the clock with nothing in between are apart. */
    private static double timer() {
        double[] nanos = new double[TIMER_READINGS];
        for (int i = 0; i < nanos.length; i++) {
            long start = System.nanoTime();
            nanos[i] = System.nanoTime() - start;
        }
        return Outcome.median(nanos, nanos.length);
    }

    private static void rest(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
