package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Every cell of the arena's table, and its one mover.
 */
class ArenaStateTest {

    private static final List<String> MOVES = List.of("OPEN CLOSE CLOSING", "CLOSING DONE CLOSED");

    @Test
    void everyCell_isAsDocumented() {
        for (ArenaState from : ArenaState.values()) {
            for (ArenaState.Event event : ArenaState.Event.values()) {
                ArenaState to = from.after(event);
                String move = from + " " + event + " " + to;
                assertThat(MOVES.contains(move)).as(move).isEqualTo(to != null);
            }
        }
    }

    @Test
    void step_movesOnce_andOnlyFromWhereItIs() {
        for (ArenaState from : ArenaState.values()) {
            for (ArenaState.Event event : ArenaState.Event.values()) {
                SharedRegion region = TestArenas.builder(ArenaKind.SHARED).buildRegion();
                assertThat(region.step(from, event)).as(from + " " + event)
                    .isEqualTo(from == ArenaState.OPEN && event == ArenaState.Event.CLOSE);
                assertThat(region.step(ArenaState.OPEN, ArenaState.Event.CLOSE)).as("a second close").isEqualTo(
                    !(from == ArenaState.OPEN && event == ArenaState.Event.CLOSE));
                assertThat(region.step(ArenaState.CLOSING, ArenaState.Event.DONE)).isTrue();
                assertThat(region.state()).isEqualTo(ArenaState.CLOSED);
                for (ArenaState.Event last : ArenaState.Event.values()) {
                    assertThat(region.step(ArenaState.CLOSED, last)).isFalse();
                }
            }
        }
    }
}
