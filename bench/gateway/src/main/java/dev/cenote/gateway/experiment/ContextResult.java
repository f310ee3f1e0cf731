package dev.cenote.gateway.experiment;

import dev.cenote.gateway.load.LoadResult;
import java.util.ArrayList;
import java.util.List;

/**
 * What one gateway did in its measured window, and what its pool held.
 *
 * @param load          as the client saw it
 * @param pauseMillis   every collector pause of the window
 * @param heapBytesPerSecond allocated on the Java heap
 * @param cpuMicros     processor time for a request, the collector's included, the compilers' not
 * @param stolen        share of the processors' time that the host took, see {@link StolenTime}
 * @param gets          contexts taken from the pool in the window
 * @param misses        of them, those that were made anew
 * @param heldMean      idle contexts the pool held, mean over the window
 * @param heldPeak      the most of them
 * @param heldAfter     idle contexts it held some time after the load had ended; negative: not looked at
 * @param objects       heap objects in a context, mean over all requests
 * @param samples       what was seen over time, some time after the load included
 * @param decisions     of the flow scheduler
 * @param windowFrom    begin of the window on that time line, in seconds
 * @param windowTo      its end
 * @param failures      all that went wrong, in words; empty when the figures count
 */
record ContextResult(String kind, int round, LoadResult load, List<Double> pauseMillis, double heapBytesPerSecond, double cpuMicros,
                     double stolen, long gets, long misses, double heldMean, long heldPeak, long heldAfter, double objects, List<Moment> samples,
                     List<Decided> decisions, double windowFrom, double windowTo, List<String> failures) {

    /** One look at a gateway: contexts held idle per generation, and those that sessions keep. */
    record Moment(double seconds, List<Long> held, long inSessions, double hitRate) {
        long heldInAll() {
            return held.stream().mapToLong(Long::longValue).sum();
        }
    }

    /** A decision on the same time line. */
    record Decided(double seconds, String action, String tag, int entries, String reason) {
    }

    ContextResult {
        pauseMillis = List.copyOf(pauseMillis);
        samples = List.copyOf(samples);
        decisions = List.copyOf(decisions);
        failures = List.copyOf(failures);
    }

    double hitRate() {
        return gets == 0 ? Double.NaN : 1 - (double) misses / gets;
    }

    double pauseTotal() {
        return pauseMillis.stream().mapToDouble(Double::doubleValue).sum();
    }

    /** A percentile of pauses, 0 to 100; 0 without any. */
    double pause(double percentile) {
        return percentile(pauseMillis, percentile);
    }

    static double percentile(List<Double> values, double percentile) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted.length == 0 ? 0 : sorted[Math.max(0, (int) Math.ceil(percentile / 100 * sorted.length) - 1)];
    }

    ContextResult withAftermath(long held, List<Moment> all, List<Decided> decided, List<String> more) {
        List<String> both = new ArrayList<>(failures);
        both.addAll(more);
        return new ContextResult(kind, round, load, pauseMillis, heapBytesPerSecond, cpuMicros, stolen, gets, misses, heldMean, heldPeak, held, objects,
                all, decided, windowFrom, windowTo, both);
    }
}
