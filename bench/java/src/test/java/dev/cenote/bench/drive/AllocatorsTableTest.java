package dev.cenote.bench.drive;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AllocatorsTableTest {

    private static final String OURS = "larson/cenote";
    private static final String JEMALLOC = "larson/lwjgl-jemalloc";
    private static final String MALLOC = "larson/malloc";

    private final Map<String, Measured> results = new LinkedHashMap<>();

    private Measured peer(String label, double peakKib, double... turns) {
        Measured measured = results.computeIfAbsent(label, unused -> new Measured());
        measured.add("peak-kib", peakKib);
        for (double nanos : turns) {
            measured.add("ns", nanos);
        }
        return measured;
    }

    private String ours() {
        return AllocatorsTable.of(results, new Jdk(java.nio.file.Path.of("java"), 25, "25", "test")).toText().lines()
                .filter(line -> line.startsWith(OURS)).findFirst().orElseThrow();
    }

    @Test
    void aSlowTurnOfAll_doesNotChangeTheRatio() {
        Measured measured = peer(OURS, 1000, 10, 100, 10);
        measured.add("shared", 0);
        measured.add("drift", 0);
        peer(JEMALLOC, 1000, 16, 160, 16);
        peer(MALLOC, 1000, 20, 200, 20);
        assertThat(ours()).contains("1.60  1.60-1.60", "2.00  2.00-2.00").endsWith("reached");
    }

    @Test
    void whatIsMissed_isNamed() {
        Measured measured = peer(OURS, 1400, 10, 10);
        measured.add("shared", 0.06);
        measured.add("drift", -0.03);
        peer(JEMALLOC, 1000, 12, 12);
        peer(MALLOC, 1000, 20, 20);
        assertThat(ours()).endsWith("missed: lwjgl-jemalloc peak shared drift");
    }

    @Test
    void withoutARival_nothingIsReached() {
        peer(OURS, 1000, 10);
        assertThat(ours()).endsWith("missed: lwjgl-jemalloc malloc peak shared drift");
    }
}
