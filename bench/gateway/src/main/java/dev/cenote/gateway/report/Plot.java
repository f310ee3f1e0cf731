package dev.cenote.gateway.report;

import java.util.List;
import java.util.Locale;

/** Plots for any report: bars with whiskers, lines over time with marks, curves over percentiles. Each is one SVG picture. */
public final class Plot {
    private static final int WIDTH = 620;
    private static final int HEIGHT = 300;
    private static final int LEFT = 58;
    private static final int RIGHT = 16;
    private static final int TOP = 10;
    private static final int BOTTOM = 34;
    private static final int NAMES = 118;
    private static final int VALUES = 110;
    private static final int BAR = 24;
    private static final int STEP = 34;
    private static final double MAX_AT = 4.7;

    private Plot() {
    }

    /** One bar with the spread of rounds; NaN: not known. */
    public record Bar(String name, String colour, double low, double middle, double high, String text) {
    }

    /** One line: points by x and y, in the order of x. */
    public record Line(String name, String colour, List<double[]> points) {
    }

    /** Something that happened at an x. */
    public record Event(double x, String colour, String tip) {
    }

    public static String bars(String label, List<Bar> bars) {
        Svg svg = new Svg(WIDTH, bars.size() * STEP + 8, label);
        double most = bars.stream().mapToDouble(Bar::high).filter(v -> !Double.isNaN(v)).max().orElse(0);
        double scale = most > 0 ? (WIDTH - NAMES - VALUES) / most : 0;
        svg.line(NAMES, 2, NAMES, bars.size() * STEP + 4, "axis");
        for (int i = 0; i < bars.size(); i++) {
            Bar bar = bars.get(i);
            double y = i * STEP + 6;
            double middle = y + BAR / 2.0;
            svg.text(NAMES - 10, middle + 4.5, "end", "name", bar.name);
            if (Double.isNaN(bar.middle)) {
                svg.text(NAMES + 8, middle + 4.5, "start", "faint", bar.text);
                continue;
            }
            svg.rect(NAMES + 1, y, Math.max(1, bar.middle * scale), BAR, bar.colour, bar.name + ": " + bar.text);
            if (bar.high > bar.low) {
                double low = NAMES + bar.low * scale;
                double high = NAMES + bar.high * scale;
                svg.line(low, middle, high, middle, "whisker");
                svg.line(low, middle - 5, low, middle + 5, "whisker");
                svg.line(high, middle - 5, high, middle + 5, "whisker");
            }
            svg.text(NAMES + bar.high * scale + 10, middle + 4.5, "start", "value", bar.text);
        }
        return svg.toString();
    }

    /**
     * Lines over time in seconds.
     *
     * @param from begin of the shaded window, and {@code to} its end
     * @param events drawn as marks at the upper edge
     */
    public static String time(String label, String unit, List<Line> lines, double from, double to, List<Event> events) {
        double seconds = lines.stream().flatMap(line -> line.points.stream()).mapToDouble(p -> p[0]).max().orElse(1);
        double most = Math.max(1, 1.08 * lines.stream().flatMap(line -> line.points.stream()).mapToDouble(p -> p[1])
                .filter(v -> !Double.isNaN(v)).max().orElse(1));
        Svg svg = new Svg(WIDTH, HEIGHT, label);
        double perSecond = (WIDTH - LEFT - RIGHT - 12) / seconds;
        double perUnit = (HEIGHT - TOP - BOTTOM) / most;
        svg.shade(LEFT + from * perSecond, TOP, (to - from) * perSecond, HEIGHT - TOP - BOTTOM, "window");
        for (double at = 0, step = ResidentChart.step(most); at <= most; at += step) {
            double y = HEIGHT - BOTTOM - at * perUnit;
            svg.line(LEFT, y, WIDTH - RIGHT, y, "grid");
            svg.text(LEFT - 8, y + 4, "end", "tick", String.format(Locale.ROOT, "%.0f", at));
        }
        for (double at = 0, step = ResidentChart.step(seconds); at <= seconds; at += step) {
            svg.text(LEFT + at * perSecond, HEIGHT - BOTTOM + 18, "middle", "tick", String.format(Locale.ROOT, "%.0f s", at));
        }
        svg.text(LEFT - 14, HEIGHT - BOTTOM + 18, "end", "faint", unit);
        for (Line line : lines) {
            StringBuilder points = new StringBuilder();
            for (double[] point : line.points) {
                if (!Double.isNaN(point[1])) {
                    points.append(String.format(Locale.ROOT, "%.1f,%.1f ", LEFT + point[0] * perSecond, HEIGHT - BOTTOM - point[1] * perUnit));
                }
            }
            svg.polyline(points.toString().strip(), line.colour);
        }
        for (Event event : events) {
            svg.dot(LEFT + Math.min(seconds, Math.max(0, event.x)) * perSecond, TOP + 6, event.colour, event.tip);
        }
        return svg.toString();
    }

    /** Curves over percentiles: nines to the right, values upwards, both logarithmic. */
    public static String percentiles(String label, String unit, List<Line> lines) {
        double[] values = lines.stream().flatMap(line -> line.points.stream()).mapToDouble(p -> Math.max(1e-3, p[1])).sorted().toArray();
        double low = Math.log10(values[0]) - 0.05;
        double high = Math.max(low + 0.5, Math.log10(values[values.length - 1]) + 0.05);
        Svg svg = new Svg(WIDTH, HEIGHT, label);
        for (int power = (int) Math.floor(low); power <= Math.ceil(high); power++) {
            for (int digit : new int[] {1, 2, 5}) {
                double log = Math.log10(digit) + power;
                if (log >= low && log <= high) {
                    svg.line(LEFT, y(log, low, high), WIDTH - RIGHT, y(log, low, high), "grid");
                    svg.text(LEFT - 8, y(log, low, high) + 4, "end", "tick", plain(digit * Math.pow(10, power)));
                }
            }
        }
        for (double tick : new double[] {50, 90, 99, 99.9, 99.99, 100}) {
            svg.line(x(tick), TOP, x(tick), HEIGHT - BOTTOM, "grid");
            svg.text(x(tick), HEIGHT - BOTTOM + 18, "middle", "tick", tick == 100 ? "max" : plain(tick));
        }
        svg.text(LEFT - 14, HEIGHT - BOTTOM + 18, "end", "faint", unit);
        for (Line line : lines) {
            StringBuilder points = new StringBuilder();
            for (double[] point : line.points) {
                points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(point[0]), y(Math.log10(Math.max(1e-3, point[1])), low, high)));
            }
            svg.polyline(points.toString().strip(), line.colour);
            for (double[] point : line.points) {
                svg.dot(x(point[0]), y(Math.log10(Math.max(1e-3, point[1])), low, high), line.colour, String.format(Locale.ROOT, "%s %s: %.3f %s",
                        line.name, point[0] == 100 ? "max" : "p" + plain(point[0]), point[1], unit));
            }
        }
        return svg.toString();
    }

    private static double x(double percentile) {
        double nines = percentile == 100 ? MAX_AT : -Math.log10(1 - percentile / 100);
        return LEFT + nines / MAX_AT * (WIDTH - LEFT - RIGHT - 12);
    }

    private static double y(double log, double low, double high) {
        return HEIGHT - BOTTOM - (log - low) / (high - low) * (HEIGHT - TOP - BOTTOM);
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : String.format(Locale.ROOT, "%.4f", value).replaceAll("0+$", "");
    }
}
