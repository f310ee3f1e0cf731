package dev.cenote.flow;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The places of a {@link LocalGeneration}: below the top the idle objects, above it a window of those that were taken last. Beside
 * them the near entry. Only for whoever may work there; nothing here asks.
 *
 * @param <T> the kind of object
 */
abstract class LocalPlaces<T> extends LocalGenerationFields<T> {

    /** How many places above the top are looked at. */
    static final int WINDOW = 16;
    /** Bit of the state of an entry that lies here and whose time is known exactly. */
    static final int TIMED = 1 << 30;

    private static final VarHandle TOLD;

    static {
        try {
            TOLD = MethodHandles.lookup().findVarHandle(LocalPlaces.class, "told", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int most;
    /** Where the window takes what does not fit at the top. */
    private int rotor;
    /** The period in which it was swept last by an owner at work. */
    private int sweptPeriod = -1;
    /** The hits that the scheduler was told of. */
    @SuppressWarnings("unused")
    private long told;

    /** @param capacity how many idle objects there may be at most */
    LocalPlaces(int id, @Nullable Thread owner, int capacity) {
        super(id, owner, WINDOW);
        this.most = capacity + WINDOW;
    }

    /** What stands at a place, if there is one, stands there no more. */
    final void letGo(int place) {
        if (place >= 0) {
            objects[place] = null;
            entries[place] = null;
        }
    }

    /** Where an object stands among those taken last, or -1. */
    final int search(Object object) {
        int end = Math.min(top + WINDOW, objects.length);
        for (int i = top; i < end; i++) {
            if (objects[i] == object) {
                return i;
            }
        }
        return -1;
    }

    /** Lays an entry on top; what stood there takes its place, if it had one. There is room. */
    final void settle(Entry<T> entry, T object, int place) {
        if (place >= 0) {
            objects[place] = objects[top];
            entries[place] = entries[top];
        }
        objects[top] = object;
        entries[top] = entry;
        entry.state = entry.weight != 0 ? id | TIMED : id;
        TOP.setOpaque(this, top + 1);
    }

    /** Makes an entry, which was just taken from the top, the near one. There was none. */
    final void adopt(Entry<T> entry, T object, boolean isPlain) {
        letGo(top);
        near = entry;
        nearObject = object;
        nearPlain = isPlain ? object : NOT_PLAIN;
        nearUntil = hits + countdown;
        limit--; /* it keeps its place */
    }

    /** Lays the near entry, if there is one, among the others: on top if it is idle. One that was taken keeps no place here. */
    final void unite() {
        T object = nearObject;
        if (object == null) {
            return;
        }
        Entry<T> entry = near;
        near = Entry.none();
        nearObject = null;
        nearPlain = NOT_PLAIN;
        countdown = (int) Math.min(countdown, Math.max(0, nearUntil - hits));
        limit++;
        if (isHere(entry)) {
            settle(entry, object, -1);
        }
    }

    /** The near entry, which is out, is put like any other: it will be found where those stand that were taken last. */
    final void setDown() {
        Entry<T> entry = near;
        T object = nearObject;
        unite();
        if (object != null && entry.state == Entry.TAKEN) {
            note(entry, object);
        }
    }

    /** Makes the arrays at least so long. */
    final void reach(int length) {
        if (length > objects.length) {
            int larger = Math.max(length, Math.min(2 * objects.length, most));
            objects = Arrays.copyOf(objects, larger);
            entries = Arrays.copyOf(entries, larger);
        }
    }

    /** Whether an entry lies here as far as it knows itself: misuse may bring one to two places. */
    final boolean isHere(Entry<T> entry) {
        return (entry.state & ~TIMED) == id;
    }

    /** Takes places [from, to) out; what lies above moves down, the window too. */
    final void close(int from, int to) {
        int end = Math.min(top + WINDOW, objects.length);
        System.arraycopy(objects, to, objects, from, end - to);
        System.arraycopy(entries, to, entries, from, end - to);
        int newEnd = end - (to - from);
        Arrays.fill(objects, newEnd, objects.length, null);
        Arrays.fill(entries, newEnd, entries.length, null);
        TOP.setOpaque(this, top - (to - from));
    }

    /** An object was taken that did not lie here. */
    final void note(Entry<T> entry, T object) {
        reach(top + WINDOW);
        int place = top;
        if (objects[place] != null) { /* taken and not yet back: put it aside */
            int aside = place + 1 + (rotor++ & 7);
            objects[aside] = objects[place];
            entries[aside] = entries[place];
        }
        objects[place] = object;
        entries[place] = entry;
    }

    /** The hits since the last call. */
    final long takeUntold() {
        long since = hits - (long) TOLD.getOpaque(this);
        TOLD.setOpaque(this, hits);
        return since;
    }

    /** Whether it was not asked in this period before. */
    final boolean isFirstSweepOf(int period) {
        boolean isFirst = sweptPeriod != period;
        sweptPeriod = period;
        return isFirst;
    }

    /** Lets go of what was taken. */
    final void forget() {
        Arrays.fill(objects, top, objects.length, null);
        Arrays.fill(entries, top, entries.length, null);
    }

    // What others ask.

    /** Whether anything happened since the last call. Racy: one step late is early enough. */
    final boolean hasWorked() {
        int work = work();
        boolean worked = work != seenWork;
        seenWork = work;
        return worked;
    }

    /** Another number after each get, and after each put but that of the near entry, which a get went before. */
    final int work() {
        return (int) (long) HITS.getOpaque(this) + puts + (countdown << 20);
    }

    /** Whether it was swept after a time, by the pool's clock. Racy: once too often is no harm. */
    final boolean hasSweptSince(long nanos) {
        return lastSweep - nanos > 0;
    }

    /** How much of T0's capacity it keeps for itself. Racy. */
    final int share() {
        return nearObject == null ? limit : limit + 1; /* the near one's place */
    }

    /** Entries in it, about. */
    final int size() {
        return (int) TOP.getOpaque(this) + (nearObject != null && isHere(near) ? 1 : 0);
    }

    final long hits() {
        return (long) HITS.getOpaque(this);
    }

    /** Hits that {@link #takeUntold} did not tell yet. Racy: some may be missing while it does. */
    final long untold() {
        return Math.max(0, hits() - (long) TOLD.getOpaque(this));
    }

    /** While the owner is away: what lies here is here, and the share is not exceeded. */
    final boolean isValid() {
        boolean valid = nearObject == null ? near == Entry.<T>none() : near.refersTo(nearObject);
        valid &= 0 <= low && low <= top && top <= limit && limit <= objects.length && objects.length == entries.length;
        for (int i = 0; valid && i < top; i++) {
            Entry<T> entry = entries[i];
            valid = entry != null && isHere(entry) && entry.get() == objects[i];
        }
        return valid;
    }
}
