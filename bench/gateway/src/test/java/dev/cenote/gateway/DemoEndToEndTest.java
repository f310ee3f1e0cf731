package dev.cenote.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cenote.gateway.load.WrkClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The whole command: gateways and clients in processes of their own, one second of load each. */
class DemoEndToEndTest {
    /** Messages a second: so few that a machine without time for us has them answered within the client's patience. */
    private static final String RATE = "20";

    @TempDir
    private Path folder;
    /** Seconds: a machine that stands still for a while makes no test fail. */
    private String patience = "120";
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        CommandLine line = Demo.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        List<String> all = new ArrayList<>(List.of("--duration", "1", "--warm-up", "0", "--patience", patience, "--connections", "8",
                "--report", folder.resolve("report.html").toString(), "--json", folder.resolve("report.json").toString()));
        all.addAll(List.of(args));
        return line.execute(all.toArray(String[]::new));
    }

    private JsonNode measured() throws IOException {
        return new ObjectMapper().readTree(folder.resolve("report.json").toFile()).at("/measurements/0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"heap", "direct", "netty-pooled", "netty-adaptive", "netty-adaptive-all", "cenote-java", "cenote-jni",
            "cenote-netty"})
    void everyKind_passesWithTheOwnClient(String kind) throws IOException {
        assertThat(run("--client", "own", "--rate", RATE, "--only", kind)).as(out + "\n" + err).isZero();
        assertThat(measured().at("/load/requests").asLong()).isBetween(19L, 21L);
        assertThat(measured().at("/outstanding").asLong()).isZero();
        assertThat(measured().at("/heapBytesPerSecond").asDouble()).isPositive();
        assertThat(measured().at("/residentPeak").asLong()).isPositive();
        assertThat(out.toString()).contains(kind).contains("report: ");
        assertThat(Files.readString(folder.resolve("report.html"))).contains("All figures count");
    }

    @Test
    void wrk_loadsTooWhenItIsInstalled() throws IOException {
        assumeTrue(WrkClient.find() != null, "wrk is not installed");
        assertThat(run("--client", "wrk", "--only", "netty-pooled")).as(out + "\n" + err).isZero();
        assertThat(measured().at("/load/client").asText()).isEqualTo("wrk");
        assertThat(measured().at("/load/requests").asLong()).isPositive();
    }

    @Test
    void ownClient_closedLoop_loadsAtFullSpeed() throws IOException {
        assertThat(run("--client", "own", "--rate", "0", "--only", "heap")).as(out + "\n" + err).isZero();
        assertThat(measured().at("/load/requests").asLong()).isPositive();
    }

    @Test
    void ownDocuments_andRounds_areUsed() throws IOException {
        Path documents = Files.createDirectory(folder.resolve("documents"));
        Files.writeString(documents.resolve("only.json"), "{\"n\":1}");
        assertThat(run("--client", "own", "--rate", RATE, "--only", "heap,direct", "--rounds", "2",
                "--input", documents.toString())).as(out + "\n" + err).isZero();
        assertThat(err.toString()).contains("messages: 1 files under");
        JsonNode all = new ObjectMapper().readTree(folder.resolve("report.json").toFile()).at("/measurements");
        assertThat(all).extracting(m -> m.at("/kind").asText() + m.at("/round").asInt())
                .containsExactly("heap0", "direct0", "direct1", "heap1"); // interleaved, each round starts elsewhere
    }

    @Test
    void aMemoryThatLeaks_makesTheRunFail() throws IOException {
        assertThat(run("--client", "own", "--rate", "200", "--only", "leaking")).isEqualTo(1);
        assertThat(out.toString()).contains("FAILED: leaking: ").contains("leak: ");
        assertThat(measured().at("/outstanding").asLong()).isPositive();
        assertThat(Files.readString(folder.resolve("report.html"))).contains("their figures do not count");
    }

    @Test
    void aMemoryThatHandsOutBytesTwice_makesTheRunFail() {
        assertThat(run("--client", "own", "--rate", "200", "--slow-share", "1", "--only", "overlapping")).isEqualTo(1);
        assertThat(out.toString()).contains("messages corrupted");
    }

    @Test
    void wrk_findsTheSame() {
        assumeTrue(WrkClient.find() != null, "wrk is not installed");
        assertThat(run("--client", "wrk", "--slow-share", "1", "--only", "overlapping")).isEqualTo(1);
        assertThat(out.toString()).contains("messages corrupted");
    }

    @Test
    void tooHighARate_isSaid_notHidden() {
        patience = "1"; // two million requests would take minutes
        assertThat(run("--client", "own", "--rate", "2000000", "--only", "heap")).isEqualTo(1);
        assertThat(out.toString()).contains("overloaded");
    }
}
