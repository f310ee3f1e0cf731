package dev.cenote.flow;

import java.util.List;

/**
 * What one pool saw between two samples of the scheduler.
 *
 * @param pool its name
 * @param elapsedNanos since the sample before; 0 in the first
 * @param hits gets that found an entry in some generation
 * @param misses gets that had to call the factory
 * @param outstanding entries that are taken now
 * @param generations in the order T0, T1, T2
 * @param tags those with something new since the sample before; the default tag is one of them
 */
record FlowSample(String pool, long elapsedNanos, long hits, long misses, long outstanding,
                  List<Generation> generations, List<OfTag> tags) {

    /**
     * One generation.
     *
     * @param name its name
     * @param capacity its capacity in entries
     * @param timeToLiveNanos how long an entry stays unused; 0: no limit
     * @param entries idle entries in it now
     * @param hits gets served by it
     * @param residence of entries that left it
     */
    record Generation(String name, int capacity, long timeToLiveNanos, int entries, long hits, Residence residence) {
    }

    /**
     * One tag.
     *
     * @param tag which
     * @param hits gets that took an entry last put with this tag
     * @param misses entries that were new when they were first put, with this tag
     * @param evictions entries last put with this tag that were evicted
     * @param residence per generation, of entries with this tag that left it
     */
    record OfTag(Tag tag, long hits, long misses, long evictions, List<Residence> residence) {
    }
}
