package dev.cenote.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class GradientWindowTest {

    private static double varianceOf(double... values) {
        GradientWindow window = new GradientWindow();
        for (double value : values) {
            window.add(value);
        }
        return window.variance();
    }

    @Test
    void fewValues_tellNothing() {
        assertThat(varianceOf()).isNaN();
        assertThat(varianceOf(1, 2, 3)).isNaN();
        assertThat(varianceOf(1, 2, Double.NaN, 3)).isNaN();
    }

    @Test
    void steadyValuesAndEvenGrowth_haveNone() {
        assertThat(varianceOf(5, 5, 5, 5, 5)).isZero();
        assertThat(varianceOf(1, 2, 4, 8, 16)).isEqualTo(0, within(1e-12));
        assertThat(varianceOf(0, 0, 0, 0)).isZero();
    }

    @Test
    void swingsBetweenNothingAndMuch_haveAllOfIt() {
        assertThat(varianceOf(0, 9, 0, 9, 0, 9, 0, 9, 0)).isEqualTo(1, within(1e-12));
        assertThat(varianceOf(1, 2, 1, 2, 1)).isEqualTo(0.25, within(1e-12));
    }

    @Test
    void oldSwings_areForgotten() {
        assertThat(varianceOf(0, 9, 0, 9, 0, 9, 9, 9, 9, 9, 9, 9, 9, 9)).isZero();
    }
}
