package dev.cenote.bench.drive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cenote.bench.peer.PeerKind;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PlanTest {

    private static final Jdk OLD = new Jdk(Path.of("17"), 17, "17.0.1", "test");
    private static final Jdk NEW = new Jdk(Path.of("25"), 25, "25", "test");

    private static List<Job> all(Effort effort, String only, Jdk... jdks) {
        return new Plan(effort, Pattern.compile(only)).rounds(List.of(jdks)).stream().flatMap(List::stream).toList();
    }

    @Test
    void eachRound_hasEachJobOnce() {
        for (List<Job> round : new Plan(Effort.FULL, Pattern.compile("")).rounds(List.of(OLD, NEW))) {
            assertThat(round).doesNotHaveDuplicates();
        }
    }

    @Test
    void oldJdk_getsNoPeerThatNeedsANewerOne() {
        assertThat(all(Effort.FULL, "", OLD)).extracting(Job::peer)
                .contains(PeerKind.STORMPOT).doesNotContain(PeerKind.FFM_MALLOC, PeerKind.STORMPOT_TAP);
        assertThat(all(Effort.FULL, "", NEW)).extracting(Job::peer)
                .contains(PeerKind.FFM_MALLOC, PeerKind.FFM_CONFINED, PeerKind.STORMPOT_TAP);
    }

    @Test
    void blocksThatOneThreadOnlyMayUse_areNotHandedOff() {
        assertThat(all(Effort.FULL, "", NEW)).filteredOn(job -> job.scenario() == Scenario.HANDOFF)
                .isNotEmpty().noneMatch(job -> job.peer().has(PeerKind.Trait.ONE_THREAD));
    }

    @Test
    void coldSetUps_areMeasuredColdOnly() {
        assertThat(all(Effort.FULL, "", NEW)).filteredOn(job -> job.peer().has(PeerKind.Trait.COLD))
                .isNotEmpty().allMatch(job -> job.scenario() == Scenario.COLD || job.scenario() == Scenario.GROWTH);
    }

    @Test
    void only_choosesByName() {
        assertThat(all(Effort.NORMAL, "^duel/netty-adaptive/1024/25$", OLD, NEW)).isNotEmpty()
                .allMatch(job -> job.label().equals("duel/netty-adaptive/1024/25"));
    }

    @Test
    void version_isReadFromBothSchemes() {
        assertThat(Jdk.feature("17.0.15")).isEqualTo(17);
        assertThat(Jdk.feature("25")).isEqualTo(25);
        assertThat(Jdk.feature("26-ea")).isEqualTo(26);
        assertThat(Jdk.feature("")).isZero();
    }
}
