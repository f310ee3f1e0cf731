package dev.cenote.bench.harness;

import dev.cenote.bench.peer.Peer;
import dev.cenote.bench.peer.PeerKind;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.DoubleStream;

/**
 * Threads on one pool, each bound to a processor, in rounds of {@value #CYCLES} cycles that a spin barrier starts
 * together; tells the medians of slices of {@value #SLICE} rounds of each thread. With one thread the same loop is the yardstick of
 * "no slower than alone". JMH's {@code -t 2} is no use for it: on two busy processors it mostly times one thread
 * while the other is off its processor.
 *
 * <p>Arguments: peer, block bytes, threads, milliseconds to measure.
 */
public final class Duel {

    private static final int CYCLES = 1000;
    private static final int ROUNDS_MAX = 200_000;
    private static final int SLICE = 50;
    private static final int WARM_ROUNDS = 500;
    private static final long WARM_NANOS = TimeUnit.MILLISECONDS.toNanos(400);
    private static final int SPINS_BEFORE_YIELD = 20_000;

    private final AtomicLong arrived = new AtomicLong();
    private final int threads;
    private final long runNanos;
    private volatile boolean stop;
    private volatile boolean warm;

    private Duel(int threads, long millis) {
        this.threads = threads;
        runNanos = TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /** Runs it. */
    public static void main(String[] args) throws InterruptedException {
        Peer peer = PeerKind.byLabel(args[0]).open(Integer.parseInt(args[1]));
        Duel duel = new Duel(Integer.parseInt(args[2]), Long.parseLong(args[3]));
        Fighter[] fighters = new Fighter[duel.threads];
        Thread[] running = new Thread[duel.threads];
        for (int i = 0; i < duel.threads; i++) {
            fighters[i] = duel.new Fighter(peer, i);
            running[i] = FastThreads.factory("duel").newThread(fighters[i]);
            running[i].start();
        }
        for (Thread thread : running) {
            thread.join();
        }
        double allocated = 0;
        double pinned = 1;
        DoubleStream.Builder slices = DoubleStream.builder();
        for (Fighter fighter : fighters) {
            if (fighter.rounds == 0) {
                throw new IllegalStateException("a thread of the duel did not finish a round");
            }
            for (double slice : Outcome.medians(fighter.nanosPerCycle, fighter.rounds, SLICE)) {
                slices.add(slice);
            }
            allocated += fighter.bytesPerCycle / duel.threads;
            pinned = fighter.pinned ? pinned : 0;
        }
        Outcome.tell("ns", slices.build().toArray());
        Outcome.tell("bytes", allocated);
        Outcome.tell("pinned", pinned);
    }

    /** One thread of the duel. */
    private final class Fighter implements Runnable {
        private final Peer shared;
        private final int number;
        private final double[] nanosPerCycle = new double[ROUNDS_MAX];
        private int rounds;
        private double bytesPerCycle;
        private boolean pinned;

        Fighter(Peer shared, int number) {
            this.shared = shared;
            this.number = number;
        }

        @Override
        public void run() {
            pinned = Affinity.pin(number % Runtime.getRuntime().availableProcessors());
            Peer peer = shared.forThread();
            long barrier = 0;
            long begun = System.nanoTime();
            long measuredFrom = 0;
            for (int round = 0; ; round++) {
                if (number == 0) {
                    decide(round, System.nanoTime() - begun);
                }
                barrier = meet(barrier);
                if (stop) {
                    break;
                }
                boolean measured = warm;
                long start = System.nanoTime();
                round(peer);
                long end = System.nanoTime();
                if (!measured) {
                    measuredFrom = AllocationMeter.bytes();
                } else {
                    nanosPerCycle[rounds++] = (double) (end - start) / CYCLES;
                }
                barrier = meet(barrier);   // nobody decides while another still reads
            }
            bytesPerCycle = (double) (AllocationMeter.bytes() - measuredFrom) / ((double) rounds * CYCLES);
        }

        private void decide(int round, long nanos) {
            if (!warm) {
                warm = round >= WARM_ROUNDS && nanos >= WARM_NANOS;
            } else if (rounds > 0 && nanos >= WARM_NANOS + runNanos || rounds == ROUNDS_MAX) {
                stop = true;
            }
        }

        private void round(Peer peer) {
            for (int i = 0; i < CYCLES; i++) {
                peer.cycle();
                VarHandle.releaseFence();   // costs nothing on x86, and keeps the JIT from merging two cycles
            }
        }

        /** Waits until all threads have come here as often as this one. */
        private long meet(long met) {
            long wanted = met + threads;
            arrived.incrementAndGet();
            for (int spins = 0; arrived.get() < wanted; spins++) {
                if (spins < SPINS_BEFORE_YIELD) {
                    Thread.onSpinWait();
                } else {
                    Thread.yield();   // the other one is off its processor
                }
            }
            return wanted;
        }
    }
}
