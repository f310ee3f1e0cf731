package dev.cenote.flow;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The user's code in a pool: making, resetting and destroying objects. What a hook throws is counted and logged; the pool
 * goes on.
 *
 * @param <T> the kind of object
 */
final class Hooks<T> {

    private static final System.Logger LOG = System.getLogger(GenerationalPool.class.getName());

    private final String pool;
    private final Supplier<? extends T> factory;
    private final @Nullable Consumer<? super T> reset;
    private final @Nullable Consumer<? super T> destroy;
    private final LongAdder failures = new LongAdder();

    Hooks(String pool, Supplier<? extends T> factory, @Nullable Consumer<? super T> reset,
          @Nullable Consumer<? super T> destroy) {
        this.pool = pool;
        this.factory = factory;
        this.reset = reset;
        this.destroy = destroy;
    }

    /** A new object. What the factory throws goes to the caller. */
    T make() {
        T made = factory.get();
        if (made == null) {
            throw new IllegalStateException("pool \"" + pool + "\": the factory returned null instead of an object");
        }
        return made;
    }

    boolean resets() {
        return reset != null;
    }

    /** Readies an object for its next user; false: the hook threw, and the object is not to be used again. */
    boolean reset(T object) {
        return reset == null || run("reset", reset, object);
    }

    void destroy(T object) {
        if (destroy != null) {
            run("destroy", destroy, object);
        }
    }

    private boolean run(String which, Consumer<? super T> hook, T object) {
        try {
            hook.accept(object);
            return true;
        } catch (Throwable e) {
            failures.increment();
            long count = failures.sum();
            if (Long.bitCount(count) == 1) { /* the 1st, 2nd, 4th...: a hook that always throws does not fill the log */
                LOG.log(System.Logger.Level.WARNING, "pool \"" + pool + "\": the " + which + " hook threw (failure "
                    + count + " of the pool's hooks); the pool goes on without the object", e);
            }
            return false;
        }
    }

    long failures() {
        return failures.sum();
    }
}
