package dev.cenote.flow;

import dev.cenote.internal.Pulse;

/**
 * What the flow scheduler asks of a pool. One thread calls at a time.
 * <p>A pool adds itself to its scheduler when it is built and removes itself when it is closed and empty. The scheduler
 * must not keep alive a pool that nobody else can reach.
 * <p>Generations are numbered 0, 1, 2 as they were given to the builder.
 */
interface FlowPool {

    /** Its name, for logs, events and metrics. */
    String name();

    /** {@return what tells that somebody uses it; see there for why the scheduler looks at other pools seldom} */
    Pulse pulse();

    /**
     * Reads what a step over a pool without news reads, and changes nothing. The scheduler calls it for all pools before it steps any: after half
     * a second nothing of them is in the cache, and what does not depend on what the pool before held is fetched at the same time.
     *
     * @return of no meaning; to be kept, or the reads would not happen
     */
    long glance();

    /** What happened since the last call, but for the classes. The pool's own object, filled anew each time. */
    FlowSample sample(long nowNanos);

    /** From now on, classes beyond these bounds may have to move; before the first call, all that have residence times. */
    void setBounds(Bounds bounds);

    /** Adds the classes that may have to move, since there were residence times of them or other bounds, to its sample. */
    void addClasses(FlowSample sample);

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
     * There were collections: entries of the last generation that were not asked for during three are destroyed.
     *
     * @return how many were destroyed
     */
    int age(long nowNanos);

    /**
     * Destroys what has outlived its time or stands over a capacity, least recently used first, weighted by heat; collects
     * what threads that died or fell idle hold.
     *
     * @return how many were destroyed
     */
    int evict(long nowNanos);

    /** Forgets tags that nobody used for long. */
    void forgetTags();
}
