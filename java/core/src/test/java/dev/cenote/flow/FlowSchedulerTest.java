package dev.cenote.flow;

import static dev.cenote.flow.ScriptedPool.MILLI;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cenote.flow.FlowDecision.Action;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The scheduler by hand: own clock, own collections, a pool that follows a script. */
class FlowSchedulerTest {

    private long clock = 5_000 * MILLI;
    private long cycles;
    private boolean gcKnown = true;
    private boolean gcOpen;
    private long allocated;
    private final List<FlowDecision> decisions = new ArrayList<>();
    private final List<FlowStep> steps = new ArrayList<>();

    private final GcSource gc = new GcSource() {
        @Override
        public void open() {
            gcOpen = true;
        }

        @Override
        public GcReading read() {
            return gcKnown ? new GcReading(cycles, cycles * 2 * MILLI, allocated, "G1 Evacuation Pause")
                : new GcReading(GcReading.UNKNOWN, GcReading.UNKNOWN, GcReading.UNKNOWN, "");
        }

        @Override
        public void close() {
            gcOpen = false;
        }
    };

    private final FlowListener ears = new FlowListener() {
        @Override
        public void onDecision(FlowDecision decision) {
            decisions.add(decision);
        }

        @Override
        public void onStep(FlowStep step) {
            steps.add(step);
        }
    };

    private final FlowScheduler scheduler = by(FlowScheduler.builder().threshold(0.25));
    private final ScriptedPool pool = new ScriptedPool("orders");

    private FlowScheduler by(FlowSchedulerBuilder builder) {
        FlowScheduler built = builder.clock(() -> clock).gcSource(gc).stopped().build();
        built.addListener(ears);
        return built;
    }

    private void step(int times) {
        for (int i = 0; i < times; i++) {
            scheduler.step();
            clock += 500 * MILLI;
        }
    }

    /** As the background thread does. */
    private void stepDue(int times) {
        for (int i = 0; i < times; i++) {
            scheduler.stepDue();
            clock += 500 * MILLI;
        }
    }

    @Test
    void poolThatNobodyUses_isSteppedSeldom_butAlwaysByHand() {
        pool.hits = 0;
        scheduler.join(pool);
        stepDue(FlowScheduler.STEPS_TO_REST);
        assertThat(pool.times).hasSize(FlowScheduler.STEPS_TO_REST);
        stepDue(FlowScheduler.STEPS_AT_REST);
        assertThat(pool.times).hasSize(FlowScheduler.STEPS_TO_REST + 1);
        step(3);
        assertThat(pool.times).hasSize(FlowScheduler.STEPS_TO_REST + 4);
        pool.pulse.beat();
        stepDue(5);
        assertThat(pool.times).hasSize(FlowScheduler.STEPS_TO_REST + 9);
        assertThat(steps).hasSize(FlowScheduler.STEPS_TO_REST + FlowScheduler.STEPS_AT_REST + 8)
            .allSatisfy(step -> assertThat(step.pools()).isEqualTo(1));
    }

    @Test
    void poolInUse_isSteppedEachTime() {
        scheduler.join(pool);
        stepDue(3 * FlowScheduler.STEPS_AT_REST);
        assertThat(pool.times).hasSize(3 * FlowScheduler.STEPS_AT_REST);
    }

    @Test
    void poolAtRest_hearsOfCollectionsAtItsNextStep() {
        pool.hits = 0;
        scheduler.join(pool);
        stepDue(FlowScheduler.STEPS_TO_REST);
        cycles++;
        stepDue(1);
        assertThat(pool.calls).doesNotContain("age");
        stepDue(FlowScheduler.STEPS_AT_REST);
        assertThat(pool.calls).containsOnlyOnce("age");
    }

    @Test
    void classPastTheThreshold_movesUpAndItsEntriesWithIt() {
        pool.residence("auth", 0, 20, 3);
        scheduler.join(pool);
        step(1);
        assertThat(pool.calls).containsSubsequence("route auth 1", "promote auth 0 1");
        FlowDecision decision = decisions.get(0);
        assertThat(decision.action()).isEqualTo(Action.PROMOTE);
        assertThat(decision.pool()).isEqualTo("orders");
        assertThat(decision.tag()).isEqualTo("auth");
        assertThat(decision.from()).isZero();
        assertThat(decision.to()).isEqualTo(1);
        assertThat(decision.entries()).isEqualTo(3);
        assertThat(decision.inputs().threshold()).isEqualTo(0.25);
        assertThat(decision.inputs().meanResidenceNanos()).isEqualTo(3e6);
        assertThat(decision.inputs().samples()).isEqualTo(20);
        assertThat(decision.inputs().entropyBits()).isZero();
        assertThat(decision.reason()).contains("3.0 ms in T0", "2.5 ms");
    }

    @Test
    void classBelowTheThreshold_stays() {
        pool.residence("auth", 0, 20, 2.4);
        scheduler.join(pool);
        step(30);
        assertThat(decisions).isEmpty();
        assertThat(pool.tag("auth").route()).isZero();
        assertThat(pool.looks).containsExactly("auth"); /* in the first step, before the pool knew the bounds */
    }

    @Test
    void fewResidenceTimes_decideNothingUntilTheWindowHoldsEnough() {
        pool.residence("auth", 0, 1, 9);
        scheduler.join(pool);
        step(PoolFlow.STEPS_PER_PANE * TagTimes.PANES - 1);
        assertThat(decisions).isEmpty();
        step(1); /* 16 in the window now */
        assertThat(decisions).extracting(FlowDecision::action).containsExactly(Action.PROMOTE);
    }

    @Test
    void whatLeftTheWindow_countsNoMore() {
        pool.residence("auth", 0, 15, 9);
        scheduler.join(pool);
        step(1);
        pool.silence().residence("other", 0, 100, 0.1);
        step(PoolFlow.STEPS_PER_PANE * TagTimes.PANES);
        pool.residence("auth", 0, 15, 9);
        step(1);
        assertThat(decisions).isEmpty();
    }

    @Test
    void tagInThePlaceOfAForgottenOne_beginsAnew() {
        pool.residence("auth", 0, 15, 9);
        scheduler.join(pool);
        step(1);
        pool.silence();
        pool.loseTags();
        pool.residence("late", 0, 1, 9);
        step(1);
        assertThat(pool.tag("late").index()).isEqualTo(1);
        assertThat(decisions).isEmpty();
    }

    @Test
    void classMovesOnThroughAllGenerationsAndStaysInTheLast() {
        pool.residence("auth", 0, 20, 9);
        scheduler.join(pool);
        step(1);
        pool.residence("auth", 1, 20, 900);
        step(1);
        pool.silence().residence("auth", 2, 20, 60_000);
        step(20);
        assertThat(decisions).extracting(FlowDecision::action).containsExactly(Action.PROMOTE, Action.PROMOTE);
        assertThat(pool.tag("auth").route()).isEqualTo(2);
    }

    @Test
    void widelySpreadClass_mustPassFourTimesRunning() {
        double[] wide = new double[32];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = 0.002 * Math.pow(2, i / 2.0); /* half an octave apart: 5 bits */
        }
        pool.residence("auth", 0, 2, wide);
        scheduler.join(pool);
        step(3);
        assertThat(decisions).extracting(FlowDecision::action).containsExactly(Action.HOLD_BACK);
        assertThat(decisions.get(0).inputs().entropyBits()).isEqualTo(5);
        assertThat(pool.tag("auth").route()).isZero();
        step(1);
        assertThat(decisions).extracting(FlowDecision::action).containsExactly(Action.HOLD_BACK, Action.PROMOTE);
    }

    @Test
    void classThatWouldNotFit_isHeldBackAndThatIsSaidOnce() {
        pool.tag("auth").setRoute(1);
        scheduler.join(pool);
        step(1);
        pool.residence("auth", 1, 100, 1000); /* 200 a second, each for a second: 200 idle, T2 takes 64 */
        step(20);
        assertThat(decisions).extracting(FlowDecision::action).containsExactly(Action.HOLD_BACK);
        assertThat(decisions.get(0).reason()).contains("T2 takes 64");
        assertThat(pool.tag("auth").route()).isEqualTo(1);
    }

    @Test
    void classThatTurnsShort_goesBack() {
        pool.tag("auth").setRoute(1);
        pool.residence("auth", 1, 20, 1.2); /* half of 2.5 ms is 1.25 */
        scheduler.join(pool);
        step(1);
        assertThat(decisions).extracting(FlowDecision::action).containsExactly(Action.DEMOTE);
        assertThat(pool.tag("auth").route()).isZero();
    }

    @Test
    void classBetweenTheMarks_neitherRisesNorSinks() {
        pool.tag("auth").setRoute(1);
        pool.residence("auth", 1, 20, 100);
        scheduler.join(pool);
        step(40);
        assertThat(decisions).isEmpty();
    }

    @Test
    void collections_ageEntriesOncePerStepHoweverManyThereWere() {
        scheduler.join(pool);
        step(2);
        assertThat(pool.calls).doesNotContain("age");
        cycles += 7;
        pool.ages = 5;
        step(1);
        step(1);
        assertThat(pool.calls).filteredOn(call -> call.startsWith("age")).containsExactly("age");
        assertThat(decisions).extracting(FlowDecision::action).containsExactly(Action.AGE);
        assertThat(decisions.get(0).entries()).isEqualTo(5);
        assertThat(decisions.get(0).inputs().gcCycles()).isEqualTo(7);
        assertThat(steps.get(2).gcCycles()).isEqualTo(7);
        assertThat(steps.get(2).gcPauseNanos()).isEqualTo(14 * MILLI);
        assertThat(steps.get(2).gcCause()).isEqualTo("G1 Evacuation Pause");
        assertThat(scheduler.stats().gcCycles()).isEqualTo(7);
    }

    @Test
    void withoutNewsOfCollections_twentySecondsCountAsOne() {
        gcKnown = false;
        scheduler.join(pool);
        step(40);
        assertThat(pool.calls).doesNotContain("age");
        step(41);
        assertThat(pool.calls).filteredOn(call -> call.startsWith("age")).hasSize(2);
        assertThat(scheduler.stats().gcKnown()).isFalse();
        assertThat(scheduler.stats().allocationKnown()).isFalse();
        assertThat(steps.get(0).gcCycles()).isEqualTo(GcReading.UNKNOWN);
        assertThat(steps.get(0).allocatedBytes()).isEqualTo(GcReading.UNKNOWN);
    }

    @Test
    void evictions_areDecisionsToo() {
        scheduler.join(pool);
        pool.evicts = 4;
        step(1);
        assertThat(decisions).extracting(FlowDecision::action).containsExactly(Action.EVICT);
        assertThat(decisions.get(0).entries()).isEqualTo(4);
    }

    @Test
    void allocation_isTold() {
        scheduler.join(pool);
        step(1);
        allocated += 1 << 20;
        pool.evicts = 1;
        step(1);
        assertThat(steps.get(1).allocatedBytes()).isEqualTo(1 << 20);
        assertThat(decisions.get(0).inputs().allocatedBytesPerSecond()).isEqualTo(2 << 20);
    }

    @Test
    void poolThatThrows_isCountedAndTheOthersGoOn() {
        ScriptedPool broken = new ScriptedPool("broken");
        broken.failure = new IllegalStateException("as the test wants");
        scheduler.join(broken);
        scheduler.join(pool);
        pool.residence("auth", 0, 20, 9);
        step(2);
        assertThat(pool.tag("auth").route()).isEqualTo(1);
        assertThat(steps.get(0).failures()).isEqualTo(1);
        assertThat(steps.get(0).pools()).isEqualTo(2);
        assertThat(scheduler.stats().poolFailures()).isEqualTo(2);
        broken.failure = null;
        step(1);
        assertThat(scheduler.stats().poolFailures()).isEqualTo(2);
    }

    @Test
    void listenerThatThrows_isCountedAndOthersHear() {
        FlowScheduler own = FlowScheduler.builder().threshold(0.25).clock(() -> clock).gcSource(gc).stopped().build();
        own.addListener(new FlowListener() {
            @Override
            public void onDecision(FlowDecision decision) {
                throw new AssertionError("as the test wants");
            }
        });
        own.addListener(ears);
        pool.residence("auth", 0, 20, 9);
        own.join(pool);
        own.step();
        assertThat(decisions).hasSize(1);
        assertThat(own.stats().listenerFailures()).isEqualTo(1);
        own.removeListener(ears);
        own.step();
        assertThat(steps).hasSize(1);
    }

    @Test
    void clockThatGoesBack_standsStill() {
        scheduler.join(pool);
        step(2);
        clock -= 10_000 * MILLI;
        step(3);
        assertThat(pool.times.subList(1, 5)).containsOnly(pool.times.get(1));
        clock += 10_000 * MILLI;
        step(1);
        assertThat(pool.times.get(5)).isEqualTo(pool.times.get(1) + 2000 * MILLI);
    }

    @Test
    void tunedThreshold_risesWhileMissesFallAndSaysSo() {
        FlowScheduler own = by(FlowScheduler.builder());
        own.join(pool);
        double[] swings = {9, 0.1, 9, 0.1, 9, 0.1, 9, 0.1};
        for (int i = 0; i < swings.length; i++) {
            pool.residence("auth", 0, 2, swings[i]);
            pool.misses = i < swings.length - 1 ? 1000 : 100;
            own.step();
            clock += 500 * MILLI;
        }
        List<FlowDecision> tuned = decisions.stream().filter(d -> d.action() == Action.TUNE).toList();
        FlowDecision before = tuned.get(tuned.size() - 2);
        FlowDecision tune = tuned.get(tuned.size() - 1);
        assertThat(before.reason()).startsWith("RETREAT");
        assertThat(before.inputs().threshold()).isLessThan(ThresholdTuner.THRESHOLD_START);
        assertThat(tune.reason()).startsWith("ACCELERATE");
        assertThat(tune.inputs().threshold()).isGreaterThan(before.inputs().threshold());
        assertThat(tune.inputs().missDrop()).isGreaterThan(0.15);
        assertThat(tune.inputs().gradientVariance()).isGreaterThan(0.8);
    }

    @Test
    void thresholdThatFalls_movesInTheSameStepWhatItPasses() {
        FlowScheduler own = by(FlowScheduler.builder());
        own.join(pool);
        double[] swings = {0.2, 0.01, 0.2, 0.01, 0.2, 0.01, 0.2, 0.01};
        pool.residence("steady", 0, 100, 2.45); /* 2.5 ms pass */
        own.step();
        pool.silence();
        int before = pool.looks.size();
        for (double swing : swings) {
            pool.residence("swings", 0, 2, swing);
            pool.misses = 1000;
            clock += 500 * MILLI;
            own.step();
            if (decisions.stream().anyMatch(d -> d.action() == Action.TUNE)) {
                break;
            }
            assertThat(pool.looks).hasSize(before);
        }
        assertThat(decisions).extracting(FlowDecision::action).containsSubsequence(Action.TUNE, Action.PROMOTE);
        assertThat(decisions.get(decisions.size() - 1).tag()).isEqualTo("steady");
    }

    @Test
    void fixedThreshold_isNeverTuned() {
        scheduler.join(pool);
        double[] swings = {9, 0.1, 9, 0.1, 9, 0.1, 9, 0.1};
        for (double swing : swings) {
            pool.residence("auth", 0, 2, swing);
            pool.misses = (long) (swing * 100);
            step(1);
        }
        assertThat(decisions).extracting(FlowDecision::action).doesNotContain(Action.TUNE);
    }

    @Test
    void leavingPool_isAskedNoMore() {
        scheduler.join(pool);
        step(1);
        scheduler.leave(pool);
        step(1);
        assertThat(pool.times).hasSize(1);
        assertThat(scheduler.stats().pools()).isZero();
        assertThat(scheduler.stats().steps()).isEqualTo(2);
    }

    @Test
    void stop_letsGoOfTheCollections() {
        scheduler.join(pool);
        step(1);
        assertThat(gcOpen).isTrue();
        scheduler.stop();
        assertThat(gcOpen).isFalse();
        step(1);
        assertThat(gcOpen).isTrue();
        scheduler.stop();
    }

    @Test
    void off_doesNothingAndSaysSo() {
        FlowScheduler.off().join(pool);
        assertThat(FlowScheduler.off().stats().pools()).isZero();
        assertThat(FlowScheduler.off().isRunning()).isFalse();
        assertThatThrownBy(FlowScheduler.off()::start).isInstanceOf(IllegalStateException.class).hasMessageContaining("off()");
        assertThatThrownBy(FlowScheduler.off()::step).isInstanceOf(IllegalStateException.class);
        FlowScheduler.off().stop();
    }

    @Test
    void badOptions_areRefused() {
        assertThatThrownBy(() -> FlowScheduler.builder().period(Duration.ofMillis(9))).hasMessageContaining("PT0.01S");
        assertThatThrownBy(() -> FlowScheduler.builder().period(Duration.ofHours(2))).hasMessageContaining("PT1H");
        assertThatThrownBy(() -> FlowScheduler.fixed(0)).hasMessageContaining("0.01");
        assertThatThrownBy(() -> FlowScheduler.fixed(1.01)).hasMessageContaining("1.01");
        assertThatThrownBy(() -> FlowScheduler.fixed(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> FlowScheduler.builder().name(" ")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> FlowScheduler.builder().clock(null)).isInstanceOf(NullPointerException.class);
    }
}
