package dev.cenote.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cenote.internal.JavaGrowth.Event;
import dev.cenote.internal.JavaGrowth.State;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Every cell of the growth table, and the mover.
 */
class JavaGrowthTest {

    /** The table once more, in the words of docs: "STATE EVENT NEXT". What is not listed leads nowhere. */
    private static final String[] MOVES = {
        "READY ADMIT GROWING", "READY FREEZE FROZEN", "READY CLOSE CLOSING",
        "GROWING DONE READY", "GROWING FREEZE G_FREEZING", "GROWING CLOSE G_CLOSING",
        "G_FREEZING DONE FROZEN", "G_FREEZING THAW GROWING", "G_FREEZING CLOSE G_CLOSING",
        "G_CLOSING DONE CLOSING", "FROZEN THAW READY", "FROZEN CLOSE CLOSING", "CLOSING DONE CLOSED"};

    /** How to reach each state. */
    private static final Map<State, Event[]> PATHS = Map.of(
        State.READY, new Event[0],
        State.GROWING, new Event[] {Event.ADMIT},
        State.G_FREEZING, new Event[] {Event.ADMIT, Event.FREEZE},
        State.G_CLOSING, new Event[] {Event.ADMIT, Event.CLOSE},
        State.FROZEN, new Event[] {Event.FREEZE},
        State.CLOSING, new Event[] {Event.CLOSE},
        State.CLOSED, new Event[] {Event.CLOSE, Event.DONE});

    private static JavaGrowth in(State state) {
        JavaGrowth growth = new JavaGrowth();
        for (Event event : PATHS.get(state)) {
            assertThat(growth.step(growth.state(), event)).isTrue();
        }
        assertThat(growth.state()).isEqualTo(state);
        return growth;
    }

    @Test
    void everyCell_isAsTheTableSays() {
        Map<String, State> moves = new HashMap<>();
        for (String move : MOVES) {
            String[] words = move.split(" ");
            moves.put(words[0] + " " + words[1], State.valueOf(words[2]));
        }
        for (State from : State.values()) {
            for (Event event : Event.values()) {
                State to = moves.get(from + " " + event);
                JavaGrowth growth = in(from);
                assertThat(JavaGrowth.next(from, event)).as("%s %s", from, event).isEqualTo(to);
                assertThat(growth.step(from, event)).isEqualTo(to != null);
                assertThat(growth.state()).isEqualTo(to != null ? to : from);
                assertThat(in(from).request(event)).isEqualTo(to != null);
            }
        }
    }

    @Test
    void step_fromAnotherStateThanTheCurrent_movesNothing() {
        for (State now : State.values()) {
            for (State claimed : State.values()) {
                if (claimed != now) {
                    for (Event event : Event.values()) {
                        JavaGrowth growth = in(now);
                        assertThat(growth.step(claimed, event)).isFalse();
                        assertThat(growth.state()).isEqualTo(now);
                    }
                }
            }
        }
    }

    @Test
    void admit_saysWhyNot() {
        assertThat(in(State.READY).admit()).isZero();
        assertThat(in(State.GROWING).admit()).isEqualTo(StoreCode.BUSY.value());
        assertThat(in(State.G_FREEZING).admit()).isEqualTo(StoreCode.BUSY.value());
        assertThat(in(State.FROZEN).admit()).isEqualTo(StoreCode.FROZEN.value());
        assertThat(in(State.G_CLOSING).admit()).isEqualTo(StoreCode.CLOSED.value());
        assertThat(in(State.CLOSING).admit()).isEqualTo(StoreCode.CLOSED.value());
        assertThat(in(State.CLOSED).admit()).isEqualTo(StoreCode.CLOSED.value());
    }

    @Test
    void requestsDuringGrowth_areRemembered() {
        JavaGrowth growth = in(State.GROWING);
        growth.request(Event.FREEZE);
        growth.leave();
        assertThat(growth.state()).isEqualTo(State.FROZEN);
        growth = in(State.GROWING);
        growth.request(Event.FREEZE);
        growth.request(Event.THAW);
        growth.leave();
        assertThat(growth.state()).isEqualTo(State.READY);
        growth = in(State.GROWING);
        growth.request(Event.FREEZE);
        growth.request(Event.CLOSE);
        assertThat(growth.isClosed()).isTrue();
        growth.leave();
        assertThat(growth.state()).isEqualTo(State.CLOSING);
    }

    @Test
    void oneThread_isAdmittedAtATime() throws Exception {
        JavaGrowth growth = new JavaGrowth();
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger admissions = new AtomicInteger();
        AtomicInteger together = new AtomicInteger();
        Thread[] threads = new Thread[4];
        for (int t = 0; t < threads.length; t++) {
            boolean freezer = t == 3;
            threads[t] = new Thread(() -> {
                for (int i = 0; i < 200_000; i++) {
                    if (freezer) {
                        growth.request(i % 2 == 0 ? Event.FREEZE : Event.THAW);
                    } else if (growth.admit() == 0) {
                        together.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        admissions.incrementAndGet();
                        inside.decrementAndGet();
                        growth.leave();
                    }
                }
            });
        }
        for (Thread thread : threads) {
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(together).hasValue(1);
        assertThat(admissions.get()).isPositive();
        growth.request(Event.THAW);
        assertThat(growth.state()).isEqualTo(State.READY);
    }
}
