package dev.cenote.gateway.report;

import java.util.List;

/** The table for the terminal: one line per memory kind, with more than one round a second line with the spread. */
public final class TextTable {
    private TextTable() {
    }

    public static String of(List<Row> rows) {
        int nameWidth = rows.stream().mapToInt(row -> row.kind().length()).max().orElse(0);
        int[] widths = Column.ALL.stream().mapToInt(column -> Math.max(width(column, rows),
                Math.max(column.name().length(), column.unit().length()))).toArray();
        StringBuilder table = new StringBuilder();
        line(table, "memory", nameWidth, widths, Column.ALL.stream().map(Column::name).toList());
        line(table, "", nameWidth, widths, Column.ALL.stream().map(Column::unit).toList());
        for (Row row : rows) {
            line(table, row.kind(), nameWidth, widths, Column.ALL.stream().map(column -> plain(column.text(row))).toList());
            if (row.rounds().size() > 1) {
                line(table, "", nameWidth, widths, Column.ALL.stream().map(column -> plain(column.spread(row))).toList());
            }
        }
        return table.toString();
    }

    private static int width(Column column, List<Row> rows) {
        return rows.stream().mapToInt(row -> Math.max(column.text(row).length(), column.spread(row).length())).max().orElse(0);
    }

    private static void line(StringBuilder table, String name, int nameWidth, int[] widths, List<String> cells) {
        StringBuilder line = new StringBuilder(pad(name, nameWidth, false));
        for (int i = 0; i < widths.length; i++) {
            line.append("  ").append(pad(cells.get(i), widths[i], true));
        }
        table.append(line.toString().stripTrailing()).append('\n');
    }

    /** Terminals show thin spaces badly. */
    private static String plain(String text) {
        return text.replace('\u202f', ' ').replace('–', '-');
    }

    private static String pad(String text, int width, boolean right) {
        String space = " ".repeat(Math.max(0, width - text.length()));
        return right ? space + text : text + space;
    }
}
