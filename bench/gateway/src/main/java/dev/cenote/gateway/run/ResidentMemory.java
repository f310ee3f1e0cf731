package dev.cenote.gateway.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Watches the resident memory of a process from outside, ten times a second, by {@code /proc}. */
final class ResidentMemory implements AutoCloseable {
    private static final long PERIOD_MILLIS = 100;
    private static final Pattern MAPPING = Pattern.compile("([0-9a-f]+)-[0-9a-f]+ ");
    private final Path status;
    private final long startNanos = System.nanoTime();
    private final List<Sample> samples = new ArrayList<>();
    private final Thread thread;

    ResidentMemory(long pid) {
        status = Path.of("/proc", Long.toString(pid), "status");
        thread = new Thread(this::watch, "resident-memory");
        thread.setDaemon(true);
        thread.start();
    }

    /** Seconds since this watch began. */
    double seconds() {
        return (System.nanoTime() - startNanos) / 1e9;
    }

    List<Sample> samples() {
        synchronized (samples) {
            return List.copyOf(samples);
        }
    }

    /** The largest sample of a window, or 0 when /proc is not there. */
    static long peak(List<Sample> samples, double fromSeconds, double toSeconds) {
        return samples.stream().filter(s -> s.seconds() >= fromSeconds && s.seconds() <= toSeconds)
                .mapToLong(Sample::bytes).max().orElse(0);
    }

    private void watch() {
        try {
            while (true) {
                long bytes = vmRss(Files.readAllLines(status, StandardCharsets.US_ASCII));
                if (bytes > 0) {
                    synchronized (samples) {
                        samples.add(new Sample(seconds(), bytes));
                    }
                }
                Thread.sleep(PERIOD_MILLIS);
            }
        } catch (IOException | InterruptedException e) {
            // the process has ended, or the watch
        }
    }

    /** Resident memory of a process outside of its Java heap, by {@code /proc}; -1 when that does not tell. */
    static long outsideHeap(long pid, GcLog.@Nullable Heap heap) {
        if (heap == null) {
            return -1;
        }
        try {
            return outsideHeap(Files.readAllLines(Path.of("/proc", Long.toString(pid), "smaps"), StandardCharsets.UTF_8), heap);
        } catch (IOException e) {
            return -1;
        }
    }

    static long outsideHeap(List<String> smaps, GcLog.Heap heap) {
        long bytes = 0;
        boolean isHeap = false;
        for (String line : smaps) {
            Matcher mapping = MAPPING.matcher(line);
            if (mapping.lookingAt()) {
                long from = Long.parseUnsignedLong(mapping.group(1), 16);
                isHeap = from >= heap.from() && from < heap.from() + heap.bytes();
            } else if (line.startsWith("Rss:") && !isHeap) {
                bytes += Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        return bytes;
    }

    static long vmRss(List<String> status) {
        for (String line : status) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        return 0;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
