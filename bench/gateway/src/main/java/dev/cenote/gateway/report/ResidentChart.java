package dev.cenote.gateway.report;

import dev.cenote.gateway.run.Measurement;
import dev.cenote.gateway.run.Sample;
import java.util.List;
import java.util.Locale;

/** Resident memory of each gateway process over its life: start, warm-up, measured window (shaded), and what stays after. */
final class ResidentChart {
    private static final int WIDTH = 620;
    private static final int HEIGHT = 340;
    private static final int LEFT = 58;
    private static final int RIGHT = 16;
    private static final int TOP = 10;
    private static final int BOTTOM = 34;
    private static final double MIB = 1 << 20;

    private final double seconds;
    private final double mib;

    private ResidentChart(double seconds, double mib) {
        this.seconds = seconds;
        this.mib = mib;
    }

    /** The first round of each kind; empty when the system tells no resident memory. */
    static String of(List<Row> rows, Palette palette) {
        List<Measurement> firsts = rows.stream().map(row -> row.rounds().get(0)).filter(m -> !m.resident().isEmpty()).toList();
        if (firsts.isEmpty()) {
            return "";
        }
        double seconds = firsts.stream().flatMap(m -> m.resident().stream()).mapToDouble(Sample::seconds).max().orElse(1);
        double mib = firsts.stream().flatMap(m -> m.resident().stream()).mapToDouble(s -> s.bytes() / MIB).max().orElse(1);
        return new ResidentChart(seconds, mib * 1.05).draw(firsts, palette);
    }

    private String draw(List<Measurement> measurements, Palette palette) {
        Svg svg = new Svg(WIDTH, HEIGHT, "resident memory over time");
        Measurement any = measurements.get(0);
        svg.shade(x(any.windowFrom()), TOP, x(any.windowTo()) - x(any.windowFrom()), HEIGHT - TOP - BOTTOM, "window");
        svg.text((x(any.windowFrom()) + x(any.windowTo())) / 2, HEIGHT - BOTTOM - 8, "middle", "faint", "measured window");
        for (double at = 0, step = step(mib); at <= mib; at += step) {
            svg.line(LEFT, y(at), WIDTH - RIGHT, y(at), "grid");
            svg.text(LEFT - 8, y(at) + 4, "end", "tick", String.format(Locale.ROOT, "%.0f", at));
        }
        for (double at = 0, step = step(seconds); at <= seconds; at += step) {
            svg.text(x(at), HEIGHT - BOTTOM + 18, "middle", "tick", String.format(Locale.ROOT, "%.0f s", at));
        }
        svg.text(LEFT - 46, HEIGHT - BOTTOM + 18, "start", "faint", "MiB");
        for (Measurement measurement : measurements) {
            StringBuilder points = new StringBuilder();
            for (Sample sample : measurement.resident()) {
                points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(sample.seconds()), y(sample.bytes() / MIB)));
            }
            String colour = palette.colour(measurement.kind());
            svg.polyline(points.toString().strip(), colour);
            Sample last = measurement.resident().get(measurement.resident().size() - 1);
            svg.dot(x(last.seconds()), y(last.bytes() / MIB), colour,
                    String.format(Locale.ROOT, "%s after: %.0f MiB", measurement.kind(), last.bytes() / MIB));
        }
        return svg.toString();
    }

    /** A round step that makes four to eight ticks. */
    static double step(double range) {
        double power = Math.pow(10, Math.floor(Math.log10(range / 4)));
        double digits = range / 4 / power;
        return power * (digits >= 5 ? 5 : digits >= 2 ? 2 : 1);
    }

    private double x(double at) {
        return LEFT + at / seconds * (WIDTH - LEFT - RIGHT - 12);
    }

    private double y(double at) {
        return HEIGHT - BOTTOM - at / mib * (HEIGHT - TOP - BOTTOM);
    }
}
