package dev.cenote.gateway.server;

import java.util.Locale;
import java.util.SplittableRandom;

/**
 * How long a message is held after its answer: a mixture of two kinds of receivers.
 * <p>Most are quick (log-normal); a share is slow (log-uniform between two bounds): the messages that make a
 * garbage collector copy and a pool grow. Same seed, same sequence. One thread.
 */
public final class Lifetime {
    static final double QUICK_MEDIAN_MILLIS = 1.0;
    static final double QUICK_SIGMA = 0.5;
    static final double SLOW_MIN_MILLIS = 50;
    static final double SLOW_MAX_MILLIS = 200;

    private final double slowShare;
    private final SplittableRandom random;

    public Lifetime(double slowShare, long seed) {
        if (!(slowShare >= 0 && slowShare <= 1)) {
            throw new IllegalArgumentException("the share of slow messages must be between 0 and 1, not " + slowShare);
        }
        this.slowShare = slowShare;
        this.random = new SplittableRandom(seed);
    }

    /** The next lifetime in nanoseconds, at most {@link #maximumMillis()}. */
    public long nextNanos() {
        double millis;
        if (random.nextDouble() < slowShare) {
            millis = SLOW_MIN_MILLIS * Math.pow(SLOW_MAX_MILLIS / SLOW_MIN_MILLIS, random.nextDouble());
        } else {
            millis = Math.min(SLOW_MAX_MILLIS, QUICK_MEDIAN_MILLIS * Math.exp(QUICK_SIGMA * gaussian()));
        }
        return (long) (millis * 1e6);
    }

    public static double maximumMillis() {
        return SLOW_MAX_MILLIS;
    }

    /** The distribution in words, for {@code --help} and the report. */
    public static String describe(double slowShare) {
        return String.format(Locale.ROOT,
                "%.0f %% log-normal with median %.0f ms (sigma %.1f), %.0f %% log-uniform between %.0f and %.0f ms",
                100 * (1 - slowShare), QUICK_MEDIAN_MILLIS, QUICK_SIGMA, 100 * slowShare, SLOW_MIN_MILLIS, SLOW_MAX_MILLIS);
    }

    /** Box and Muller: {@link SplittableRandom} has no Gaussian of its own on Java 17's class. */
    private double gaussian() {
        return Math.sqrt(-2 * Math.log(1 - random.nextDouble())) * Math.cos(2 * Math.PI * random.nextDouble());
    }
}
