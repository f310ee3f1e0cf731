package dev.cenote.gateway.report;

import dev.cenote.gateway.load.LoadResult;
import java.util.List;
import java.util.Locale;

/** Latency by percentile: nines to the right, milliseconds upwards, both logarithmic, so that the tail is seen. */
final class LatencyChart {
    private static final int WIDTH = 620;
    private static final int HEIGHT = 340;
    private static final int LEFT = 58;
    private static final int RIGHT = 16;
    private static final int TOP = 10;
    private static final int BOTTOM = 34;
    private static final double MAX_AT = 4.7;
    private static final double[] TICKS = {50, 90, 99, 99.9, 99.99, 100};

    private final double lowLog;
    private final double highLog;

    private LatencyChart(double lowMillis, double highMillis) {
        lowLog = Math.log10(lowMillis) - 0.05;
        highLog = Math.max(lowLog + 0.5, Math.log10(highMillis) + 0.05);
    }

    static String of(List<Row> rows, Palette palette) {
        double[] millis = rows.stream().flatMap(row -> row.latencyCurve().stream())
                .mapToDouble(point -> Math.max(0.001, point.micros() / 1e3)).sorted().toArray();
        return new LatencyChart(millis[0], millis[millis.length - 1]).draw(rows, palette);
    }

    private String draw(List<Row> rows, Palette palette) {
        Svg svg = new Svg(WIDTH, HEIGHT, "latency by percentile");
        for (int power = (int) Math.floor(lowLog); power <= Math.ceil(highLog); power++) {
            for (int digit : new int[] {1, 2, 5}) {
                grid(svg, digit * Math.pow(10, power));
            }
        }
        for (double tick : TICKS) {
            svg.line(x(tick), TOP, x(tick), HEIGHT - BOTTOM, "grid");
            svg.text(x(tick), HEIGHT - BOTTOM + 18, "middle", "tick", tick == 100 ? "max" : number(tick));
        }
        svg.text(LEFT - 46, HEIGHT - BOTTOM + 18, "start", "faint", "ms");
        for (Row row : rows) {
            curve(svg, row, palette.colour(row.kind()));
        }
        return svg.toString();
    }

    private void grid(Svg svg, double millis) {
        double log = Math.log10(millis);
        if (log >= lowLog && log <= highLog) {
            svg.line(LEFT, y(millis), WIDTH - RIGHT, y(millis), "grid");
            svg.text(LEFT - 8, y(millis) + 4, "end", "tick", number(millis));
        }
    }

    private void curve(Svg svg, Row row, String colour) {
        StringBuilder points = new StringBuilder();
        for (LoadResult.Point point : row.latencyCurve()) {
            points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(point.percentile()), y(point.micros() / 1e3)));
        }
        svg.polyline(points.toString().strip(), colour);
        for (LoadResult.Point point : row.latencyCurve()) {
            svg.dot(x(point.percentile()), y(point.micros() / 1e3), colour, String.format(Locale.ROOT, "%s %s: %.3f ms", row.kind(),
                    point.percentile() == 100 ? "max" : "p" + number(point.percentile()),
                    point.micros() / 1e3));
        }
    }

    private static double x(double percentile) {
        double nines = percentile == 100 ? MAX_AT : -Math.log10(1 - percentile / 100);
        return LEFT + nines / MAX_AT * (WIDTH - LEFT - RIGHT - 12);
    }

    private double y(double millis) {
        double share = (Math.log10(Math.max(0.001, millis)) - lowLog) / (highLog - lowLog);
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value)
                : String.format(Locale.ROOT, "%.4f", value).replaceAll("0+$", "");
    }
}
