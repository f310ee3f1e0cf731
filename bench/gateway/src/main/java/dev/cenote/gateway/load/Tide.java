package dev.cenote.gateway.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How a rate rises and falls: phases, each with its length and the factor on the rate.
 *
 * @param opening those that happen once, at the begin
 * @param phases  those that follow, over and over
 */
public record Tide(List<Phase> opening, List<Phase> phases) {
    private static final Tide FLAT = new Tide(List.of(), List.of(new Phase(1, 1)));

    /** One phase. */
    public record Phase(double seconds, double factor) {
    }

    public Tide {
        opening = List.copyOf(opening);
        phases = List.copyOf(phases);
    }

    /**
     * Reads {@code 4x1,1.5x3,2.5x0.1}: four seconds at the rate, one and a half at three times of it, and so on. What stands before
     * a {@code |} happens once, at the begin. Empty: flat.
     *
     * @throws IllegalArgumentException if it is anything else, or never sends
     */
    public static Tide parse(String text) {
        if (text.isEmpty()) {
            return FLAT;
        }
        int bar = text.indexOf('|');
        return new Tide(bar < 0 ? List.of() : phases(text.substring(0, bar)), phases(text.substring(bar + 1)));
    }

    private static List<Phase> phases(String text) {
        List<Phase> phases = new ArrayList<>();
        for (String part : text.split(",")) {
            String[] numbers = part.split("x");
            try {
                phases.add(new Phase(Double.parseDouble(numbers[0]), Double.parseDouble(numbers[1])));
            } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
                throw new IllegalArgumentException("'" + part + "' is no phase; write seconds x factor, as in 1.5x3", e);
            }
        }
        if (phases.stream().anyMatch(phase -> !(phase.seconds > 0 && phase.factor > 0))) {
            throw new IllegalArgumentException("'" + text + "': seconds and factors must be positive");
        }
        return phases;
    }

    public double cycleSeconds() {
        return seconds(phases);
    }

    private static double seconds(List<Phase> phases) {
        return phases.stream().mapToDouble(Phase::seconds).sum();
    }

    /** How many times the rate has been sent until then, in seconds of the rate. */
    public double sent(double seconds) {
        double once = seconds(opening);
        if (seconds <= once) {
            return sent(opening, seconds);
        }
        double rounds = Math.floor((seconds - once) / cycleSeconds());
        return sent(opening, once) + rounds * sent(phases, cycleSeconds()) + sent(phases, seconds - once - rounds * cycleSeconds());
    }

    private static double sent(List<Phase> phases, double seconds) {
        double sent = 0;
        double left = seconds;
        for (Phase phase : phases) {
            sent += Math.min(left, phase.seconds) * phase.factor;
            left -= Math.min(left, phase.seconds);
        }
        return sent;
    }

    /** When the message after the one at {@code nanos} is due. */
    double next(double nanos, double intervalNanos) {
        double left = 1; /* of one message */
        double once = seconds(opening);
        boolean isOpening = nanos / 1e9 < once;
        double at = isOpening ? nanos / 1e9 : (nanos / 1e9 - once) % cycleSeconds();
        double on = nanos;
        while (true) {
            for (Phase phase : isOpening ? opening : phases) {
                if (at < phase.seconds) {
                    double rest = (phase.seconds - at) * 1e9;
                    double needed = left * intervalNanos / phase.factor;
                    if (needed <= rest) {
                        return on + needed;
                    }
                    left -= rest * phase.factor / intervalNanos;
                    on += rest;
                    at = 0;
                } else {
                    at -= phase.seconds;
                }
            }
            isOpening = false;
            at = 0;
        }
    }

    public String describe() {
        return (opening.isEmpty() ? "" : "once " + describe(opening) + "; then ") + describe(phases) + ", over and over";
    }

    private static String describe(List<Phase> phases) {
        StringBuilder text = new StringBuilder();
        for (Phase phase : phases) {
            text.append(text.isEmpty() ? "" : ", ").append(String.format(Locale.ROOT, "%s s at %s times the rate", plain(phase.seconds), plain(phase.factor)));
        }
        return text.toString();
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
