package dev.cenote.gateway.load;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * What a client saw in the measured window.
 *
 * @param client      which client, and how it paced itself
 * @param requests    answers received
 * @param seconds     length of the window
 * @param latency     percentile (0 to 100) and the latency there in microseconds, rising; 100 is the maximum
 * @param errors      failures by kind, only those that occurred
 * @param askedRate   requests per second it was told to send, 0 when as many as the gateway takes
 */
public record LoadResult(String client, long requests, double seconds, List<Point> latency, Map<String, Long> errors,
                         double askedRate) {
    /** The percentiles that are kept of each run. */
    static final double[] PERCENTILES = {0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 100};

    /** One point of the latency curve. */
    public record Point(double percentile, double micros) {
    }

    public LoadResult {
        latency = List.copyOf(latency);
        errors = Collections.unmodifiableMap(new TreeMap<>(errors));
    }

    public double perSecond() {
        return seconds > 0 ? requests / seconds : 0;
    }

    /** @throws IllegalArgumentException for a percentile that is not kept */
    public double micros(double percentile) {
        for (Point point : latency) {
            if (point.percentile() == percentile) {
                return point.micros();
            }
        }
        throw new IllegalArgumentException("no percentile " + percentile);
    }

    static List<Point> points(Histogram nanos) {
        List<Point> points = new ArrayList<>();
        for (double percentile : PERCENTILES) {
            long value = percentile == 0 ? nanos.getMinValue() : nanos.getValueAtPercentile(percentile);
            points.add(new Point(percentile, value / 1000.0));
        }
        return points;
    }
}
