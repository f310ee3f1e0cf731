package dev.cenote.gateway.report;

import java.util.List;
import java.util.Locale;

/** One figure of all memory kinds as bars, with a whisker from the lowest to the highest round. */
final class BarChart {
    private static final int WIDTH = 620;
    private static final int LEFT = 118;
    private static final int RIGHT = 96;
    private static final int BAR = 24;
    private static final int STEP = 34;

    private BarChart() {
    }

    static String of(Column column, List<Row> rows, Palette palette) {
        int height = rows.size() * STEP + 8;
        Svg svg = new Svg(WIDTH, height, column.name() + " by memory kind");
        double most = rows.stream().mapToDouble(row -> row.figure(column.value()).high()).filter(v -> !Double.isNaN(v)).max().orElse(0);
        double scale = most > 0 ? (WIDTH - LEFT - RIGHT) / most : 0;
        svg.line(LEFT, 2, LEFT, height - 4, "axis");
        for (int i = 0; i < rows.size(); i++) {
            bar(svg, column, rows.get(i), palette, i * STEP + 6, scale);
        }
        return svg.toString();
    }

    private static void bar(Svg svg, Column column, Row row, Palette palette, double y, double scale) {
        Row.Figure figure = row.figure(column.value());
        double middle = y + BAR / 2.0;
        svg.text(LEFT - 10, middle + 4.5, "end", "name", row.kind());
        if (Double.isNaN(figure.middle())) {
            svg.text(LEFT + 8, middle + 4.5, "start", "faint", "not known");
            return;
        }
        String spread = column.spread(row);
        String tip = String.format(Locale.ROOT, "%s: %s %s%s", row.kind(), column.text(row), column.unit(),
                spread.isEmpty() ? "" : " (" + spread + ")");
        svg.rect(LEFT + 1, y, Math.max(1, figure.middle() * scale), BAR, palette.colour(row.kind()), tip);
        if (!spread.isEmpty()) {
            double low = LEFT + figure.low() * scale;
            double high = LEFT + figure.high() * scale;
            svg.line(low, middle, high, middle, "whisker");
            svg.line(low, middle - 5, low, middle + 5, "whisker");
            svg.line(high, middle - 5, high, middle + 5, "whisker");
        }
        svg.text(LEFT + figure.high() * scale + 10, middle + 4.5, "start", "value", column.text(row));
    }
}
