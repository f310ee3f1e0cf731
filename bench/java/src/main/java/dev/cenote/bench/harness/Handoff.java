package dev.cenote.bench.harness;

import dev.cenote.bench.peer.Peer;
import dev.cenote.bench.peer.PeerKind;
import dev.cenote.bench.peer.Ring;
import java.util.concurrent.TimeUnit;

/**
 * One thread takes blocks and sends them through a ring of {@value #SLOTS} slots, another gives them back; both bound
 * to a processor. Tells the median time of batches of {@value #BATCH} blocks at the sender; its waits on a full ring
 * count, so a slow release shows.
 *
 * <p>Arguments: peer, block bytes, milliseconds to measure.
 */
public final class Handoff {

    private static final int SLOTS = 128;
    private static final int BATCH = 1000;
    private static final int BATCHES_MAX = 200_000;
    private static final int WARM_BATCHES = 200;
    private static final long WARM_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

    private volatile boolean stop;
    private volatile double receiverBytes;
    private volatile boolean warmedUp;

    private Handoff() {
    }

    /** Runs it. */
    public static void main(String[] args) throws InterruptedException {
        Peer peer = PeerKind.byLabel(args[0]).open(Integer.parseInt(args[1]));
        new Handoff().run(peer, Long.parseLong(args[2]));
    }

    private void run(Peer shared, long millis) throws InterruptedException {
        Ring ring = shared.newRing(SLOTS);
        double[] told = new double[2];
        double[] nanosPerBlock = new double[BATCHES_MAX];
        Thread receiver = FastThreads.factory("receiver").newThread(() -> receive(shared, ring));
        Thread sender = FastThreads.factory("sender").newThread(() -> send(shared, ring, millis, nanosPerBlock, told));
        receiver.start();
        sender.start();
        sender.join();
        stop = true;
        receiver.join();
        int batches = (int) told[0];
        if (batches == 0) {
            throw new IllegalStateException("the sender did not finish a batch");
        }
        Outcome.tell("ns", Outcome.median(nanosPerBlock, batches));
        Outcome.tell("bytes", (told[1] + receiverBytes) / ((double) batches * BATCH));
    }

    private void send(Peer shared, Ring ring, long millis, double[] nanosPerBlock, double[] told) {
        Affinity.pin(0);
        Peer peer = shared.forThread();
        int batches = 0;
        long begun = System.nanoTime();
        for (int warm = 0; warm < WARM_BATCHES || System.nanoTime() - begun < WARM_NANOS; warm++) {
            peer.produce(ring, BATCH);
        }
        warmedUp = true;
        long allocatedBefore = AllocationMeter.bytes();
        long start = System.nanoTime();
        long runUntil = start + TimeUnit.MILLISECONDS.toNanos(millis);
        while (start < runUntil && batches < BATCHES_MAX) {
            peer.produce(ring, BATCH);
            long end = System.nanoTime();
            nanosPerBlock[batches++] = (double) (end - start) / BATCH;
            start = end;
        }
        told[0] = batches;
        told[1] = AllocationMeter.bytes() - allocatedBefore;
    }

    private void receive(Peer shared, Ring ring) {
        Affinity.pin(Runtime.getRuntime().availableProcessors() > 1 ? 1 : 0);
        Peer peer = shared.forThread();
        long allocatedBefore = -1;
        while (true) {
            if (!peer.consume(ring)) {
                if (allocatedBefore < 0 && warmedUp) {
                    allocatedBefore = AllocationMeter.bytes();
                }
                if (stop && !peer.consume(ring)) {
                    break;
                }
                Ring.pause();
            }
        }
        receiverBytes = allocatedBefore < 0 ? 0 : AllocationMeter.bytes() - allocatedBefore;
    }
}
