package dev.cenote.bench.drive;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MeasuredTest {

    @Test
    void median_ofOddAndEvenCounts() {
        Measured measured = new Measured();
        assertThat(measured.median("ns")).isEmpty();
        measured.add("ns", 9);
        measured.add("ns", 1);
        assertThat(measured.median("ns")).hasValue(5);
        measured.add("ns", 2);
        assertThat(measured.median("ns")).hasValue(2);
        assertThat(measured.least("ns")).hasValue(1);
        assertThat(measured.most("ns")).hasValue(9);
    }

    @Test
    void low_hasATwentiethOfTheOthersBelow() {
        Measured measured = new Measured();
        assertThat(measured.low("ns")).isEmpty();
        for (int value = 41; value > 0; value--) {
            measured.add("ns", value);
        }
        assertThat(measured.low("ns")).hasValue(3);
    }

    @Test
    void part_hasSuchAPartOfTheOthersBelow() {
        Measured measured = new Measured();
        assertThat(measured.part("ns", 0.5)).isEmpty();
        for (int value = 5; value > 0; value--) {
            measured.add("ns", value);
        }
        assertThat(measured.part("ns", 0.25)).hasValue(2);
        assertThat(measured.part("ns", 0.75)).hasValue(4);
        assertThat(measured.part("ns", 1)).hasValue(5);
    }

    @Test
    void addAll_keepsTheOrderOfTheTurns() {
        Measured all = new Measured();
        for (double turn : new double[] {3, 1, 2}) {
            Measured told = new Measured();
            told.add("ns", turn);
            all.addAll(told);
        }
        assertThat(all.samples()).isEqualTo(Map.of("ns", List.of(3.0, 1.0, 2.0)));
    }

    @Test
    void linesOfAChild_areRead_andOthersSkipped() {
        Measured measured = new Measured();
        assertThat(Measurer.read("WARNING: x\n@cenote ns 12.5\n@cenote p99 1 2\nother\n", measured)).isTrue();
        assertThat(measured.median("ns")).hasValue(12.5);
        assertThat(measured.median("p99")).hasValue(1.5);
    }

    @Test
    void aChildThatTellsNothing_isNoticed() {
        assertThat(Measurer.read("Exception in thread main\n", new Measured())).isFalse();
    }

    @Test
    void json_isEscapedAndNested() {
        assertThat(Json.of(Map.of("a\"b", List.of(1.5, 2, "x\ny"))))
                .isEqualTo("{\n  \"a\\\"b\": [1.5000, 2, \"x\\u000ay\"]\n}\n");
    }

    @Test
    void table_alignsItsColumns() {
        Table table = new Table("t", "", List.of("peer", "ns"),
                List.of(new Table.Row(List.of("a", "1.00"), false, 0), new Table.Row(List.of("long-name", "10.0"), true, 0)));
        assertThat(table.toText()).isEqualTo("t\npeer         ns\na          1.00\nlong-name  10.0\n");
    }

    @Test
    void report_escapesAndDrawsBars() {
        Jdk jdk = new Jdk(java.nio.file.Path.of("x"), 25, "25", "test");
        Table table = new Table("a < b", "", List.of("peer"), List.of(new Table.Row(List.of("p"), true, 3)));
        String page = HtmlReport.of(Map.of("processor", "x & y"), Map.of(jdk, List.of(table)), Map.of(jdk, List.of()));
        assertThat(page).contains("a &lt; b").contains("x &amp; y").contains("<rect").doesNotContain("http");
    }
}
