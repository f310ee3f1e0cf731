package dev.cenote.bench.drive;

/** How much time a run may take, and what it is spent on. */
enum Effort {
    /** Up to 5 minutes: one JDK, one JVM per figure, the end sizes for the peers that matter there. */
    QUICK(1, 1, 1000, 300, 2),
    /** Up to 15 minutes: the newest JDK twice, the oldest once. */
    NORMAL(2, 1, 1000, 300, 3),
    /** An hour and more: every peer at every size, several JVMs. */
    FULL(5, 5, 1000, 300, 9);

    private final int forksOfNewest;
    private final int forksOfOthers;
    private final int iterations;
    private final int iterationMicros;
    private final int coldForks;

    Effort(int forksOfNewest, int forksOfOthers, int iterations, int iterationMicros, int coldForks) {
        this.forksOfNewest = forksOfNewest;
        this.forksOfOthers = forksOfOthers;
        this.iterations = iterations;
        this.iterationMicros = iterationMicros;
        this.coldForks = coldForks;
    }

    int forks(boolean newest) {
        return newest ? forksOfNewest : forksOfOthers;
    }

    int iterations() {
        return iterations;
    }

    /** Short, and many: some meet the machine while nobody else uses its processors. */
    int iterationMicros() {
        return iterationMicros;
    }

    /** A cold start is one figure per JVM, so it takes more of them. */
    int coldForks(boolean newest) {
        return newest ? coldForks : Math.max(1, coldForks / 2);
    }
}
