package dev.cenote.gateway.experiment;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.cenote.gateway.experiment.ContextResult.Decided;
import dev.cenote.gateway.experiment.Figures.Column;
import dev.cenote.gateway.experiment.Figures.Row;
import dev.cenote.gateway.experiment.Figures.Spread;
import dev.cenote.gateway.pool.ContextPools;
import dev.cenote.gateway.report.Machine;
import dev.cenote.gateway.report.Page;
import dev.cenote.gateway.report.Plot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** The report of the experiment: one HTML page, and the same as JSON. */
final class ContextReport {
    private static final String[] GENERATION_COLOURS = {"#7fc8cc", "#0c7f86", "#06464a"};
    private static final Map<String, String> ACTION_COLOURS = Map.of("PROMOTE", "#0c7f86", "DEMOTE", "#4477aa", "HOLD_BACK", "#d9822b",
        "TUNE", "#8c6bb1", "AGE", "#b5447a", "EVICT", "#aab2bd");

    /** What a pool lets go after the load, it does within this. */
    private static final double SHOWN_AFTER_SECONDS = 10;

    private final String when;
    private final Map<String, String> machine;
    private final String title;
    private final Map<String, String> method;
    private final List<ContextResult> results;
    private final Map<String, List<ContextResult>> others;
    private final List<Row> rows;

    /** @param others results of the loads for comparison, by their titles */
    ContextReport(String when, Map<String, String> machine, String title, Map<String, String> method, List<ContextResult> results,
                  Map<String, List<ContextResult>> others) {
        this.when = when;
        this.machine = machine;
        this.title = title;
        this.method = method;
        this.results = results;
        this.others = others;
        this.rows = Figures.rows(results);
    }

    void writeJson(Path file) throws IOException {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("when", when);
        all.put("machine", machine);
        all.put("method", method);
        all.put("goals", Goals.of(rows));
        all.put("results", results);
        all.put("others", others);
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), all);
    }

    void writeHtml(Path file) throws IOException {
        Page page = new Page("Cenote: pools of request contexts", "A gateway's request contexts from " + rows.size() + " kinds of pool",
            when + " · " + machine.getOrDefault("CPU", "") + ", " + machine.getOrDefault("Cores", "?") + " cores");
        banners(page);
        goals(page);
        table(page, title, rows);
        charts(page);
        decisions(page);
        others.forEach((other, further) -> table(page, other, Figures.rows(further)));
        page.add("<section><h2>When pooling pays, and when not</h2><ul class=\"notes\">");
        Verdict.of(title, rows, others).forEach(said -> page.add("<li>" + Page.text(said) + "</li>"));
        page.add("</ul></section>\n<section class=\"lists\"><div><h2>Method</h2>").list(method).add("</div><div><h2>Machine</h2>").list(machine)
            .add("<h2>Pools</h2><dl>");
        rows.forEach(row -> page.add("<dt>" + chip(row.kind()) + "</dt><dd>" + Page.text(ContextPools.of(row.kind()).about()) + "</dd>"));
        page.add("</dl></div></section>\n");
        Files.writeString(file, page.html(), StandardCharsets.UTF_8);
    }

    private void banners(Page page) {
        List<ContextResult> failed = Stream.concat(results.stream(), others.values().stream().flatMap(List::stream)).filter(result -> !result.failures().isEmpty()).toList();
        if (failed.isEmpty()) {
            page.add("<p class=\"banner good\"><b>All figures count.</b> Every request was answered, and every context was its owner's alone until it was "
                + "given back.</p>\n");
        } else {
            page.add("<div class=\"banner bad\"><b>These runs failed, their figures do not count:</b><ul>");
            failed.forEach(result -> result.failures().forEach(failure -> page.add("<li><b>" + Page.text(result.kind()) + "</b>, round "
                + (result.round() + 1) + ": " + Page.text(failure) + "</li>")));
            page.add("</ul></div>\n");
        }
        if (Machine.isBusy(machine)) {
            page.add("<p class=\"banner warn\"><b>The machine was busy</b> before the run (load average "
                + Page.text(machine.getOrDefault("Load average before", "?")) + "): times and pauses mean less. Run it again on a quiet machine.</p>\n");
        }
    }

    private void goals(Page page) {
        page.add("<section><h2>What was aimed for, and what came out</h2><div class=\"scroll\"><table><thead><tr><th>goal</th><th>aim</th><th>measured</th>"
            + "<th></th></tr></thead><tbody>");
        for (Goals.Goal goal : Goals.of(rows)) {
            page.add("<tr><td>" + Page.text(goal.what()) + "</td><td>" + Page.text(goal.aim()) + "</td><td>" + Page.text(goal.measured()) + "</td><td>"
                + (goal.reached() ? "reached" : "not reached") + "</td></tr>");
        }
        page.add("</tbody></table></div><p class=\"caption\">Compared round by round; in brackets the lowest and the highest round.</p></section>\n");
    }

    private void table(Page page, String title, List<Row> rows) {
        page.add("<section><h2>" + Page.text(title) + "</h2>");
        columns(page, rows, Figures.OUTSIDE);
        columns(page, rows, Figures.INSIDE);
        page.add("<p class=\"caption\">The middle of all rounds, below it the lowest and the highest. requests to p99.9: as the client saw "
            + "them, from the moment each was due. CPU: processor time of the gateway's process for a request, its collector included, its compilers not. stolen: of the time the machine's processors were wanted, what its host gave to others. heap: allocated on the Java heap. "
            + "hits: contexts that need not be made. pauses: from the JVM's own log. held: idle contexts that the pool keeps from the collector; after: "
            + Page.text(method.getOrDefault("After the load", "")) + ", last round.</p></section>\n");
    }

    private void columns(Page page, List<Row> rows, List<Column> columns) {
        page.add("<div class=\"scroll\"><table><thead><tr><th>pool</th>");
        for (Column column : columns) {
            page.add("<th>" + Page.text(column.name()) + "<small>" + Page.text(column.unit()) + "</small></th>");
        }
        page.add("</tr></thead><tbody>");
        for (Row row : rows) {
            page.add((row.isSound() ? "<tr>" : "<tr class=\"failed\">") + "<td>" + chip(row.kind()) + "</td>");
            for (Column column : columns) {
                String spread = column.spread(row);
                page.add("<td>" + Page.text(column.text(row)) + (spread.isEmpty() ? "" : "<small>" + Page.text(spread) + "</small>") + "</td>");
            }
            page.add("</tr>");
        }
        page.add("</tbody></table></div>\n");
    }

    private void charts(Page page) {
        page.add("<section class=\"charts\">");
        bars(page, "Garbage: MiB a second allocated on the Java heap", "Shorter is better.", Figures.HEAP);
        bars(page, "All collector pauses in the window, ms", "Shorter is better.", Figures.PAUSE_SUM);
        bars(page, "Collector pause, 99th percentile, ms", "Shorter is better.", Figures.PAUSE_99);
        bars(page, "Hit rate, %", "Longer is better; a pool that never lets go hits nearly always, without any skill.", Figures.HITS);
        bars(page, "Idle contexts held, mean over the window", "Shorter is better, at equal hit rate.", Figures.HELD);
        bars(page, "Idle contexts held after the load", "Shorter is better. Last round.", Figures.HELD_AFTER);
        bars(page, "Processor time for a request, µs", "Shorter is better.", Figures.CPU);
        String legend = legend();
        page.figure("Latency by percentile, ms", legend, Plot.percentiles("latency by percentile", "ms", rows.stream().map(row -> new Plot.Line(row.kind(),
            colour(row.kind()), row.last().load().latency().stream().filter(point -> point.percentile() > 0)
                .map(point -> new double[] {point.percentile(), row.figure(r -> r.load().micros(point.percentile())).middle() / 1e3}).toList())).toList()),
            "Lower is better; the right end is the tail. Both axes are logarithmic.");
        page.figure("Collector pauses by percentile, ms", legend, Plot.percentiles("pauses by percentile", "ms", rows.stream().map(this::pauses).toList()),
            "Lower is better. All rounds together.");
        ContextResult any = rows.get(0).last();
        page.figure("Idle contexts held over time", legend, Plot.time("held over time", "idle", rows.stream().map(row -> new Plot.Line(row.kind(), colour(row.kind()),
            row.last().samples().stream().map(moment -> new double[] {moment.seconds(), moment.heldInAll()}).toList())).toList(), any.windowFrom(), any.windowTo(),
            List.of()), "Last round: warm-up, measured window (shaded), and the time after the load.");
        Row own = Goals.find(rows, ContextPools.GENERATIONAL);
        if (own != null) {
            generations(page, own.last());
        }
        page.add("</section>\n");
    }

    private Plot.Line pauses(Row row) {
        List<Double> all = new ArrayList<>();
        row.rounds().forEach(round -> all.addAll(round.pauseMillis()));
        List<double[]> points = new ArrayList<>();
        for (double percentile : new double[] {10, 25, 50, 75, 90, 95, 99, 100}) {
            points.add(new double[] {percentile, ContextResult.percentile(all, percentile)});
        }
        return new Plot.Line(row.kind(), colour(row.kind()), points);
    }

    private void generations(Page page, ContextResult result) {
        List<ContextResult.Moment> moments = result.samples().stream().filter(moment -> moment.seconds() <= result.windowTo() + SHOWN_AFTER_SECONDS).toList();
        List<Plot.Line> lines = new ArrayList<>();
        StringBuilder legend = new StringBuilder();
        int generations = moments.stream().mapToInt(moment -> moment.held().size()).max().orElse(0);
        for (int g = 0; g < generations; g++) {
            int at = g;
            String colour = GENERATION_COLOURS[Math.min(g, GENERATION_COLOURS.length - 1)];
            lines.add(new Plot.Line("T" + g, colour, moments.stream().map(moment -> new double[] {moment.seconds(), moment.held().get(at)}).toList()));
            legend.append(Page.chip("T" + g, colour));
        }
        lines.add(new Plot.Line("in sessions", "#d9822b", moments.stream().map(m -> new double[] {m.seconds(), m.inSessions()}).toList()));
        legend.append(Page.chip("kept by sessions (in use)", "#d9822b"));
        List<Plot.Event> events = result.decisions().stream().filter(decision -> decision.seconds() <= result.windowTo() + SHOWN_AFTER_SECONDS).map(decision -> new Plot.Event(decision.seconds(),
            ACTION_COLOURS.getOrDefault(decision.action(), "#777777"), text(decision))).toList();
        page.figure("Generational: entries per generation, and the scheduler's decisions", legend.toString(), Plot.time("entries per generation", "entries", lines,
            result.windowFrom(), result.windowTo(), events), "Last round. Dots at the upper edge are decisions (point at one to read it).");
        page.figure("Generational: hit rate over time, %", "", Plot.time("hit rate over time", "%", List.of(new Plot.Line("hits", colour(result.kind()),
            moments.stream().map(moment -> new double[] {moment.seconds(), 100 * moment.hitRate()}).toList())), result.windowFrom(), result.windowTo(),
            List.of()), "Last round, each quarter of a second.");
    }

    private void decisions(Page page) {
        Row own = Goals.find(rows, ContextPools.GENERATIONAL);
        if (own == null) {
            return;
        }
        Map<String, Long> counts = new LinkedHashMap<>();
        own.last().decisions().forEach(decision -> counts.merge(decision.action(), 1L, Long::sum));
        page.add("<section><h2>What the flow scheduler decided</h2><p class=\"legend\">");
        counts.forEach((action, count) -> page.add(Page.chip(action + " × " + count, ACTION_COLOURS.getOrDefault(action, "#777777"))));
        page.add("</p><div class=\"scroll\"><table><tbody>");
        own.last().decisions().stream().filter(d -> !d.action().equals("EVICT") && !d.action().equals("AGE")).limit(24).forEach(decision ->
            page.add("<tr><td>" + String.format(Locale.ROOT, "%.1f s", decision.seconds()) + "</td><td style=\"text-align:left\">" + Page.text(decision.action())
                + "</td><td style=\"text-align:left\">" + Page.text(decision.tag()) + "</td><td style=\"text-align:left;white-space:normal\">" + Page.text(decision.reason())
                + "</td></tr>"));
        page.add("</tbody></table></div><p class=\"caption\">Last round; the first 24 that concern classes of entries or the threshold.</p></section>\n");
    }

    private static String text(Decided decision) {
        return String.format(Locale.ROOT, "%.1f s %s %s (%d): %s", decision.seconds(), decision.action(), decision.tag(), decision.entries(), decision.reason());
    }

    private void bars(Page page, String title, String caption, Column column) {
        page.figure(title, "", Plot.bars(title, rows.stream().map(row -> {
            Spread spread = row.figure(column.value());
            return new Plot.Bar(row.kind(), colour(row.kind()), spread.low(), spread.middle(), spread.high(),
                Double.isNaN(spread.middle()) ? "not looked at" : column.text(row));
        }).toList()), caption);
    }

    private String legend() {
        StringBuilder legend = new StringBuilder();
        rows.forEach(row -> legend.append(chip(row.kind())));
        return legend.toString();
    }

    private static String colour(String kind) {
        return ContextPools.of(kind).colour();
    }

    private static String chip(String kind) {
        return Page.chip(kind, colour(kind));
    }
}
