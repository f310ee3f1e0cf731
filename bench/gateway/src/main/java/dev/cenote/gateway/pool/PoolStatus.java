package dev.cenote.gateway.pool;

import java.util.List;

/**
 * How a pool of contexts stands.
 *
 * @param gets      contexts given since its start
 * @param misses    of them, those that were made anew
 * @param held      idle contexts it keeps from the collector now, per generation; pools without generations have one
 * @param decisions of a flow scheduler since its start, in words
 */
public record PoolStatus(long gets, long misses, List<Held> held, List<Decision> decisions) {
    /** One generation. */
    public record Held(String generation, long entries) {
    }

    /** One decision: when, by {@link System#nanoTime}, and what. */
    public record Decision(long nanos, String action, String tag, int entries, String reason) {
    }

    public PoolStatus {
        held = List.copyOf(held);
        decisions = List.copyOf(decisions);
    }

    static PoolStatus of(long gets, long misses, long held) {
        return new PoolStatus(gets, misses, List.of(new Held("pool", Math.max(0, held))), List.of());
    }

    public long heldInAll() {
        return held.stream().mapToLong(Held::entries).sum();
    }
}
