package dev.cenote.gateway.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How a rate rises and falls, round after round: phases, each with its length and the factor on the rate.
 */
public record Tide(List<Phase> phases) {
    private static final Tide FLAT = new Tide(List.of(new Phase(1, 1)));

    /** One phase. */
    public record Phase(double seconds, double factor) {
    }

    public Tide {
        phases = List.copyOf(phases);
    }

    /**
     * Reads {@code 4x1,1.5x3,2.5x0.1}: four seconds at the rate, one and a half at three times of it, and so on. Empty: flat.
     *
     * @throws IllegalArgumentException if it is anything else, or never sends
     */
    public static Tide parse(String text) {
        if (text.isEmpty()) {
            return FLAT;
        }
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
        return new Tide(phases);
    }

    public double cycleSeconds() {
        return phases.stream().mapToDouble(Phase::seconds).sum();
    }

    /** The mean factor over a whole round. */
    public double mean() {
        return phases.stream().mapToDouble(phase -> phase.seconds * phase.factor).sum() / cycleSeconds();
    }

    /** When the message after the one at {@code nanos} is due. */
    double next(double nanos, double intervalNanos) {
        double left = 1; /* of one message */
        double at = nanos / 1e9 % cycleSeconds();
        double on = nanos;
        while (true) {
            for (Phase phase : phases) {
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
        }
    }

    public String describe() {
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
