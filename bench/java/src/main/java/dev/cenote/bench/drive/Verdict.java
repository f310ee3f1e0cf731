package dev.cenote.bench.drive;

import java.util.Locale;
import java.util.OptionalDouble;

/** A figure to reach, what was measured for it, and whether it was reached. */
record Verdict(String row, String target, String measured, Outcome outcome, String word) {

    /** How it ended. */
    enum Outcome { REACHED, SHORT, NOT_MEASURED }

    /** Our figure must be at most {@code limit}. */
    static Verdict atMost(String row, String target, OptionalDouble ours, double limit, String unit) {
        if (ours.isEmpty()) {
            return notMeasured(row, target);
        }
        double value = ours.getAsDouble();
        String text = number(value) + (unit.isEmpty() ? "" : " " + unit);
        if (value <= limit) {
            return new Verdict(row, target, text, Outcome.REACHED, "reached");
        }
        String over = limit > 0 ? number((value / limit - 1) * 100) + " %" : number(value) + " " + unit;
        return new Verdict(row, target, text, Outcome.SHORT, "short by " + over);
    }

    /** The ratio must be at least {@code limit}. */
    static Verdict atLeast(String row, String target, OptionalDouble ratio, double limit, String note) {
        if (ratio.isEmpty()) {
            return notMeasured(row, target);
        }
        double value = ratio.getAsDouble();
        String text = number(value) + "x" + (note.isEmpty() ? "" : " (" + note + ")");
        if (value >= limit) {
            return new Verdict(row, target, text, Outcome.REACHED, "reached");
        }
        return new Verdict(row, target, text, Outcome.SHORT, "short by " + number((1 - value / limit) * 100) + " %");
    }

    static Verdict notMeasured(String row, String target) {
        return new Verdict(row, target, "-", Outcome.NOT_MEASURED, "not measured");
    }

    /** Three figures that matter, never an exponent. */
    static String number(double value) {
        double size = Math.abs(value);
        if (size >= 9_999.5) {
            return String.format(Locale.ROOT, "%.0fk", value / 1000);
        }
        return String.format(Locale.ROOT, size >= 99.95 ? "%.0f" : size >= 9.995 ? "%.1f" : size >= 0.0095 ? "%.2f"
                : size == 0 ? "%.0f" : "%.4f", value);
    }
}
