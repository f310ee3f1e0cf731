package dev.cenote.flow;

/**
 * How unsteadily a figure changes: the variance of its relative gradient over a sliding window of steps.
 * <p>The gradient of a step is {@code (now − before) ÷ max(now, before)}, from −1 to 1, so the variance is from 0 (steady, or changing
 * evenly) to 1 (thrown to and fro between nothing and much). One thread at a time.
 */
final class GradientWindow {

    private static final int STEPS = 8;
    private static final int STEPS_MIN = 3;

    private final double[] gradients = new double[STEPS];
    private long seen;
    private double before = Double.NaN;

    /** @param value of this step, not negative; NaN if there is none, which changes nothing */
    void add(double value) {
        if (Double.isNaN(value)) {
            return;
        }
        if (!Double.isNaN(before)) {
            double most = Math.max(value, before);
            gradients[(int) (seen++ % STEPS)] = most == 0 ? 0 : (value - before) / most;
        }
        before = value;
    }

    /** As {@link FlowPool#glance}. */
    long glance() {
        return seen + (long) gradients[0];
    }

    /** {@return the variance; NaN until three gradients are known} */
    double variance() {
        int count = (int) Math.min(seen, STEPS);
        if (count < STEPS_MIN) {
            return Double.NaN;
        }
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < count; i++) {
            sum += gradients[i];
            squares += gradients[i] * gradients[i];
        }
        double mean = sum / count;
        return Math.max(0, squares / count - mean * mean);
    }
}
