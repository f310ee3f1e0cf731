package dev.cenote.flow;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * What a pool knows of one object. It refers to the object weakly: one that its taker forgets is garbage like any other.
 * <p>An object in a pool is held by the place it lies in: the arrays of a {@link LocalGeneration} or of a
 * {@link SharedGeneration}, or {@link #held} while the scheduler moves it or it waits for its destroy hook. {@link #state} names that place, so of two places that a misused entry may have got into
 * only one counts. Whoever holds the place (the T0's owner, who took it off a stack, who took the object) may write the
 * plain fields.
 *
 * @param <T> the kind of object
 */
final class Entry<T> extends WeakReference<T> {

    /** Made, not given out yet. */
    static final int NEW = 0;
    /** A user has it. Positive: where it lies, a generation's number or the id of a thread's T0. */
    static final int TAKEN = -1;
    /** On its way from one place to another, in the hands of one thread. */
    static final int MOVING = -2;
    /** Destroyed, or waiting for it. Final. */
    static final int GONE = -3;

    /** The tag of an entry that was never put. */
    static final int FRESH = -1;

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Entry.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final Entry<?> NONE = new Entry<>();

    private final int hash;
    int state;
    /** The object in the scheduler's hands, and while it waits for its destroy hook; gets and puts never write here. */
    @Nullable T held;
    /** The next of those that wait for their destroy hook. */
    @Nullable Entry<T> next;
    /** Index of the tag it was put with last; FRESH: its first put counts as a miss of that put's tag. */
    int tag = FRESH;
    /** Gets in the running period. */
    int accesses;
    /** How many of those its tag has been told of. */
    int reported;
    /** The decayed mean of gets per period, up to {@link #heatPeriod}; see {@link Heat}. */
    float heat;
    int heatPeriod;
    /** The pool's count of collections when it was made. */
    int bornCycle;
    /** The same when it was last put. */
    int askedCycle;
    /** When it was put, in the pool's nanoseconds: exact if {@link #weight} is not 0, else as of the last sweep. */
    long stamp;
    /** How many puts this one stands for in the histogram of residence times; 0: not sampled. */
    int weight;
    /** Where it was taken, when the pool keeps that. */
    @Nullable Throwable site;

    Entry(T object, ReferenceQueue<? super T> collected) {
        super(object, collected);
        hash = System.identityHashCode(object);
    }

    private Entry() {
        super(null);
        hash = 0;
        state = GONE;
    }

    /** Stands where there is no entry, so that a look needs no question: it is gone, of no object, in no table. Never written to. */
    @SuppressWarnings("unchecked")
    static <T> Entry<T> none() {
        return (Entry<T>) NONE;
    }

    /** The state, acquiring; for whoever does not hold the place. */
    int stateAcquire() {
        return (int) STATE.getAcquire(this);
    }

    /** Takes a taken entry out of its taker's hands: of two puts at one moment, one succeeds. */
    boolean claim() {
        return STATE.compareAndSet(this, TAKEN, MOVING);
    }

    /** Ends a lost entry. */
    boolean abandon() {
        return STATE.compareAndSet(this, TAKEN, GONE);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** Entries of one object are equal, so that a table holds one of them. */
    @Override
    public boolean equals(@Nullable Object other) {
        if (this == other) {
            return true;
        }
        T object = get();
        return object != null && other instanceof Entry<?> entry && ((Entry<?>) entry).get() == object;
    }

    /** Looks an object's entry up in a table of entries without making a new object for each look. Not thread-safe. */
    static final class Probe {
        private @Nullable Object target;

        void aim(@Nullable Object object) {
            target = object;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(target);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Entry<?> entry && target != null && ((Entry<?>) entry).get() == target;
        }
    }
}
