package dev.cenote.flow;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Parts of T0 that virtual threads share, so that none is lost with one of them; also for platform threads over the number
 * that the table of threads holds.
 * <p>One is held for the length of a get or put, by a try-lock that never blocks: who finds all of them held does without.
 *
 * @param <T> the kind of object
 */
final class Stripes<T> {

    private static final int TRIES = 4;

    private final List<LocalGeneration<T>> stripes;

    Stripes(Supplier<LocalGeneration<T>> factory) {
        int wanted = 4 * Runtime.getRuntime().availableProcessors();
        int count = Math.min(64, Integer.highestOneBit(2 * wanted - 1));
        stripes = java.util.stream.Stream.generate(factory).limit(count).toList();
    }

    /** Takes hold of a stripe, which the caller unlocks; null: those looked at are all held. */
    @SuppressWarnings("deprecation") /* threadId() came with 19 */
    @Nullable LocalGeneration<T> tryLock(Thread thread) {
        int start = (int) (thread.getId() * 0x9E3779B97F4A7C15L >>> 48);
        for (int i = 0; i < TRIES; i++) {
            LocalGeneration<T> stripe = stripes.get(start + i & stripes.size() - 1);
            if (stripe.tryLock()) {
                return stripe;
            }
        }
        return null;
    }

    List<LocalGeneration<T>> all() {
        return stripes;
    }
}
