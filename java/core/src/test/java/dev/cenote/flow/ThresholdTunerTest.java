package dev.cenote.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cenote.flow.ThresholdTuner.State;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ThresholdTunerTest {

    private static final double EXACT = 1e-12;

    @ParameterizedTest
    @CsvSource({
        /* the six cells, each with its edges: the drop must exceed 0.15 to raise, 0.05 itself holds, the variance must exceed 0.8 */
        "0.0, 0.1501, ACCELERATE", "0.8, 0.5, ACCELERATE", "0.3, 1.0, ACCELERATE",
        "0.81, 0.1501, ACCELERATE", "1.0, 1.0, ACCELERATE",
        "0.0, 0.15, HOLD", "0.8, 0.05, HOLD", "0.4, 0.1, HOLD",
        "0.81, 0.15, HOLD", "1.0, 0.05, HOLD",
        "0.0, 0.0499, HOLD", "0.8, 0.0, HOLD", "0.8, -1.0, HOLD", "0.0, -50, HOLD",
        "0.8001, 0.0499, RETREAT", "1.0, 0.0, RETREAT", "0.9, -3.0, RETREAT",
        "NaN, 0.5, HOLD", "0.9, NaN, HOLD", "NaN, NaN, HOLD"})
    void everyCellOfTheTable(double variance, double drop, State want) {
        assertThat(ThresholdTuner.decide(variance, drop)).isEqualTo(want);
    }

    @ParameterizedTest
    @EnumSource(State.class)
    void everyStateFollowsEveryState(State first) {
        for (State second : State.values()) {
            ThresholdTuner tuner = new ThresholdTuner();
            assertThat(into(tuner, first)).isEqualTo(first);
            assertThat(into(tuner, second)).isEqualTo(second);
            assertThat(tuner.state()).isEqualTo(second);
        }
    }

    private static State into(ThresholdTuner tuner, State state) {
        return switch (state) {
            case ACCELERATE -> tuner.step(0.5, 0.5);
            case HOLD -> tuner.step(0.5, 0.1);
            case RETREAT -> tuner.step(0.9, 0);
        };
    }

    @Test
    void health_isTheProductWithinItsBounds() {
        assertThat(ThresholdTuner.health(0.6, 0.5)).isEqualTo(0.3, within(EXACT));
        assertThat(ThresholdTuner.health(1, 1)).isEqualTo(0.5);
        assertThat(ThresholdTuner.health(0, 1)).isEqualTo(0.01);
        assertThat(ThresholdTuner.health(1, -1)).isEqualTo(0.01);
        assertThat(ThresholdTuner.health(Double.NaN, 1)).isEqualTo(0.01);
    }

    @Test
    void accelerate_movesThreeTenthsOfTheWayUp() {
        ThresholdTuner tuner = new ThresholdTuner(0.1);
        tuner.step(0.8, 0.5);
        assertThat(tuner.health()).isEqualTo(0.4, within(EXACT));
        assertThat(tuner.threshold()).isEqualTo(0.7 * 0.1 + 0.3 * 0.4, within(EXACT));
    }

    @Test
    void accelerate_neverLowers() {
        ThresholdTuner tuner = new ThresholdTuner(0.4);
        assertThat(tuner.step(0.1, 0.2)).isEqualTo(State.ACCELERATE);
        assertThat(tuner.threshold()).isEqualTo(0.4);
    }

    @Test
    void retreat_movesThreeTenthsOfTheWayDown() {
        ThresholdTuner tuner = new ThresholdTuner(0.4);
        tuner.step(0.9, -0.2);
        assertThat(tuner.threshold()).isEqualTo(0.7 * 0.4 + 0.3 * 0.01, within(EXACT));
    }

    @Test
    void retreat_neverRaises() {
        ThresholdTuner tuner = new ThresholdTuner(0.01);
        assertThat(tuner.step(1, 0.04)).isEqualTo(State.RETREAT); /* health 0.04 lies above the threshold */
        assertThat(tuner.threshold()).isEqualTo(0.01);
    }

    @Test
    void hold_leavesTheThresholdAlone() {
        ThresholdTuner tuner = new ThresholdTuner(0.2);
        tuner.step(1, 0.1);
        tuner.step(0, -1);
        tuner.step(Double.NaN, Double.NaN);
        assertThat(tuner.threshold()).isEqualTo(0.2);
    }

    @Test
    void threshold_staysWithinTheBoundsOfHealth() {
        ThresholdTuner tuner = new ThresholdTuner();
        for (int i = 0; i < 200; i++) {
            tuner.step(1, 1);
        }
        assertThat(tuner.threshold()).isEqualTo(0.5, within(1e-6));
        for (int i = 0; i < 200; i++) {
            tuner.step(1, -1);
        }
        assertThat(tuner.threshold()).isEqualTo(0.01, within(1e-6));
    }

    @Test
    void drop_isRelativeToTheMissesBefore() {
        assertThat(ThresholdTuner.drop(0.4, 0.3)).isEqualTo(0.25, within(EXACT));
        assertThat(ThresholdTuner.drop(0.4, 0)).isEqualTo(1);
        assertThat(ThresholdTuner.drop(0.1, 0.3)).isEqualTo(-2, within(EXACT));
        assertThat(ThresholdTuner.drop(0, 0)).isZero();
        assertThat(ThresholdTuner.drop(0, 0.2)).isEqualTo(-1);
        assertThat(ThresholdTuner.drop(Double.NaN, 0.2)).isNaN();
        assertThat(ThresholdTuner.drop(0.2, Double.NaN)).isNaN();
    }

    @Test
    void badStart_isRefused() {
        assertThatThrownBy(() -> new ThresholdTuner(0)).hasMessageContaining("0.01");
        assertThatThrownBy(() -> new ThresholdTuner(0.6)).hasMessageContaining("0.5");
        assertThatThrownBy(() -> new ThresholdTuner(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }
}
