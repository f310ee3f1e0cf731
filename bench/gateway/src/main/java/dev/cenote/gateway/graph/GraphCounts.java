package dev.cenote.gateway.graph;

import java.util.concurrent.atomic.LongAdder;

/** What the gateway counts while it runs. Written by all its threads. */
final class GraphCounts {
    /** Requests answered. */
    final LongAdder answered = new LongAdder();
    /** Contexts that two had at once, or whose content changed while one had them. */
    final LongAdder corrupt = new LongAdder();
    /** Requests that were none. */
    final LongAdder malformed = new LongAdder();
    /** Heap objects in the contexts of all answered requests together. */
    final LongAdder objects = new LongAdder();
}
