package dev.cenote.bench.drive;

import java.util.ArrayList;
import java.util.List;

/** A title, a heading and rows of cells; the first column is text, the others are aligned to the right. */
record Table(String title, String note, List<String> heading, List<Row> rows) {

    /** A row; {@code ours} ones stand out; {@code bar} is the length of its bar in the report, 0 for none. */
    record Row(List<String> cells, boolean ours, double bar) {
    }

    /** The table as text, two spaces between the columns. */
    String toText() {
        int columns = heading.size();
        int[] widths = new int[columns];
        List<List<String>> lines = new ArrayList<>();
        lines.add(heading);
        rows.forEach(row -> lines.add(row.cells()));
        for (List<String> line : lines) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder(title).append('\n');
        for (List<String> line : lines) {
            StringBuilder out = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                String padding = " ".repeat(widths[i] - line.get(i).length());
                out.append(i == 0 ? line.get(i) + padding : "  " + padding + line.get(i));
            }
            text.append(out.toString().stripTrailing()).append('\n');
        }
        if (!note.isEmpty()) {
            text.append(note).append('\n');
        }
        return text.toString();
    }
}
