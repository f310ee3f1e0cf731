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
 * Whose a part is, and who else wants to work there: read by others too, who look whether it is theirs; so it has a line pair of its own.
 */
abstract class LocalGenerationUser extends LocalGenerationPad {
    static final VarHandle USER;
    static final VarHandle ALARM;
    static final VarHandle LOCK;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            USER = lookup.findVarHandle(LocalGenerationUser.class, "user", Thread.class);
            ALARM = lookup.findVarHandle(LocalGenerationUser.class, "alarm", int.class);
            LOCK = lookup.findVarHandle(LocalGenerationUser.class, "lock", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The owner while it may work by itself, else null. */
    @Nullable Thread user;
    final int id;
    /** Not 0: there is no user, the owner takes the slow way; see {@link LocalGeneration}. Any thread sets bits. */
    int alarm;
    /** 1 while somebody is in it by the slow way. */
    int lock;

    LocalGenerationUser(int id) {
        this.id = id;
    }
}

/**
 * Keeps what only the owner writes apart from what others read.
 */
@SuppressWarnings("unused")
abstract class LocalGenerationGap extends LocalGenerationUser {
    private long g00, g01, g02, g03, g04, g05, g06, g07, g08, g09, g10, g11, g12, g13, g14, g15;

    LocalGenerationGap(int id) {
        super(id);
    }
}

/**
 * The hot fields of {@link LocalGeneration}, between the paddings; a test checks the layout. With what the scheduler looks at in each
 * step they take as much as a cache line has.
 *
 * @param <T> the kind of object
 */
abstract class LocalGenerationFields<T> extends LocalGenerationGap {
    static final Object NOT_PLAIN = new Object();
    static final VarHandle HITS;
    static final VarHandle TOP;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            HITS = lookup.findVarHandle(LocalGenerationFields.class, "hits", long.class);
            TOP = lookup.findVarHandle(LocalGenerationFields.class, "top", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final @Nullable Thread owner;
    /** The near entry and its object: one that is taken and put again and again needs no place. If there is none, one that is gone. */
    Entry<T> near = Entry.none();
    @Nullable T nearObject;
    /** The object once more if the default tag's puts go to T0, else one that nobody puts: so most puts need not ask where their tag goes. */
    Object nearPlain = NOT_PLAIN;
    /** How many hits there may be before the near one lies down among the others, and its next put looks at the clock. */
    long nearUntil;
    /** What stands at [0, top) is idle and here; from top on it was taken, by whomever. The same length, more than limit. */
    @Nullable Object[] objects;
    @Nullable Entry<T>[] entries;
    /** Index behind the newest idle entry. */
    int top;
    /** The lowest that top has been since the last sweep: what lies below was not touched. */
    int low;
    /** Entries that may lie below the top: the thread's share of T0's capacity, less one for the near entry if there is one. */
    int limit;
    /** Puts until the clock is read again. */
    int countdown;
    /** Puts that took the slow way; it may overflow. */
    int puts;
    /** Gets served here. Written by the owner, read by statistics. */
    long hits;
    /** What was done here until the last step; the scheduler's. */
    int seenWork;
    /** When it was swept last, by whomever. */
    long lastSweep;

    @SuppressWarnings({"unchecked", "rawtypes"})
    LocalGenerationFields(int id, @Nullable Thread owner, int places) {
        super(id);
        this.owner = owner;
        this.objects = new Object[places];
        this.entries = new Entry[places];
    }
}
