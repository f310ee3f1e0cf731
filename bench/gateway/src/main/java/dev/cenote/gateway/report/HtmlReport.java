package dev.cenote.gateway.report;

import dev.cenote.gateway.run.Measurement;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The report as one HTML file that needs nothing else: style and pictures are inside, no script, no network. */
public final class HtmlReport {
    private static final String STYLE = "report.css";
    private final StringBuilder page = new StringBuilder();
    private final Report report;
    private final List<Row> rows;
    private final Palette palette = new Palette();

    private HtmlReport(Report report) {
        this.report = report;
        this.rows = Row.of(report.measurements());
    }

    public static void write(Report report, Path file) throws IOException {
        Files.writeString(file, new HtmlReport(report).html(), StandardCharsets.UTF_8);
    }

    private String html() throws IOException {
        page.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                + "<title>Cenote: gateway report</title>\n<style>\n").append(style()).append("</style></head>\n<body><main>\n");
        header();
        verdict();
        highlights();
        table();
        charts();
        lists();
        notes();
        return page.append("</main></body></html>\n").toString();
    }

    private static String style() throws IOException {
        try (InputStream in = HtmlReport.class.getResourceAsStream(STYLE)) {
            if (in == null) {
                throw new IOException(STYLE + " is missing in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private void header() {
        page.append("<header><p class=\"brand\">Cenote</p><h1>A message gateway on ").append(rows.size() == 1 ? "one kind" : rows.size() + " kinds")
                .append(" of memory</h1><p class=\"sub\">").append(text(report.when())).append(" · ")
                .append(text(report.machine().getOrDefault("CPU", ""))).append(", ")
                .append(text(report.machine().getOrDefault("Cores", "?"))).append(" cores</p></header>\n");
    }

    private void verdict() {
        List<Measurement> failed = report.measurements().stream().filter(m -> !m.failures().isEmpty()).toList();
        if (failed.isEmpty()) {
            page.append("<p class=\"banner good\"><b>All figures count.</b> Every message was answered, read back intact when it was "
                    + "released, and its memory given back: no error, no corruption, no leak.</p>\n");
        } else {
            page.append("<div class=\"banner bad\"><b>These runs failed, their figures do not count:</b><ul>");
            for (Measurement measurement : failed) {
                for (String failure : measurement.failures()) {
                    page.append("<li><b>").append(text(measurement.kind())).append("</b>: ").append(text(failure)).append("</li>");
                }
            }
            page.append("</ul></div>\n");
        }
        if (Machine.isBusy(report.machine())) {
            page.append("<p class=\"banner warn\"><b>The machine was busy</b> before the run (load average ")
                    .append(text(report.machine().getOrDefault("Load average before", "?")))
                    .append("): differences mean less. Run it again on a quiet machine, with --rounds 3.</p>\n");
        }
    }

    private void highlights() {
        page.append("<section class=\"cards\">");
        for (Highlights.Highlight highlight : Highlights.of(rows)) {
            page.append("<div class=\"card\"><p class=\"what\">").append(text(highlight.what())).append("</p><p class=\"big\">")
                    .append(text(highlight.value())).append("</p><p>").append(chip(highlight.kind())).append("</p><p class=\"next\">")
                    .append(highlight.next().isEmpty() ? "" : "next: " + text(highlight.next())).append("</p></div>");
        }
        page.append("</section>\n");
    }

    private void table() {
        page.append("<section><h2>All figures</h2><div class=\"scroll\"><table><thead><tr><th>memory</th>");
        for (Column column : Column.ALL) {
            page.append("<th>").append(text(column.name())).append("<small>").append(text(column.unit())).append("</small></th>");
        }
        page.append("</tr></thead><tbody>");
        for (Row row : rows) {
            page.append(row.isSound() ? "<tr>" : "<tr class=\"failed\">").append("<td>").append(chip(row.kind())).append("</td>");
            for (Column column : Column.ALL) {
                String spread = column.spread(row);
                page.append("<td>").append(text(column.text(row)))
                        .append(spread.isEmpty() ? "" : "<small>" + text(spread) + "</small>").append("</td>");
            }
            page.append("</tr>");
        }
        page.append("</tbody></table></div>\n<p class=\"caption\">requests to longest: within the measured window. heap: bytes allocated on "
                + "the Java heap; garbage: the same for one message, whatever the speed. RSS: resident memory of the gateway's process, its Java heap included, at its peak in the window and "
                + "after all messages were released. off-heap: the most that the memory under test held outside the heap. growths: how "
                + "often it asked the system for more since its start. left: pieces never given back. – : it cannot tell.</p></section>\n");
    }

    private void charts() {
        page.append("<section class=\"charts\">");
        chart("Requests per second", "Longer is better.", BarChart.of(Highlights.column("requests"), rows, palette), false);
        chart("Garbage: KiB allocated on the Java heap for a message", "Shorter is better. What the off-heap kinds have left is HTTP handling.",
                BarChart.of(Highlights.column("garbage"), rows, palette), false);
        chart("Latency by percentile", "Lower is better; the right end is the tail. Both axes are logarithmic.",
                LatencyChart.of(rows, palette), true);
        chart("Resident memory", "Start, warm-up, measured window, and what stays when all is released. First round.",
                ResidentChart.of(rows, palette), true);
        chart("Collector pauses in the window", "Shorter is better.", BarChart.of(Highlights.column("GC"), rows, palette), false);
        chart("Longest collector pause, ms", "Shorter is better. A single pause: look at it with several rounds only.",
                BarChart.of(Highlights.column("longest"), rows, palette), false);
        page.append("</section>\n");
    }

    private void chart(String title, String caption, String svg, boolean legend) {
        if (svg.isEmpty()) {
            return;
        }
        page.append("<figure><h2>").append(text(title)).append("</h2>");
        if (legend) {
            page.append("<p class=\"legend\">");
            rows.forEach(row -> page.append(chip(row.kind())));
            page.append("</p>");
        }
        page.append(svg).append("<figcaption class=\"caption\">").append(text(caption)).append("</figcaption></figure>\n");
    }

    private void lists() {
        page.append("<section class=\"lists\"><div><h2>Method</h2>");
        list(report.method());
        page.append("</div><div><h2>Machine</h2>");
        list(report.machine());
        page.append("<h2>Memory kinds</h2><dl>");
        rows.forEach(row -> page.append("<dt>").append(chip(row.kind())).append("</dt><dd>").append(text(palette.about(row.kind()))).append("</dd>"));
        page.append("</dl></div></section>\n");
    }

    private void list(Map<String, String> facts) {
        page.append("<dl>");
        facts.forEach((name, value) -> page.append("<dt>").append(text(name)).append("</dt><dd>").append(text(value)).append("</dd>"));
        page.append("</dl>");
    }

    private void notes() {
        page.append("<section><h2>What these figures do not say</h2><ul class=\"notes\">"
                + "<li>Client and gateway share this machine's cores: the gateway alone would do more.</li>"
                + "<li>With wrk the load is a closed loop at saturation: latency is then mostly waiting in line, about connections ÷ "
                + "requests per second. For latency at a rate the gateway can bear use <code>--client own --rate N</code>.</li>"
                + "<li>Taking and releasing memory is a small part of a request; HTTP, copying and reading cost more. Differences below "
                + "10 % between kinds are noise unless several rounds agree. <code>ci/bench</code> measures the pools alone.</li>"
                + "<li>Resident memory includes the Java heap, which only grows until the first collection: a kind with less garbage "
                + "may not have touched all of its heap yet.</li>"
                + "<li>One machine, one NUMA node unless the list above says otherwise.</li></ul></section>\n");
    }

    private String chip(String kind) {
        return "<span class=\"chip\"><i style=\"background:" + palette.colour(kind) + "\"></i>" + text(kind) + "</span>";
    }

    private static String text(String text) {
        return Svg.escape(text);
    }
}
