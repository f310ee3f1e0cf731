package dev.cenote.flow;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The places of a {@link LocalGeneration}: below the top the idle objects, above it a window of those that were taken last. Only for
 * whoever may work there; nothing here asks.
 *
 * @param <T> the kind of object
 */
abstract class LocalPlaces<T> extends LocalGenerationFields<T> {

    /** How many places above the top are looked at. */
    static final int WINDOW = 16;
    /** Bit of the state of an entry that lies here and whose time is known exactly. */
    static final int TIMED = 1 << 30;

    private final int most;
    /** Where the window takes what does not fit at the top. */
    private int rotor;

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

    /** Lets go of what was taken. */
    final void forget() {
        Arrays.fill(objects, top, objects.length, null);
        Arrays.fill(entries, top, entries.length, null);
    }
}
