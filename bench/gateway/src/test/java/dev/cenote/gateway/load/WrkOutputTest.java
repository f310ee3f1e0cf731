package dev.cenote.gateway.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WrkOutputTest {
    private static final List<String> REAL = List.of(
            "Running 3s test @ http://127.0.0.1:40000/messages", "  1 threads and 32 connections",
            "  Thread Stats   Avg      Stdev     Max   +/- Stdev", "    Latency     3.79ms    2.93ms  39.40ms   91.36%",
            "  27650 requests in 3.00s, 5.10MB read", "Requests/sec:   9213.40", "Transfer/sec:      1.70MB",
            "cenote requests 27650.000", "cenote duration_micros 3001062.000", "cenote error_connect 0.000",
            "cenote error_read 0.000", "cenote error_write 0.000", "cenote error_status 0.000", "cenote error_timeout 0.000",
            "cenote p0 167.000", "cenote p10 1250.000", "cenote p25 2000.000", "cenote p50 2690.000", "cenote p75 4100.000",
            "cenote p90 6000.000", "cenote p95 8000.000", "cenote p99 17230.000", "cenote p99.5 20000.000",
            "cenote p99.9 29730.000", "cenote p99.95 30000.000", "cenote p99.99 30100.000", "cenote p100 39400.000");

    private static List<String> with(String from, String to) {
        List<String> lines = new ArrayList<>(REAL);
        lines.replaceAll(line -> line.startsWith("cenote " + from + " ") ? to : line);
        return lines;
    }

    @Test
    void parse_readsRatePercentilesAndMaximum() throws IOException {
        LoadResult result = WrkOutput.parse(REAL);
        assertThat(result.requests()).isEqualTo(27_650);
        assertThat(result.perSecond()).isBetween(9213.0, 9214.0);
        assertThat(result.micros(50)).isEqualTo(2690);
        assertThat(result.micros(99)).isEqualTo(17_230);
        assertThat(result.micros(99.9)).isEqualTo(29_730);
        assertThat(result.micros(100)).isEqualTo(39_400);
        assertThat(result.errors()).isEmpty();
    }

    @Test
    void parse_keepsErrorsApartByKind() throws IOException {
        assertThat(WrkOutput.parse(with("error_status", "cenote error_status 7.000")).errors()).isEqualTo(Map.of("status", 7L));
    }

    @Test
    void missingFigure_isAnError_thatShowsWhatWrkSaid() {
        assertThatThrownBy(() -> WrkOutput.parse(with("p99.9", "load.lua:12: attempt to index nil")))
                .isInstanceOf(IOException.class).hasMessageContaining("p99.9").hasMessageContaining("attempt to index nil");
    }

    @Test
    void noNumber_isAnError() {
        assertThatThrownBy(() -> WrkOutput.parse(with("p50", "cenote p50 fast"))).isInstanceOf(IOException.class)
                .hasMessageContaining("cenote p50 fast");
    }

    @Test
    void notANumberAtAll_isAnError() {
        assertThatThrownBy(() -> WrkOutput.parse(List.of("unable to connect to 127.0.0.1:1"))).isInstanceOf(IOException.class)
                .hasMessageContaining("unable to connect");
    }
}
