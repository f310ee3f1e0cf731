package dev.cenote.gateway.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cenote.gateway.load.LoadResult;
import dev.cenote.gateway.run.Measurement;
import dev.cenote.gateway.run.Sample;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

class ReportTest {
    @TempDir
    private Path folder;

    private static Measurement measurement(String kind, int round, double perSecond, List<String> failures) {
        List<LoadResult.Point> latency = DoubleStream.of(0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 100)
                .mapToObj(p -> new LoadResult.Point(p, 1000 + 100 * p)).toList();
        LoadResult load = new LoadResult("test", (long) (perSecond * 2), 2, latency, Map.of(), 0);
        return new Measurement(kind, round, load, 3, 4.5, 9, 50 << 20, 90 << 20, 300L << 20, 200L << 20, 120L << 20,
                kind.equals("heap") ? -1 : 8 << 20, kind.equals("heap") ? -1 : 7, 0,
                List.of(new Sample(0.1, 50 << 20), new Sample(3, 300L << 20)), 1, 2, 0, failures);
    }

    private static Report report(List<Measurement> measurements) {
        return new Report("2026-01-02 03:04:05 UTC", Map.of("CPU", "A <fast> & small one", "Cores", "2"),
                Map.of("Load", "a test"), measurements);
    }

    @Test
    void rows_takeTheMiddleOfTheRounds_andTheirSpread() {
        List<Row> rows = Row.of(List.of(measurement("heap", 0, 100, List.of()), measurement("direct", 0, 7, List.of()),
                measurement("heap", 1, 300, List.of()), measurement("heap", 2, 110, List.of())));
        assertThat(rows).extracting(Row::kind).containsExactly("heap", "direct");
        Row.Figure figure = rows.get(0).figure(m -> m.load().perSecond());
        assertThat(figure).isEqualTo(new Row.Figure(100, 110, 300));
        assertThat(Highlights.column("requests").spread(rows.get(0))).isEqualTo("100–300");
        assertThat(Highlights.column("requests").spread(rows.get(1))).isEmpty();
    }

    @Test
    void textTable_hasALinePerKind_andADashForWhatIsNotKnown() {
        String table = TextTable.of(Row.of(List.of(measurement("heap", 0, 12345, List.of()), measurement("cenote-jni", 0, 9, List.of()))));
        assertThat(table.lines()).hasSize(4);
        assertThat(table).contains("p99.9").contains("12 345");
        assertThat(table.lines().toList().get(2)).startsWith("heap").contains(" - ");
        assertThat(table.lines().toList().get(3)).startsWith("cenote-jni").doesNotContain(" - ");
    }

    @Test
    void page_needsNothingElse_andShowsEveryKind() throws IOException {
        Path file = folder.resolve("report.html");
        HtmlReport.write(report(List.of(measurement("heap", 0, 100, List.of()), measurement("netty-pooled", 0, 90, List.of()))), file);
        String page = Files.readString(file);
        assertThat(page).contains("All figures count").contains("netty-pooled").contains("A &lt;fast&gt; &amp; small one")
                .doesNotContain("http:").doesNotContain("https:").doesNotContain("<script").doesNotContain("<link").doesNotContain("NaN");
        assertThat(page.split("<svg", -1)).hasSize(7); // six plots
    }

    @Test
    void everyPlot_isWellFormed() throws Exception {
        Path file = folder.resolve("report.html");
        HtmlReport.write(report(List.of(measurement("heap", 0, 100, List.of()), measurement("heap", 1, 120, List.of()))), file);
        String page = Files.readString(file);
        for (int from = page.indexOf("<svg"); from >= 0; from = page.indexOf("<svg", from + 1)) {
            String svg = page.substring(from, page.indexOf("</svg>", from) + 6);
            DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
        }
    }

    @Test
    void failedRun_isSaidFirst() throws IOException {
        Path file = folder.resolve("report.html");
        HtmlReport.write(report(List.of(measurement("heap", 0, 100, List.of("leak: 3 pieces <lost>")))), file);
        assertThat(Files.readString(file)).contains("their figures do not count").contains("leak: 3 pieces &lt;lost&gt;")
                .doesNotContain("All figures count");
    }

    @Test
    void nothingAnswered_stillMakesAPage() throws IOException {
        List<LoadResult.Point> zeros = DoubleStream.of(0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 100)
                .mapToObj(p -> new LoadResult.Point(p, 0)).toList();
        Measurement empty = new Measurement("heap", 0, new LoadResult("test", 0, 1, zeros, Map.of("connect", 4L), 0), 0, 0, 0, 0, 0,
                0, 0, -1, -1, -1, -1, List.of(), 0, 0, 0, List.of("the client got no answer at all"));
        Path file = folder.resolve("report.html");
        HtmlReport.write(report(List.of(empty)), file);
        assertThat(Files.readString(file)).contains("no answer at all").doesNotContain("NaN").doesNotContain("Infinity");
    }

    @Test
    void json_holdsAllFigures() throws IOException {
        Path file = folder.resolve("report.json");
        report(List.of(measurement("heap", 0, 100, List.of()))).writeJson(file);
        JsonNode json = new ObjectMapper().readTree(file.toFile());
        assertThat(json.at("/measurements/0/kind").asText()).isEqualTo("heap");
        assertThat(json.at("/measurements/0/load/requests").asLong()).isEqualTo(200);
        assertThat(json.at("/measurements/0/load/latency")).hasSize(13);
        assertThat(json.at("/machine/Cores").asText()).isEqualTo("2");
    }

    @Test
    void chosen_readsTheWordInBrackets() {
        assertThat(Machine.chosen("always [madvise] never\n")).isEqualTo("madvise");
        assertThat(Machine.chosen("")).isEmpty();
    }
}
