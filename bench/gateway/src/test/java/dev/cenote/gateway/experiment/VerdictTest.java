package dev.cenote.gateway.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cenote.gateway.load.LoadResult;
import dev.cenote.gateway.pool.ContextPools;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VerdictTest {

    /** Of ten seconds and 1000 gets. */
    private static ContextResult result(ContextPools kind, int misses, int pauses, double cpuMicros, double held) {
        return result(kind, misses, pauses, cpuMicros, 0, held);
    }

    private static ContextResult result(ContextPools kind, int misses, int pauses, double cpuMicros, double stolen, double held) {
        LoadResult load = new LoadResult("test", 1000, 10, List.of(), Map.of(), 100);
        return new ContextResult(kind.id(), 0, load, Collections.nCopies(pauses, 5.0), 1 << 20, cpuMicros, stolen, 1000, misses, held, (long) held, 0, 40,
            List.of(), List.of(), 0, 10, List.of());
    }

    private static String verdict(ContextResult... results) {
        return Verdict.of("Load", Figures.rows(List.of(results)), Map.of()).get(0);
    }

    @Test
    void fewPausesAndNoTimeSaved_doNotPay() {
        assertThat(verdict(result(ContextPools.NONE, 1000, 10, 100, 0), result(ContextPools.GENERATIONAL, 10, 1, 98, 50)))
            .contains("pauses took 0.5 %").contains("-90 %").contains("does not pay");
    }

    @Test
    void noPausesAtAll_leaveNothingToSave() {
        assertThat(verdict(result(ContextPools.NONE, 1000, 0, 100, 0), result(ContextPools.GENERATIONAL, 10, 0, 98, 50)))
            .contains("by nothing").contains("does not pay").doesNotContain("NaN");
    }

    @Test
    void manyPausesSaved_pay() {
        assertThat(verdict(result(ContextPools.NONE, 1000, 100, 100, 0), result(ContextPools.GENERATIONAL, 10, 10, 98, 50)))
            .contains("pauses took 5.0 %").contains("Here a pool pays");
    }

    @Test
    void runsThatTheHostDisturbed_areCounted() {
        List<ContextResult> results = List.of(result(ContextPools.NONE, 1000, 10, 100, 0.04, 0), result(ContextPools.EMPTIED, 600, 10, 100, 0.06, 20),
            result(ContextPools.GENERATIONAL, 10, 1, 98, 0.5, 50));
        assertThat(Verdict.of("Load", Figures.rows(results), Map.of()).get(0)).contains("disturbed", "in 2 of 3 runs", "more than 5 %");
        assertThat(Verdict.of("Load", Figures.rows(results.subList(0, 1)), Map.of())).noneMatch(text -> text.contains("disturbed"));
        assertThat(Figures.STOLEN.text(Figures.rows(results).get(2))).isEqualTo("50.0");
    }

    @Test
    void equalHits_speakForTheSimplerPool() {
        assertThat(verdict(result(ContextPools.EMPTIED, 12, 10, 100, 20), result(ContextPools.GENERATIONAL, 10, 10, 98, 50))).contains("as good here");
        assertThat(verdict(result(ContextPools.EMPTIED, 600, 10, 100, 20), result(ContextPools.GENERATIONAL, 10, 10, 98, 50)))
            .contains("+59.0 points").contains("lets go");
    }

    @Test
    void whatPoolsThatKeepAllLeaveOfThePauses_isTheFloor() {
        List<String> said = Verdict.of("Load", Figures.rows(List.of(result(ContextPools.EMPTIED, 600, 100, 100, 20), result(ContextPools.QUEUE, 0, 20, 98, 80),
            result(ContextPools.RECYCLER, 0, 25, 98, 80), result(ContextPools.GENERATIONAL, 10, 28, 98, 50))), Map.of());
        assertThat(said).filteredOn(text -> text.contains("lets go of nothing")).singleElement().asString()
            .contains("queue", "hits 100.0 %", "100 ms in 20 collections, -80 %", "140 ms in 28, 90 % of what a pool can save");
        assertThat(Verdict.of("Load", Figures.rows(List.of(result(ContextPools.EMPTIED, 600, 100, 100, 20), result(ContextPools.GENERATIONAL, 10, 28, 98, 50))),
            Map.of())).noneMatch(text -> text.contains("lets go of nothing"));
        assertThat(Verdict.of("Load", Figures.rows(List.of(result(ContextPools.EMPTIED, 600, 100, 100, 20), result(ContextPools.QUEUE, 0, 20, 98, 80),
            result(ContextPools.STORMPOT, 0, 10, 98, 80), result(ContextPools.GENERATIONAL, 10, 28, 98, 50))), Map.of()))
            .as("the one that paused least").anyMatch(text -> text.contains("stormpot lets go of nothing"));
    }

    @Test
    void goals_compareHeldOnlyWithWhatWasRun() {
        List<Goals.Goal> goals = Goals.of(Figures.rows(List.of(result(ContextPools.EMPTIED, 600, 100, 100, 20), result(ContextPools.QUEUE, 1, 9, 98, 80),
            result(ContextPools.GENERATIONAL, 10, 10, 98, 50))));
        assertThat(goals).filteredOn(goal -> goal.what().startsWith("entries held, mean")).singleElement()
            .satisfies(goal -> assertThat(goal.reached()).isTrue());
        assertThat(goals).filteredOn(goal -> goal.what().startsWith("total GC pause")).singleElement()
            .satisfies(goal -> assertThat(goal.reached()).isTrue());
        assertThat(goals).filteredOn(goal -> goal.what().startsWith("heap allocation")).singleElement()
            .satisfies(goal -> assertThat(goal.reached()).isFalse());
    }
}
