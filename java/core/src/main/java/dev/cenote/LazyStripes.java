package dev.cenote;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What threads without something of their own share, spread over a few stripes, each made when it is first needed: a pool that
 * no virtual thread uses has one of them.
 * <p>Any thread; lock-free. Who sets a volatile flag that stripes look at, and after that finds a place empty, may rely on it that
 * the stripe that comes there later sees the flag: the place is volatile too.
 *
 * @param <T> what a stripe is
 */
final class LazyStripes<T> {

    private static final int MOST = 64;

    private final AtomicReferenceArray<@Nullable T> made;
    private final Supplier<@Nullable T> factory;
    private final Consumer<T> end;

    /**
     * @param first stands there from the beginning, so that there is always one
     * @param factory makes another; null: not now
     * @param end is given a stripe that was made in vain, which nobody has seen
     */
    LazyStripes(T first, Supplier<@Nullable T> factory, Consumer<T> end) {
        int wanted = 4 * Runtime.getRuntime().availableProcessors();
        this.made = new AtomicReferenceArray<>(Math.min(MOST, Integer.highestOneBit(2 * wanted - 1)));
        this.made.set(0, first);
        this.factory = factory;
        this.end = end;
    }

    int length() {
        return made.length();
    }

    /** Where a thread begins to look for a stripe that is free. */
    @SuppressWarnings("deprecation") /* threadId() came with 19 */
    static int start(Thread thread) {
        return (int) (thread.getId() * 0x9E3779B97F4A7C15L >>> 48);
    }

    /** {@return the stripe at an index, of which the length is taken off as often as need be; null: it cannot be made now} */
    @Nullable T at(int index) {
        int place = index & made.length() - 1;
        T found = made.get(place);
        return found != null ? found : make(place);
    }

    private @Nullable T make(int place) {
        T fresh = factory.get();
        if (fresh == null || made.compareAndSet(place, null, fresh)) {
            return fresh;
        }
        end.accept(fresh);
        return made.get(place);
    }

    /** {@return those that there are} */
    List<T> all() {
        List<T> all = new ArrayList<>();
        for (int i = 0; i < made.length(); i++) {
            T stripe = made.get(i);
            if (stripe != null) {
                all.add(stripe);
            }
        }
        return all;
    }
}
