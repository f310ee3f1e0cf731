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

    private final LazyStripes<LocalBlockPool> stripes;

    /** @param factory makes another one besides the first; null: no memory for it */
    Stripes(LocalBlockPool first, Supplier<@Nullable LocalBlockPool> factory) {
        stripes = new LazyStripes<>(first, factory, LocalBlockPool::end);
    }

    /** Takes hold of a stripe; the caller unlocks it. */
    LocalBlockPool lock(Thread thread) {
        int start = LazyStripes.start(thread);
        for (int i = start;; i++) {
            LocalBlockPool stripe = stripes.at(i);
            if (stripe != null && stripe.tryLock()) {
                return stripe;
            }
            if ((i - start + 1) % stripes.length() == 0) {
                Backoff.pause(i - start);
            }
        }
    }

    /** A stripe that was free, now held; null: all that there are are held at this moment. */
    @Nullable LocalBlockPool tryLock() {
        for (LocalBlockPool stripe : stripes.all()) {
            if (stripe.tryLock()) {
                return stripe;
            }
        }
        return null;
    }

    /** Gives what the stripes hold to the depot; those in use at this moment are left out. */
    void flush() {
        for (LocalBlockPool stripe : stripes.all()) {
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
        return stripes.all();
    }
}
