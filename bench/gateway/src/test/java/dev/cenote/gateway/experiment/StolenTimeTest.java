package dev.cenote.gateway.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class StolenTimeTest {

    @Test
    void idleTime_isNotWanted_andGuestsAreCountedOnce() throws IOException {
        StolenTime then = StolenTime.parse("cpu  100 10 50 9000 40 1 2 30 7 7");
        assertThat(then).isEqualTo(new StolenTime(30, 193));
        StolenTime now = StolenTime.parse("cpu  150 10 75 9900 90 1 2 55 9 9");
        assertThat(now.shareSince(then)).isEqualTo(0.25);
        assertThat(then.shareSince(then)).isZero();
    }

    @Test
    void otherLines_areRefused() {
        assertThatThrownBy(() -> StolenTime.parse("cpu0 1 2 3 4 5 6 7 8 9 10")).isInstanceOf(IOException.class).hasMessageContaining("cpu0");
        assertThatThrownBy(() -> StolenTime.parse("cpu 1 2 3 4")).isInstanceOf(IOException.class);
    }

    @Test
    void thisSystem_tells() throws IOException {
        StolenTime now = StolenTime.now();
        assertThat(now.wanted()).isGreaterThanOrEqualTo(now.stolen()).isPositive();
    }
}
