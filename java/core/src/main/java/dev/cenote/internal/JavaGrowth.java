package dev.cenote.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The growth state machine: one thread at a time is admitted to grow a store; freeze and close that arrive meanwhile are
 * remembered in the state and take effect when that thread leaves.
 * <p>The same table as {@code cn_grow.c}:
 * <pre>
 *             ADMIT    DONE     FREEZE     THAW     CLOSE
 * READY       GROWING  -        FROZEN     -        CLOSING
 * GROWING     -        READY    G_FREEZING -        G_CLOSING   (only the admitted thread leaves: DONE)
 * G_FREEZING  -        FROZEN   -          GROWING  G_CLOSING   (a request that came meanwhile is remembered)
 * G_CLOSING   -        CLOSING  -          -        -
 * FROZEN      -        -        -          READY    CLOSING
 * CLOSING     -        CLOSED   -          -        -           (DONE: the store's memory is back)
 * CLOSED      -        -        -          -        -
 * </pre>
 */
final class JavaGrowth {

    enum State { READY, GROWING, G_FREEZING, G_CLOSING, FROZEN, CLOSING, CLOSED }

    enum Event { ADMIT, DONE, FREEZE, THAW, CLOSE }

    private static final VarHandle STATE;
    private static final @Nullable State[][] NEXT = new State[State.values().length][Event.values().length];

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(JavaGrowth.class, "state", State.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
        on(State.READY, Event.ADMIT, State.GROWING);
        on(State.READY, Event.FREEZE, State.FROZEN);
        on(State.READY, Event.CLOSE, State.CLOSING);
        on(State.GROWING, Event.DONE, State.READY);
        on(State.GROWING, Event.FREEZE, State.G_FREEZING);
        on(State.GROWING, Event.CLOSE, State.G_CLOSING);
        on(State.G_FREEZING, Event.DONE, State.FROZEN);
        on(State.G_FREEZING, Event.THAW, State.GROWING);
        on(State.G_FREEZING, Event.CLOSE, State.G_CLOSING);
        on(State.G_CLOSING, Event.DONE, State.CLOSING);
        on(State.FROZEN, Event.THAW, State.READY);
        on(State.FROZEN, Event.CLOSE, State.CLOSING);
        on(State.CLOSING, Event.DONE, State.CLOSED);
    }

    private volatile State state = State.READY;

    private static void on(State from, Event event, State to) {
        NEXT[from.ordinal()][event.ordinal()] = to;
    }

    /** Where an event leads, or null when the state has no such move. */
    static @Nullable State next(State from, Event event) {
        return NEXT[from.ordinal()][event.ordinal()];
    }

    State state() {
        return state;
    }

    /**
     * The only writer of the state.
     *
     * @return false when another thread moved first, or no such move exists
     */
    boolean step(State from, Event event) {
        State to = next(from, event);
        /* volatile: acquires what the last grower published on the way in, releases what this one did on the way out */
        return to != null && STATE.compareAndSet(this, from, to);
    }

    /**
     * Asks to be the one that grows; tries once and never waits.
     *
     * @return 0: admitted, must call {@link #leave} on every path; else the code BUSY, FROZEN or CLOSED
     */
    int admit() {
        State seen = state;
        return switch (seen) {
            case READY -> step(seen, Event.ADMIT) ? 0 : StoreCode.BUSY.value();
            case GROWING, G_FREEZING -> StoreCode.BUSY.value();
            case FROZEN -> StoreCode.FROZEN.value();
            case G_CLOSING, CLOSING, CLOSED -> StoreCode.CLOSED.value();
        };
    }

    /** Ends what {@link #admit} began, whether memory was found or not. */
    void leave() {
        while (!step(state, Event.DONE)) {
            Thread.onSpinWait(); /* a request came in between; at most a few can */
        }
    }

    /**
     * Delivers FREEZE, THAW, CLOSE, or the DONE that ends CLOSING, however often other threads move meanwhile.
     *
     * @return false when the state has no such move
     */
    boolean request(Event event) {
        for (;;) {
            State seen = state;
            if (next(seen, event) == null) {
                return false;
            }
            if (step(seen, event)) {
                return true;
            }
        }
    }

    boolean isClosed() {
        State seen = state;
        return seen == State.G_CLOSING || seen == State.CLOSING || seen == State.CLOSED;
    }

    /** New memory may be prepared. */
    boolean isOpen() {
        State seen = state;
        return seen == State.READY || seen == State.GROWING;
    }
}
