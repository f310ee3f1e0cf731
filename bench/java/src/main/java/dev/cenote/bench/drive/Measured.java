package dev.cenote.bench.drive;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** The samples of one job, by name, over all its JVMs. */
final class Measured {

    private final Map<String, List<Double>> samples = new LinkedHashMap<>();
    private final List<String> failures = new ArrayList<>();

    void add(String name, double value) {
        samples.computeIfAbsent(name, unused -> new ArrayList<>()).add(value);
    }

    void addAll(Measured other) {
        other.samples.forEach((name, values) -> values.forEach(value -> add(name, value)));
    }

    void addFailure(String text) {
        failures.add(text);
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    Map<String, List<Double>> samples() {
        return samples;
    }

    private double[] sorted(String name) {
        double[] values = samples.getOrDefault(name, List.of()).stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(values);
        return values;
    }

    /** The middle sample, of an even number the mean of the middle two. */
    OptionalDouble median(String name) {
        double[] values = sorted(name);
        if (values.length == 0) {
            return OptionalDouble.empty();
        }
        int middle = values.length / 2;
        return OptionalDouble.of(values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2);
    }

    /**
     * The sample that a twentieth of the others are below. Where other work can only slow a measurement down, it tells more of
     * what is measured than the median does, and depends less on luck than the least.
     */
    OptionalDouble low(String name) {
        return part(name, 0.05);
    }

    /** The sample that such a part of the others are below. */
    OptionalDouble part(String name, double part) {
        double[] values = sorted(name);
        return values.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(values[(int) Math.floor((values.length - 1) * part)]);
    }

    OptionalDouble least(String name) {
        double[] values = sorted(name);
        return values.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(values[0]);
    }

    OptionalDouble most(String name) {
        double[] values = sorted(name);
        return values.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(values[values.length - 1]);
    }
}
