package dev.cenote.bench.drive;

import org.jspecify.annotations.Nullable;

/** What can be measured, and which code measures it. */
enum Scenario {
    CYCLE("cycle", "one thread: get, touch, put", "cycle"),
    BATCH_RANDOM("batch-random", "256 taken, then put in random order", "batchRandom"),
    BATCH_LIFO("batch-lifo", "256 taken, then put newest first", "batchLifo"),
    SOLO("solo", "the loop of 'duel' with one thread only", null),
    DUEL("duel", "two threads on one pool, per cycle of each", null),
    HANDOFF("handoff", "one thread gets, another puts", null),
    SMALL_HEAP("small-heap", "cycle with -Xmx256m", "cycle"),
    PLAIN_THREADS("plain-threads", "cycle on a plain java.lang.Thread", "cycle"),
    VIRTUAL_THREADS("virtual-threads", "cycle on a virtual thread", "cycle"),
    COLD("cold", "first use of fresh memory, 64 MiB", null),
    GROWTH("growth", "a pool that grows under load", null);

    private final String label;
    private final String title;
    private final @Nullable String jmhMethod;

    Scenario(String label, String title, @Nullable String jmhMethod) {
        this.label = label;
        this.title = title;
        this.jmhMethod = jmhMethod;
    }

    String label() {
        return label;
    }

    String title() {
        return title;
    }

    /** The method of {@code BlockBench}, or null where a main class of our own measures. */
    @Nullable String jmhMethod() {
        return jmhMethod;
    }
}
