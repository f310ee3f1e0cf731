package dev.cenote.flow;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What callers of a pool leave behind for the scheduler, in one place: how many hits and residence times there were, which parts of T0 are in
 * order, what else happened, and which classes may have to move. A step over a pool in which nothing is to be done reads this object and
 * looks at no thread's part and at no tag.
 */
final class News {

    /** What happened since the scheduler asked, a bit each, so that it looks at no counter that stood still: gets that missed, */
    static final int MISSED = 1;
    /** hits in shared generations, */
    static final int HIT = 2;
    /** entries for which a generation had no room, */
    static final int REFUSED = 4;
    /** residence times of a class beyond its bounds. */
    static final int CLASS = 8;

    private static final VarHandle COUNT;
    private static final VarHandle NANOS;
    private static final VarHandle HITS;
    private static final VarHandle SWEEPS;
    private static final VarHandle STIRRED;
    private static final VarHandle BOUNDS;
    private static final VarHandle PARTS;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            COUNT = lookup.findVarHandle(News.class, "count", long.class);
            NANOS = lookup.findVarHandle(News.class, "nanos", long.class);
            HITS = lookup.findVarHandle(News.class, "hits", long.class);
            SWEEPS = lookup.findVarHandle(News.class, "sweeps", long.class);
            STIRRED = lookup.findVarHandle(News.class, "stirred", int.class);
            BOUNDS = lookup.findVarHandle(News.class, "bounds", Bounds.class);
            PARTS = lookup.findVarHandle(News.class, "parts", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Marks marks;
    @SuppressWarnings("unused")
    private int stirred;
    /** Threads' parts of T0, and stripes. */
    @SuppressWarnings("unused")
    private int parts;
    /** Null: not told yet, every class with residence times is marked. */
    @SuppressWarnings("unused")
    private @Nullable Bounds bounds;
    @SuppressWarnings("unused")
    private long count;
    @SuppressWarnings("unused")
    private long nanos;
    @SuppressWarnings("unused")
    private long hits;
    /** A period, and how many busy threads swept their parts in it. */
    @SuppressWarnings("unused")
    private long sweeps = -1L;

    /** @param tags indices are below it */
    News(int tags) {
        marks = new Marks(tags);
    }

    // Callers', any thread.

    /** Something happened that the scheduler counts; after it was counted. */
    void stir(int bit) {
        if (((int) STIRRED.getVolatile(this) & bit) == 0) {
            STIRRED.getAndBitwiseOr(this, bit);
        }
    }

    /** Residence times were added to a tag's. */
    void add(long sumNanos, int weight) {
        NANOS.getAndAdd(this, sumNanos);
        COUNT.getAndAdd(this, (long) weight);
    }

    /** A class may have to move. What the caller wrote by a sequentially consistent operation before is seen by whoever takes the mark out. */
    void mark(int tag) {
        marks.add(tag);
        stir(CLASS);
    }

    @Nullable Bounds bounds() {
        return (Bounds) BOUNDS.getVolatile(this); /* after the sums were added, of which setBounds looks at the rest */
    }

    /** Hits of a part that it has not told of yet. */
    void addHits(long more) {
        HITS.getAndAdd(this, more);
    }

    /** A busy thread swept its part, for the first time in this period. */
    void countSweep(int period) {
        long seen;
        long want;
        do {
            seen = (long) SWEEPS.getOpaque(this);
            want = (int) (seen >> Integer.SIZE) == period ? seen + 1 : (long) period << Integer.SIZE | 1;
        } while (!SWEEPS.compareAndSet(this, seen, want));
    }

    /** There are so many parts from now on. */
    void setParts(int all) {
        PARTS.setOpaque(this, all);
    }

    // The scheduler's.

    /**
     * Whether every part was swept by its thread in this period, so that there is nothing to do for any, and their hits are told. Racy: a
     * part that comes or goes meanwhile is looked at one step later.
     */
    boolean isAllSwept(int period) {
        long seen = (long) SWEEPS.getOpaque(this);
        return (int) (seen >> Integer.SIZE) == period && (int) seen == (int) PARTS.getOpaque(this);
    }

    /** Which of these happened since the last call. */
    int takeStirred(int bits) {
        return ((int) STIRRED.getOpaque(this) & bits) == 0 ? 0 : (int) STIRRED.getAndBitwiseAnd(this, ~bits) & bits;
    }

    void setBounds(Bounds others) {
        BOUNDS.setVolatile(this, others);
    }

    /** To be taken after CLASS was: a mark that is set meanwhile says so again. */
    Marks marks() {
        return marks;
    }

    /** Hits of T0, as far as its parts have told. */
    long hits() {
        return (long) HITS.getOpaque(this);
    }

    /** Residence times that ended, */
    long residences() {
        return (long) COUNT.getOpaque(this);
    }

    /** and their sum. */
    long residenceNanos() {
        return (long) NANOS.getOpaque(this);
    }
}
