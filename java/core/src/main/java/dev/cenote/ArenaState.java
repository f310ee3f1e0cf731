package dev.cenote;

import org.jspecify.annotations.Nullable;

/**
 * The states of an arena and their one table; {@link ArenaRegion#step} is the one mover. {@code docs/states.md} draws it.
 *
 * <pre>
 *           CLOSE    DONE
 * OPEN      CLOSING  -        (by the owner, by anybody of a shared arena, by the sweep after the owner's death)
 * CLOSING   -        CLOSED   (its last chunk is back; at once, or when the last thread inside has left)
 * CLOSED    -        -
 * </pre>
 */
enum ArenaState {

    OPEN, CLOSING, CLOSED;

    /** What moves an arena on. */
    enum Event { CLOSE, DONE }

    private static final @Nullable ArenaState[][] NEXT = {
        {CLOSING, null},
        {null, CLOSED},
        {null, null},
    };

    /** {@return the state after an event; null: there is no such move} */
    @Nullable ArenaState after(Event event) {
        return NEXT[ordinal()][event.ordinal()];
    }
}
