package dev.cenote.flow;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the line pair before a thread's hot fields free of other objects.
 */
@SuppressWarnings("unused")
abstract class LocalGenerationPad {
    private long p00, p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11, p12, p13, p14, p15;
    private int filler; /* takes the place behind a 12-byte header, which a hot field would else be moved to */
}

/**
 * The hot fields of {@link LocalGeneration}, between the paddings; a test checks the layout. With what the scheduler looks at in each
 * step they take as much as a cache line has.
 *
 * @param <T> the kind of object
 */
abstract class LocalGenerationFields<T> extends LocalGenerationPad {
    static final VarHandle USER;
    static final VarHandle ALARM;
    static final VarHandle LOCK;
    static final VarHandle HITS;
    static final VarHandle TOP;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            USER = lookup.findVarHandle(LocalGenerationFields.class, "user", Thread.class);
            ALARM = lookup.findVarHandle(LocalGenerationFields.class, "alarm", int.class);
            LOCK = lookup.findVarHandle(LocalGenerationFields.class, "lock", int.class);
            HITS = lookup.findVarHandle(LocalGenerationFields.class, "hits", long.class);
            TOP = lookup.findVarHandle(LocalGenerationFields.class, "top", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The owner while it may work by itself, else null. */
    @Nullable Thread user;
    final @Nullable Thread owner;
    final int id;
    /** What stands at [0, top) is idle and here; from top on it was taken, by whomever. The same length, more than limit. */
    @Nullable Object[] objects;
    @Nullable Entry<T>[] entries;
    /** Index behind the newest idle entry. */
    int top;
    /** The lowest that top has been since the last sweep: what lies below was not touched. */
    int low;
    /** Entries that this thread may hold: its share of T0's capacity. */
    int limit;
    /** Puts until the clock is read again. */
    int countdown;
    /** Not 0: there is no user, the owner takes the slow way; see {@link LocalGeneration}. Any thread sets bits. */
    int alarm;
    /** 1 while somebody is in it by the slow way. */
    int lock;
    /** Gets served here. Written by the owner, read by statistics. */
    long hits;
    /** Puts that took the slow way. */
    long puts;
    /** What was done here until the last step; the scheduler's. */
    long seenWork;

    @SuppressWarnings({"unchecked", "rawtypes"})
    LocalGenerationFields(int id, @Nullable Thread owner, int places) {
        this.id = id;
        this.owner = owner;
        this.objects = new Object[places];
        this.entries = new Entry[places];
    }
}
