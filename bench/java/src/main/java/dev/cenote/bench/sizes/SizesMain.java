package dev.cenote.bench.sizes;

import dev.cenote.bench.harness.Outcome;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * One workload on one allocator in a JVM of its own: time, resident size and its course, shared cache lines.
 * <p>Arguments: allocator, workload, "check" or "measure". Each line of its input is a turn of so many milliseconds, the
 * first one to warm up; at the end of the input it tells what the memory looks like.
 */
public final class SizesMain {

    private static final int SAMPLE_MILLIS = 25;
    private static final long PAGE = 4096;

    private static volatile boolean isWorking;

    private SizesMain() {
    }

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        SizesPeer opened = SizesPeer.Kind.byLabel(args[0]).open();
        SizesPeer peer = args[2].equals("check") ? new CheckedPeer(opened) : opened;
        peer.free(peer.allocate(100), 100);
        long empty = resident();
        Workload workload = Workload.named(args[1], peer);
        workload.prepare();
        List<Long> samples = Collections.synchronizedList(new ArrayList<>());
        long peakWarmingUp = 0;
        Thread sampler = sampler(samples);
        BufferedReader turns = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String turn = turns.readLine(); turn != null; turn = turns.readLine()) {
            isWorking = true;
            double nanos = workload.measure(Long.parseLong(turn));
            isWorking = false;
            if (peakWarmingUp == 0) {
                peakWarmingUp = peak(samples);
                samples.clear(); /* the JVM itself grows while it compiles; the drift is not about that */
            }
            Outcome.tell("ns", nanos);
            Outcome.tell("cpu", workload.cpuNanos());
            Outcome.tell("turn");
        }
        sampler.interrupt();
        sampler.join();
        Workload.Holdings holdings = new Workload.Holdings();
        workload.holdings(holdings);
        Outcome.tell("shared", holdings.shared());
        Outcome.tell("held", holdings.count());
        Outcome.tell("peak-kib", Math.max(peakWarmingUp, peak(samples)) >> 10);
        Outcome.tell("empty-kib", empty >> 10);
        Outcome.tell("drift", drift(samples));
        System.out.println(args[0] + " " + args[1] + ": " + peer.told());
        workload.end();
    }

    private static long peak(List<Long> samples) {
        return samples.stream().mapToLong(Long::longValue).max().orElse(0);
    }

    /** How much larger the mean of the last quarter is than that of the third; both of the second half. */
    private static double drift(List<Long> samples) {
        int quarter = samples.size() / 4;
        if (quarter == 0) {
            return 0;
        }
        double third = samples.subList(2 * quarter, 3 * quarter).stream().mapToLong(Long::longValue).average().orElse(1);
        double last = samples.subList(3 * quarter, samples.size()).stream().mapToLong(Long::longValue).average().orElse(1);
        return last / third - 1;
    }

    private static Thread sampler(List<Long> into) {
        Thread thread = new Thread(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    if (isWorking) {
                        into.add(resident());
                    }
                    Thread.sleep(SAMPLE_MILLIS);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                } catch (InterruptedException e) {
                    return;
                }
            }
        }, "resident");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static long resident() throws IOException {
        return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]) * PAGE;
    }
}
