package dev.cenote.flow;

/**
 * What the flow scheduler asks of a pool. One thread calls at a time.
 * <p>A pool adds itself to its scheduler when it is built and removes itself when it is closed and empty. The scheduler
 * must not keep alive a pool that nobody else can reach.
 * <p>Generations are numbered 0, 1, 2 as they were given to the builder.
 */
interface FlowPool {

    /** Its name, for logs, events and metrics. */
    String name();

    /** What happened since the last call. The pool's own object, filled anew each time. */
    FlowSample sample(long nowNanos);

    /** The tag of an index in a sample. */
    Tag tag(int index);

    /** Later entries with that tag go straight to this generation. */
    void route(Tag tag, int generation);

    /**
     * Migrates the entries with that tag that lie in {@code from} now. Entries that are hot and young stay (promotion is
     * held back); those in the T0 of a thread at work follow at its next get or put.
     *
     * @return how many were migrated now
     */
    int promote(Tag tag, int from, int to);

    /**
     * Survival grows by so many collections; entries of the last generation that were not asked for during three are
     * destroyed.
     *
     * @return how many were destroyed
     */
    int age(long gcCycles, long nowNanos);

    /**
     * Destroys what has outlived its time or stands over a capacity, least recently used first, weighted by heat; collects
     * what threads that died or fell idle hold.
     *
     * @return how many were destroyed
     */
    int evict(long nowNanos);

    /** A period is over: the access counters decay. */
    void decay(long nowNanos);
}
