package dev.cenote.bench.sizes;

import dev.cenote.bench.harness.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One workload on one allocator in a JVM of its own: time, resident size and its course, shared cache lines.
 * <p>Arguments: allocator, workload, milliseconds, repetitions, "check" or "measure".
 */
public final class SizesMain {

    private static final int SAMPLE_MILLIS = 25;
    private static final long WARM_UP_MILLIS = 1500;
    private static final long PAGE = 4096;

    private SizesMain() {
    }

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        boolean check = args[4].equals("check");
        long millis = Long.parseLong(args[2]);
        int repetitions = Integer.parseInt(args[3]);
        SizesPeer opened = SizesPeer.Kind.byLabel(args[0]).open();
        SizesPeer peer = check ? new CheckedPeer(opened) : opened;
        peer.free(peer.allocate(100), 100);
        long empty = resident();
        Workload workload = Workload.named(args[1], peer);
        workload.prepare();
        workload.measure(Math.max(WARM_UP_MILLIS, millis)); /* teaches the JIT */
        List<Long> samples = new ArrayList<>();
        Thread sampler = sampler(samples);
        for (int i = 0; i < repetitions; i++) {
            Outcome.tell("ns", workload.measure(millis));
            Outcome.tell("cpu", workload.cpuNanos());
        }
        sampler.interrupt();
        sampler.join();
        Workload.Holdings holdings = new Workload.Holdings();
        workload.holdings(holdings);
        Outcome.tell("shared", holdings.shared());
        Outcome.tell("held", holdings.count());
        Outcome.tell("peak-kib", samples.stream().mapToLong(Long::longValue).max().orElse(0) >> 10);
        Outcome.tell("empty-kib", empty >> 10);
        Outcome.tell("drift", drift(samples));
        System.out.println(args[0] + " " + args[1] + ": " + peer.told());
        workload.end();
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
                    into.add(resident());
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
