package dev.cenote.gateway.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ExperimentEndToEndTest {

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CommandLine line = ExperimentMain.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }

    @Test
    void shortRun_servesEveryRequestAndWritesTheReport() throws IOException {
        Path html = folder.resolve("r.html");
        Path json = folder.resolve("r.json");
        int code = run("gateway", "--only", "none,emptied-at-gc,generational", "--rounds", "1", "--warm-up", "1", "--duration", "2", "--after", "1", "--rate", "50", "--tide", "0.5x2|0.5x1.5,0.5x0.5",
            "--report", html.toString(), "--json", json.toString());
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        List<String> failures = new ArrayList<>();
        report.get("results").forEach(result -> result.get("failures").forEach(failure -> failures.add(failure.asText())));
        /* a slow machine may fall behind; nothing else may go wrong */
        assertThat(failures).allMatch(failure -> failure.startsWith("overloaded") || failure.contains("timeout") || failure.contains("unsent"));
        assertThat(code).isIn(0, 1);
        assertThat(report.get("results")).hasSize(3);
        assertThat(report.get("others")).hasSize(2).allSatisfy(other -> assertThat(other).hasSize(3));
        JsonNode none = report.get("results").get(0);
        assertThat(none.get("misses").asLong()).isEqualTo(none.get("gets").asLong()).isPositive();
        JsonNode own = report.get("results").get(2);
        assertThat(own.get("kind").asText()).isEqualTo("generational");
        assertThat(own.get("misses").asLong()).isLessThan(own.get("gets").asLong());
        assertThat(own.get("samples").get(0).get("held")).hasSize(3);
        assertThat(own.get("objects").asDouble()).isBetween(20.0, 60.0);
        assertThat(Files.readString(html)).contains("<svg", "generational", "emptied-at-gc", "What was aimed for").doesNotContain("<script", "http://", "https://");
        assertThat(out.toString()).contains("generational", "hit rate", "all pauses");
    }

    @Test
    void badInput_isOneLineAndExitCodeTwo() {
        for (String[] bad : new String[][] {{"gateway", "--rate", "0"}, {"gateway", "--heap", "big"}, {"gateway", "--collector", "cms"},
            {"gateway", "--mix", "0.9,0.9"}, {"gateway", "--tide", "1"}, {"gateway", "--young", "small"}, {"gateway", "--other", "-1"}, {"gateway", "--only", "caffeine"}, {"gateway", "--rounds", "0"},
            {"gateway", "--report", "/nowhere/r.html"}, {"gateway", "--java", "/nowhere/java"}, {"gateway", "--nonsense"}, {}, {"nonsense"}}) {
            err.getBuffer().setLength(0);
            assertThat(run(bad)).as(String.join(" ", bad)).isEqualTo(2);
            assertThat(err.toString().lines()).hasSize(1);
        }
    }
}
