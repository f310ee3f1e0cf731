package dev.cenote.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LifetimeTest {
    private static double[] millis(double slowShare, long seed) {
        Lifetime lifetime = new Lifetime(slowShare, seed);
        double[] millis = new double[100_000];
        Arrays.setAll(millis, i -> lifetime.nextNanos() / 1e6);
        return millis;
    }

    @Test
    void sameSeed_sameSequence() {
        assertThat(millis(0.1, 5)).isEqualTo(millis(0.1, 5)).isNotEqualTo(millis(0.1, 6));
    }

    @Test
    void theStatedShareIsSlow_withinTheStatedBounds() {
        double[] millis = millis(0.1, 1);
        double[] slow = Arrays.stream(millis).filter(m -> m >= 50).toArray();
        assertThat(slow.length / 100_000.0).isCloseTo(0.1, within(0.01));
        assertThat(Arrays.stream(slow).max().orElseThrow()).isLessThanOrEqualTo(200);
        // log-uniform: the median is the geometric middle of the bounds
        assertThat(Arrays.stream(slow).sorted().toArray()[slow.length / 2]).isCloseTo(100, within(3.0));
    }

    @Test
    void quickOnes_areLogNormalAroundOneMillisecond() {
        double[] sorted = Arrays.stream(millis(0, 1)).sorted().toArray();
        assertThat(sorted[50_000]).isCloseTo(1.0, within(0.02));
        assertThat(sorted[84_134]).isCloseTo(Math.exp(0.5), within(0.05)); // one sigma above
        assertThat(sorted[0]).isPositive();
    }

    @Test
    void allSlow_noneIsQuick() {
        assertThat(Arrays.stream(millis(1, 1)).min().orElseThrow()).isGreaterThanOrEqualTo(50);
    }

    @Test
    void badShare_throws() {
        assertThatThrownBy(() -> new Lifetime(1.1, 0)).hasMessageContaining("1.1");
        assertThatThrownBy(() -> new Lifetime(Double.NaN, 0)).hasMessageContaining("NaN");
    }

    @Test
    void describe_statesAllParameters() {
        assertThat(Lifetime.describe(0.1)).isEqualTo(
                "90 % log-normal with median 1 ms (sigma 0.5), 10 % log-uniform between 50 and 200 ms");
    }
}
