package dev.cenote.gateway.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cenote.gateway.load.LoadResult;
import dev.cenote.gateway.server.ServerStatus;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VerdictTest {
    private static final LoadResult GOOD = load(1000, Map.of(), 0);
    private static final ServerStatus CLEAN = status(1000, 0, 0, 0, 0);

    private static LoadResult load(long requests, Map<String, Long> errors, double rate) {
        return new LoadResult("test", requests, 1, List.of(), errors, rate);
    }

    private static ServerStatus status(long released, long refused, long corrupt, long malformed, long outstanding) {
        return new ServerStatus(1000, 1000, 1, released, refused, corrupt, malformed, outstanding, -1, -1, 0);
    }

    @Test
    void cleanRun_hasNoFailures() {
        assertThat(Verdict.failures(GOOD, CLEAN)).isEmpty();
    }

    @Test
    void eachKindOfTrouble_isNamed() {
        assertThat(Verdict.failures(GOOD, status(1000, 0, 0, 0, 12))).singleElement().asString().contains("leak: 12");
        assertThat(Verdict.failures(GOOD, status(990, 0, 0, 0, 0))).singleElement().asString().contains("10 messages never released");
        assertThat(Verdict.failures(GOOD, status(1000, 3, 0, 0, 0))).singleElement().asString().contains("3 messages refused");
        assertThat(Verdict.failures(GOOD, status(1000, 0, 4, 0, 0))).singleElement().asString().contains("4 messages corrupted");
        assertThat(Verdict.failures(GOOD, status(1000, 0, 0, 5, 0))).singleElement().asString().contains("5 requests malformed");
        assertThat(Verdict.failures(load(1000, Map.of("timeout", 2L), 0), CLEAN)).singleElement().asString().contains("2 errors: timeout");
        assertThat(Verdict.failures(load(0, Map.of(), 0), CLEAN)).singleElement().asString().contains("no answer");
    }

    @Test
    void openLoopThatFellBehind_isOverloaded() {
        assertThat(Verdict.failures(load(980, Map.of(), 1000), CLEAN)).singleElement().asString().contains("overloaded");
        assertThat(Verdict.failures(load(995, Map.of(), 1000), CLEAN)).isEmpty();
    }
}
