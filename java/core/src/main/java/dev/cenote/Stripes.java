package dev.cenote;

import dev.cenote.internal.Backoff;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Magazines that virtual threads share: a virtual thread has none of its own, so none is lost with it.
 * <p>A stripe is held for one get or put, by a try-lock that never blocks or parks: a virtual thread that finds its
 * stripe held goes to the next one. Nothing in between can unmount it.
 */
final class Stripes {

    private final LocalBlockPool[] stripes;

    Stripes(Supplier<LocalBlockPool> factory) {
        int wanted = 4 * Runtime.getRuntime().availableProcessors();
        stripes = new LocalBlockPool[Math.min(64, Integer.highestOneBit(2 * wanted - 1))];
        for (int i = 0; i < stripes.length; i++) {
            stripes[i] = factory.get();
        }
    }

    /** Takes hold of a stripe; the caller unlocks it. */
    @SuppressWarnings("deprecation") /* threadId() came with 19 */
    LocalBlockPool lock(Thread thread) {
        int start = (int) (thread.getId() * 0x9E3779B97F4A7C15L >>> 48);
        for (int i = start;; i++) {
            LocalBlockPool stripe = stripes[i & (stripes.length - 1)];
            if (stripe.tryLock()) {
                return stripe;
            }
            if ((i - start + 1) % stripes.length == 0) {
                Backoff.pause(i - start);
            }
        }
    }

    /** A stripe that was free, now held; null: all are held at this moment. */
    @Nullable LocalBlockPool tryLock() {
        for (LocalBlockPool stripe : stripes) {
            if (stripe.tryLock()) {
                return stripe;
            }
        }
        return null;
    }

    /** Gives what the stripes hold to the depot; those in use at this moment are left out. */
    void flush() {
        for (LocalBlockPool stripe : stripes) {
            if (stripe.tryLock()) {
                try {
                    stripe.flush();
                } finally {
                    stripe.unlock();
                }
            }
        }
    }

    List<LocalBlockPool> all() {
        return List.of(stripes);
    }
}
