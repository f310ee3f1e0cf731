package dev.cenote.gateway.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Pauses in a log written by {@code -Xlog:gc}, whose microseconds are finer than the milliseconds of the MXBeans. */
final class GcLog {
    private static final Pattern PAUSE = Pattern.compile("\\bPause\\b.* (\\d+[.,]\\d+)ms$");
    private final Path file;

    /** Pauses within a window. */
    record Pauses(int count, double longestMillis, double totalMillis) {
    }

    GcLog(Path file) {
        this.file = file;
    }

    /** Lines so far: a mark to count from. */
    int mark() throws IOException {
        return Files.exists(file) ? Files.readAllLines(file, StandardCharsets.UTF_8).size() : 0;
    }

    Pauses between(int from, int to) throws IOException {
        if (!Files.exists(file)) {
            throw new IOException("the JVM wrote no collector log");
        }
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        return pauses(lines.subList(from, Math.min(to, lines.size())));
    }

    static Pauses pauses(List<String> lines) {
        int count = 0;
        double longest = 0;
        double total = 0;
        for (String line : lines) {
            Matcher matcher = PAUSE.matcher(line);
            if (matcher.find()) {
                double millis = Double.parseDouble(matcher.group(1).replace(',', '.'));
                count++;
                longest = Math.max(longest, millis);
                total += millis;
            }
        }
        return new Pauses(count, longest, total);
    }
}
