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

/** Pauses in a log written by {@code -Xlog:gc}, whose microseconds are finer than the milliseconds of the MXBeans. */
public final class GcLog {
    private static final Pattern PAUSE = Pattern.compile("\\bPause\\b.* (\\d+[.,]\\d+)ms$");
    private static final Pattern HEAP = Pattern.compile("Heap address: 0x([0-9a-f]+), size: (\\d+) MB");
    private final Path file;

    /** Where the Java heap lies in the process. */
    record Heap(long from, long bytes) {
    }

    /** Pauses within a window. */
    record Pauses(int count, double longestMillis, double totalMillis) {
    }

    public GcLog(Path file) {
        this.file = file;
    }

    /** Lines so far: a mark to count from. */
    public int mark() throws IOException {
        return Files.exists(file) ? Files.readAllLines(file, StandardCharsets.UTF_8).size() : 0;
    }

    /** The heap's place, which {@code gc+heap+coops=debug} logs at the start; null if it does not tell. */
    @Nullable Heap heap() throws IOException {
        return heap(Files.readAllLines(file, StandardCharsets.UTF_8));
    }

    static @Nullable Heap heap(List<String> lines) {
        for (String line : lines) {
            Matcher matcher = HEAP.matcher(line);
            if (matcher.find()) {
                return new Heap(Long.parseLong(matcher.group(1), 16), Long.parseLong(matcher.group(2)) << 20);
            }
        }
        return null;
    }

    Pauses between(int from, int to) throws IOException {
        if (!Files.exists(file)) {
            throw new IOException("the JVM wrote no collector log");
        }
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        return pauses(lines.subList(from, Math.min(to, lines.size())));
    }

    /** Every pause between two marks, in milliseconds, as they came. */
    public List<Double> millis(int from, int to) throws IOException {
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        return millis(lines.subList(from, Math.min(to, lines.size())));
    }

    static Pauses pauses(List<String> lines) {
        List<Double> millis = millis(lines);
        return new Pauses(millis.size(), millis.stream().mapToDouble(Double::doubleValue).max().orElse(0),
                millis.stream().mapToDouble(Double::doubleValue).sum());
    }

    private static List<Double> millis(List<String> lines) {
        List<Double> millis = new ArrayList<>();
        for (String line : lines) {
            Matcher matcher = PAUSE.matcher(line);
            if (matcher.find()) {
                millis.add(Double.parseDouble(matcher.group(1).replace(',', '.')));
            }
        }
        return millis;
    }
}
