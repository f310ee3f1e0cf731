package dev.cenote.gateway.load;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads what our wrk script prints at the end: lines {@code cenote NAME VALUE} among wrk's own. */
final class WrkOutput {
    private static final List<String> ERRORS = List.of("connect", "read", "write", "status", "timeout");

    private WrkOutput() {
    }

    /** @throws IOException when a figure is missing or no number: then wrk or the script failed */
    static LoadResult parse(List<String> lines) throws IOException {
        Map<String, Double> figures = new TreeMap<>();
        for (String line : lines) {
            String[] words = line.trim().split(" ");
            if (words.length == 3 && words[0].equals("cenote")) {
                try {
                    figures.put(words[1], Double.parseDouble(words[2]));
                } catch (NumberFormatException e) {
                    throw new IOException("wrk printed '" + line + "'", e);
                }
            }
        }
        List<LoadResult.Point> points = new ArrayList<>();
        for (double percentile : LoadResult.PERCENTILES) {
            points.add(new LoadResult.Point(percentile, figure(figures, name(percentile), lines)));
        }
        Map<String, Long> errors = new TreeMap<>();
        for (String kind : ERRORS) {
            long count = (long) figure(figures, "error_" + kind, lines);
            if (count > 0) {
                errors.put(kind, count);
            }
        }
        return new LoadResult("wrk", (long) figure(figures, "requests", lines),
                figure(figures, "duration_micros", lines) / 1e6, points, errors, 0);
    }

    /** As the script names it: p0 and p100 are wrk's own minimum and maximum. */
    private static String name(double percentile) {
        return percentile == (long) percentile ? "p" + (long) percentile : "p" + percentile;
    }

    private static double figure(Map<String, Double> figures, String name, List<String> lines) throws IOException {
        Double value = figures.get(name);
        if (value == null) {
            throw new IOException("wrk printed no " + name + ": " + String.join(" | ", lines));
        }
        return value;
    }
}
