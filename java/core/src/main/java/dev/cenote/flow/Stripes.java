package dev.cenote.flow;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Parts of T0 that virtual threads share, so that none is lost with one of them; also for platform threads over the number
 * that the table of threads holds. Each is made when it is needed first.
 * <p>One is held for the length of a get or put, by a try-lock that never blocks: who finds all of them held does without.
 *
 * @param <T> the kind of object
 */
final class Stripes<T> {

    private static final int TRIES = 4;

    private final AtomicReferenceArray<@Nullable LocalGeneration<T>> stripes;
    private final Supplier<LocalGeneration<T>> factory;

    Stripes(Supplier<LocalGeneration<T>> factory) {
        this.factory = factory;
        int wanted = 4 * Runtime.getRuntime().availableProcessors();
        int count = Math.min(64, Integer.highestOneBit(2 * wanted - 1));
        stripes = new AtomicReferenceArray<>(count);
    }

    /** Takes hold of a stripe, which the caller unlocks; null: those looked at are all held. */
    @SuppressWarnings("deprecation") /* threadId() came with 19 */
    @Nullable LocalGeneration<T> tryLock(Thread thread) {
        int start = (int) (thread.getId() * 0x9E3779B97F4A7C15L >>> 48);
        for (int i = 0; i < TRIES; i++) {
            int at = start + i & stripes.length() - 1;
            LocalGeneration<T> stripe = stripes.get(at);
            if (stripe == null) {
                stripe = make(at);
            }
            if (stripe.tryLock()) {
                return stripe;
            }
        }
        return null;
    }

    private synchronized LocalGeneration<T> make(int at) {
        LocalGeneration<T> made = stripes.get(at);
        if (made == null) {
            made = factory.get();
            stripes.set(at, made);
        }
        return made;
    }
}
