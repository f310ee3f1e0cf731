package dev.cenote.bench.drive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cenote.bench.peer.PeerKind;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TargetsTest {

    private static final Jdk JDK = new Jdk(Path.of("jdk"), 25, "25", "test");
    private static final Jdk OTHER = new Jdk(Path.of("other"), 17, "17", "test");

    private final Results results = new Results();

    private void measured(Scenario scenario, PeerKind peer, int bytes, double... nanos) {
        for (double each : nanos) {
            results.of(new Job(scenario, peer, bytes, JDK)).add("ns", each);
        }
    }

    private Verdict verdict(String row, String target) {
        return Targets.judge(results, JDK).stream()
                .filter(each -> each.row().equals(row) && each.target().startsWith(target)).findFirst().orElseThrow();
    }

    @Test
    void bestPool_isTheFastest_andOfTheSizeWhereItIsNearestToUs() {
        measured(Scenario.CYCLE, PeerKind.CENOTE_JNI_LOCAL, 64, 2);
        measured(Scenario.CYCLE, PeerKind.STORMPOT, 64, 10);
        measured(Scenario.CYCLE, PeerKind.TL_DEQUE, 64, 8, 30);
        measured(Scenario.CYCLE, PeerKind.CENOTE_JNI_LOCAL, 4096, 2);
        measured(Scenario.CYCLE, PeerKind.STORMPOT, 4096, 3);
        Verdict verdict = verdict("handle, 64 B-4 KiB", ">= 2x");
        assertThat(verdict.measured()).isEqualTo("1.50x (stormpot at 4 KiB)");
        assertThat(verdict.word()).isEqualTo("short by 25.0 %");
    }

    @Test
    void floorsAndOurs_areNoRivals() {
        measured(Scenario.BATCH_RANDOM, PeerKind.CENOTE_JNI, 1024, 5);
        measured(Scenario.BATCH_RANDOM, PeerKind.CENOTE_JNI_RAW, 1024, 1);
        measured(Scenario.BATCH_RANDOM, PeerKind.FLOOR_TLSTACK, 1024, 1);
        measured(Scenario.BATCH_RANDOM, PeerKind.COMMONS_POOL2, 1024, 500);
        assertThat(verdict("256 at random, implicit", ">= 1.3x").measured()).isEqualTo("100x (commons-pool2)");
    }

    @Test
    void implicit_isNotComparedWithAnExplicitHandle() {
        measured(Scenario.DUEL, PeerKind.CENOTE_JNI, 1024, 10);
        measured(Scenario.DUEL, PeerKind.CENOTE_JNI_LOCAL, 1024, 5);
        measured(Scenario.DUEL, PeerKind.STORMPOT_TAP, 1024, 8);
        measured(Scenario.DUEL, PeerKind.STORMPOT, 1024, 15);
        assertThat(verdict("two threads, implicit", ">= 1.4x").measured()).startsWith("1.50x (stormpot)");
        assertThat(verdict("two threads, handle", ">= 1.4x").measured()).startsWith("1.60x (stormpot-tap)");
    }

    @Test
    void garbage_namesTheWorstPath() {
        results.of(new Job(Scenario.CYCLE, PeerKind.CENOTE_JNI, 1024, JDK)).add("bytes", 0);
        results.of(new Job(Scenario.HANDOFF, PeerKind.CENOTE_JAVA, 1024, JDK)).add("bytes", 24);
        results.of(new Job(Scenario.CYCLE, PeerKind.COMMONS_POOL2, 1024, JDK)).add("bytes", 100);
        Verdict verdict = verdict("garbage, every path", "0 B/op");
        assertThat(verdict.outcome()).isEqualTo(Verdict.Outcome.SHORT);
        assertThat(verdict.measured()).contains("24.0 B/op").contains("handoff, cenote-java");
    }

    @Test
    void otherJdk_doesNotCount() {
        results.of(new Job(Scenario.CYCLE, PeerKind.CENOTE_JNI_LOCAL, 64, OTHER)).add("ns", 2);
        results.of(new Job(Scenario.CYCLE, PeerKind.NETTY_ADAPTIVE, 64, OTHER)).add("ns", 20);
        assertThat(verdict("handle, 64 B-4 KiB", ">= 5x").outcome()).isEqualTo(Verdict.Outcome.NOT_MEASURED);
    }

    @Test
    void tables_showRatiosBothWays() {
        measured(Scenario.HANDOFF, PeerKind.CENOTE_JNI, 1024, 10);
        measured(Scenario.HANDOFF, PeerKind.JCTOOLS_XADD, 1024, 20);
        String text = Tables.of(results, JDK).get(0).toText();
        assertThat(text).containsPattern("cenote-jni +10.0 +10.0..10.0 +0.50x +1.00x")
                .containsPattern("jctools-xadd +20.0 +20.0..20.0 +1.00x +2.00x");
    }
}
