package dev.cenote.bench.drive;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class VerdictTest {

    @Test
    void atMost_onTheLimit_isReached() {
        Verdict verdict = Verdict.atMost("row", "<= 3 ns", OptionalDouble.of(3), 3, "ns");
        assertThat(verdict.outcome()).isEqualTo(Verdict.Outcome.REACHED);
        assertThat(verdict.measured()).isEqualTo("3.00 ns");
    }

    @Test
    void atMost_above_tellsByHowManyPercent() {
        Verdict verdict = Verdict.atMost("row", "<= 3 ns", OptionalDouble.of(3.75), 3, "ns");
        assertThat(verdict.outcome()).isEqualTo(Verdict.Outcome.SHORT);
        assertThat(verdict.word()).isEqualTo("short by 25.0 %");
    }

    @Test
    void atLeast_below_tellsByHowManyPercent() {
        Verdict verdict = Verdict.atLeast("row", ">= 4x", OptionalDouble.of(3), 4, "netty-pooled");
        assertThat(verdict.outcome()).isEqualTo(Verdict.Outcome.SHORT);
        assertThat(verdict.word()).isEqualTo("short by 25.0 %");
        assertThat(verdict.measured()).isEqualTo("3.00x (netty-pooled)");
    }

    @Test
    void nothingMeasured_isNeitherReachedNorShort() {
        assertThat(Verdict.atMost("row", "", OptionalDouble.empty(), 1, "ns").outcome())
                .isEqualTo(Verdict.Outcome.NOT_MEASURED);
        assertThat(Verdict.atLeast("row", "", OptionalDouble.empty(), 1, "").outcome())
                .isEqualTo(Verdict.Outcome.NOT_MEASURED);
    }

    @Test
    void number_showsThreeFigures() {
        assertThat(Verdict.number(0)).isEqualTo("0");
        assertThat(Verdict.number(0.0001)).isEqualTo("0.0001");
        assertThat(Verdict.number(1.234)).isEqualTo("1.23");
        assertThat(Verdict.number(12.34)).isEqualTo("12.3");
        assertThat(Verdict.number(1234)).isEqualTo("1234");
        assertThat(Verdict.number(123_456)).isEqualTo("123k");
    }
}
