package dev.cenote.gateway.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class TideTest {

    @Test
    void flat_isEvenlySpaced() {
        Tide tide = Tide.parse("");
        double at = 0;
        for (int i = 0; i < 2500; i++) {
            at = tide.next(at, 1e6);
        }
        assertThat(at).isEqualTo(2500e6, within(1e3));
        assertThat(tide.sent(2.5)).isEqualTo(2.5);
    }

    @Test
    void everyPhase_getsItsShare() {
        Tide tide = Tide.parse("2x1,1x3,1x0.5");
        assertThat(tide.cycleSeconds()).isEqualTo(4);
        assertThat(tide.sent(4)).isEqualTo(5.5);
        assertThat(tide.sent(10.5)).isEqualTo(11 + 2 + 1.5);
        int[] seen = new int[12];
        for (double at = 0; at < 12e9 - 1; at = tide.next(at, 1e7)) {
            seen[(int) (at / 1e9)]++;
        }
        int[] want = {100, 100, 300, 50};
        for (int second = 0; second < seen.length; second++) {
            assertThat(seen[second]).isCloseTo(want[second % 4], within(2));
        }
    }

    @Test
    void opening_comesOnce() {
        Tide tide = Tide.parse("1x4,1x2|1x1,1x3");
        int[] seen = new int[8];
        for (double at = 0; at < 8e9 - 1; at = tide.next(at, 1e7)) {
            seen[(int) (at / 1e9)]++;
        }
        int[] want = {400, 200, 100, 300, 100, 300, 100, 300};
        for (int second = 0; second < seen.length; second++) {
            assertThat(seen[second]).isCloseTo(want[second], within(2));
            assertThat(tide.sent(second + 1) - tide.sent(second)).isEqualTo(want[second] / 100.0);
        }
        assertThat(tide.describe()).startsWith("once 1 s at 4 times");
    }

    @Test
    void badText_isRefusedWithWhatItMayBe() {
        assertThatThrownBy(() -> Tide.parse("4x1,3")).hasMessageContaining("'3'").hasMessageContaining("1.5x3");
        assertThatThrownBy(() -> Tide.parse("4x1|")).hasMessageContaining("''");
        assertThatThrownBy(() -> Tide.parse("1x1|2x1|3x1")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Tide.parse("ax1")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Tide.parse("1x0")).hasMessageContaining("positive");
        assertThatThrownBy(() -> Tide.parse("NaNx1")).hasMessageContaining("positive");
    }
}
