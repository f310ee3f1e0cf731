package dev.cenote.flow;

/**
 * Between which mean residence times the classes of a pool stay where they are; made anew whenever the pool's threshold changes. Whoever
 * records a residence time compares with it, so that the scheduler looks at those classes only that may have to move.
 */
final class Bounds {

    /** By generation, the mean in nanoseconds above which a class may move up; infinite if it cannot. */
    private final double[] above;
    /** The mean below which a class moves down; never negative, 0 if it cannot. */
    private final double[] below;

    /** @param threshold the share of a generation's time to live */
    Bounds(Generation[] generations, double threshold) {
        int count = generations.length;
        above = new double[count];
        below = new double[count];
        for (int i = 0; i < count; i++) {
            long limit = generations[i].timeToLiveNanos();
            above[i] = i + 1 < count && limit > 0 ? threshold * limit : Double.POSITIVE_INFINITY;
            below[i] = i > 0 ? PoolFlow.DEMOTE_SHARE * threshold * generations[i - 1].timeToLiveNanos() : 0;
        }
    }

    boolean isAbove(int generation, double meanNanos) {
        return meanNanos > above[generation];
    }

    boolean isBelow(int generation, double meanNanos) {
        return meanNanos < below[generation];
    }

    double aboveNanos(int generation) {
        return above[generation];
    }

    double belowNanos(int generation) {
        return below[generation];
    }
}
