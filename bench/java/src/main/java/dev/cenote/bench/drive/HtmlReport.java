package dev.cenote.bench.drive;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The report as one HTML file that needs nothing else: tables, and bars drawn as inline SVG. */
final class HtmlReport {

    private static final int BAR_WIDTH = 520;
    private static final int BAR_HEIGHT = 18;
    private static final int LABEL_WIDTH = 190;

    private static final String STYLE = """
            body { font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 70em; padding: 0 1em;
                   color: #1b2630; background: #fff }
            h1 { margin-bottom: .2em } h2 { margin-top: 2.2em; font-size: 1.1em }
            table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .6em 0 }
            td, th { padding: .15em .8em; text-align: right; border-bottom: 1px solid #e3e8ec; white-space: nowrap }
            td:first-child, th:first-child, table.text td { text-align: left }
            tr.ours td { font-weight: 600; background: #eaf6f4 }
            .reached { color: #0a7a53 } .short { color: #b3261e } .missing { color: #777 }
            .note { color: #5a6772; font-size: .9em } svg text { font: 12px system-ui, sans-serif; fill: #1b2630 }
            @media (prefers-color-scheme: dark) {
              body { color: #dfe7ec; background: #12181d } svg text { fill: #dfe7ec }
              td, th { border-color: #2b353d } tr.ours td { background: #17352f }
              .reached { color: #4fd1a1 } .short { color: #ff8a80 } }
            """;

    private HtmlReport() {
    }

    static String of(Map<String, String> machine, Map<Jdk, List<Table>> tables, Map<Jdk, List<Verdict>> verdicts) {
        StringBuilder page = new StringBuilder("<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">"
                + "<meta name=\"viewport\" content=\"width=device-width\">\n<title>Cenote: blocks</title>\n<style>\n")
                .append(STYLE).append("</style>\n<h1>Cenote: blocks, side by side</h1>\n<table class=\"text\">\n");
        machine.forEach((name, value) -> page.append("<tr><td>").append(escaped(name)).append("<td>")
                .append(escaped(value)).append('\n'));
        page.append("</table>\n");
        verdicts.forEach((jdk, all) -> appendVerdicts(page, jdk, all));
        tables.forEach((jdk, all) -> all.forEach(table -> append(page, table)));
        return page.append("</html>\n").toString();
    }

    private static void appendVerdicts(StringBuilder page, Jdk jdk, List<Verdict> verdicts) {
        page.append("<h2>Figures to reach, JDK ").append(jdk.feature()).append("</h2>\n<table class=\"text\">\n")
                .append("<tr><th>what<th>target<th>measured<th>\n");
        for (Verdict verdict : verdicts) {
            String style = switch (verdict.outcome()) {
                case REACHED -> "reached";
                case SHORT -> "short";
                case NOT_MEASURED -> "missing";
            };
            page.append("<tr><td>").append(escaped(verdict.row())).append("<td>").append(escaped(verdict.target()))
                    .append("<td>").append(escaped(verdict.measured())).append("<td class=\"").append(style).append("\">")
                    .append(escaped(verdict.word())).append('\n');
        }
        page.append("</table>\n");
    }

    private static void append(StringBuilder page, Table table) {
        page.append("<h2>").append(escaped(table.title())).append("</h2>\n");
        appendBars(page, table);
        page.append("<table>\n<tr>");
        table.heading().forEach(cell -> page.append("<th>").append(escaped(cell)));
        for (Table.Row row : table.rows()) {
            page.append(row.ours() ? "\n<tr class=\"ours\">" : "\n<tr>");
            row.cells().forEach(cell -> page.append("<td>").append(escaped(cell)));
        }
        page.append("\n</table>\n<p class=\"note\">").append(escaped(table.note())).append("</p>\n");
    }

    /** Bars on a logarithmic scale: the peers lie up to four powers of ten apart. */
    private static void appendBars(StringBuilder page, Table table) {
        List<Table.Row> bars = table.rows().stream().filter(row -> row.bar() > 0).toList();
        if (bars.isEmpty()) {
            return;
        }
        double least = bars.stream().mapToDouble(Table.Row::bar).min().orElse(1) / 2;
        double span = Math.log(bars.stream().mapToDouble(Table.Row::bar).max().orElse(1) / least);
        page.append(String.format(Locale.ROOT, "<svg role=\"img\" aria-label=\"bars, logarithmic\" width=\"%d\" height=\"%d\">%n",
                LABEL_WIDTH + BAR_WIDTH + 80, bars.size() * BAR_HEIGHT));
        for (int i = 0; i < bars.size(); i++) {
            Table.Row row = bars.get(i);
            double width = BAR_WIDTH * Math.log(row.bar() / least) / span;
            int top = i * BAR_HEIGHT;
            page.append(String.format(Locale.ROOT, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>"
                            + "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>"
                            + "<text x=\"%.1f\" y=\"%d\">%s</text>%n",
                    LABEL_WIDTH - 8, top + 13, escaped(row.cells().get(0)), LABEL_WIDTH, top + 2, width, BAR_HEIGHT - 5,
                    row.ours() ? "#12a084" : "#8aa0b2", LABEL_WIDTH + width + 6, top + 13, Verdict.number(row.bar())));
        }
        page.append("</svg>\n<p class=\"note\">ns, logarithmic</p>\n");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
