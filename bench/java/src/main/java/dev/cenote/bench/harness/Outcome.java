package dev.cenote.bench.harness;

import java.util.Arrays;
import java.util.Locale;
import java.util.StringJoiner;

/** What a measured JVM tells the driver: lines of {@code @name number number ...} on its standard output. */
public final class Outcome {

    /** How such a line begins. */
    public static final String MARK = "@cenote ";

    private Outcome() {
    }

    /** Tells the driver numbers of one name. */
    public static void tell(String name, double... values) {
        StringJoiner line = new StringJoiner(" ", MARK + name + " ", "");
        for (double value : values) {
            line.add(String.format(Locale.ROOT, "%.4f", value));
        }
        System.out.println(line);
    }

    /** The median of the first {@code count} values. */
    static double median(double[] values, int count) {
        return quantile(sorted(values, count), 0.5);
    }

    /** The median of each slice of {@code slice} values: of whole slices, or of all if there are fewer. */
    static double[] medians(double[] values, int count, int slice) {
        int slices = Math.max(1, count / slice);
        double[] medians = new double[slices];
        for (int i = 0; i < slices; i++) {
            double[] some = Arrays.copyOfRange(values, i * slice, Math.min(count, (i + 1) * slice));
            medians[i] = quantile(sorted(some, some.length), 0.5);
        }
        return medians;
    }

    static double[] sorted(double[] values, int count) {
        double[] sorted = Arrays.copyOf(values, count);
        Arrays.sort(sorted);
        return sorted;
    }

    /** The value that {@code part} of all are not above. */
    static double quantile(double[] sorted, double part) {
        int index = (int) Math.ceil(part * sorted.length) - 1;
        return sorted[Math.max(0, Math.min(sorted.length - 1, index))];
    }
}
