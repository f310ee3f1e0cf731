package dev.cenote.gateway.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GcLogTest {
    private static final List<String> LINES = List.of(
            "[0.005s] Using G1",
            "[1.204s] GC(0) Pause Young (Normal) (G1 Evacuation Pause) 23M->4M(256M) 3.412ms",
            "[2.000s] GC(1) Concurrent Mark Cycle",
            "[2.100s] GC(1) Pause Remark 120M->120M(256M) 1.002ms",
            "[2.101s] GC(1) Concurrent Mark Cycle 101.000ms",
            "[3.000s] GC(2) Pause Full (System.gc()) 100M->2M(256M) 14.100ms");

    @TempDir
    private Path folder;

    @Test
    void pauses_areCounted_concurrentWorkIsNot() {
        GcLog.Pauses pauses = GcLog.pauses(LINES);
        assertThat(pauses.count()).isEqualTo(3);
        assertThat(pauses.longestMillis()).isEqualTo(14.1);
        assertThat(pauses.totalMillis()).isBetween(18.5, 18.52);
    }

    @Test
    void between_readsOnlyTheWindow() throws IOException {
        Path file = folder.resolve("gc.log");
        GcLog log = new GcLog(file);
        assertThat(log.mark()).isZero();
        Files.write(file, LINES);
        assertThat(log.between(2, 4).count()).isEqualTo(1);
        assertThat(log.between(0, 99).count()).isEqualTo(3);
    }

    @Test
    void heap_isWhereTheLogSays() {
        assertThat(GcLog.heap(List.of("[0.007s] Using G1",
                "[0.007s] Heap address: 0x00000000f0000000, size: 256 MB, Compressed Oops mode: 32-bit")))
                .isEqualTo(new GcLog.Heap(0xf0000000L, 256 << 20));
        assertThat(GcLog.heap(LINES)).isNull();
    }

    @Test
    void missingLog_isAnError_notZeroPauses() {
        assertThatThrownBy(() -> new GcLog(folder.resolve("none")).between(0, 1)).isInstanceOf(IOException.class);
    }
}
