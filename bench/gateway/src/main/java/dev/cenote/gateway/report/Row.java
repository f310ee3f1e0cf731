package dev.cenote.gateway.report;

import dev.cenote.gateway.load.LoadResult;
import dev.cenote.gateway.run.Measurement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** All rounds of one memory kind: the middle one of each figure, with its spread. */
public record Row(String kind, List<Measurement> rounds) {
    public Row {
        rounds = List.copyOf(rounds);
    }

    /** A figure over all rounds. */
    public record Figure(double low, double middle, double high) {
    }

    /** One row for each kind, in the order in which the kinds first ran. */
    public static List<Row> of(List<Measurement> measurements) {
        Map<String, List<Measurement>> byKind = new LinkedHashMap<>();
        for (Measurement measurement : measurements) {
            byKind.computeIfAbsent(measurement.kind(), kind -> new ArrayList<>()).add(measurement);
        }
        List<Row> rows = new ArrayList<>();
        byKind.forEach((kind, rounds) -> rows.add(new Row(kind, rounds)));
        return rows;
    }

    public Figure figure(ToDoubleFunction<Measurement> of) {
        double[] values = rounds.stream().mapToDouble(of).sorted().toArray();
        int half = values.length / 2;
        double middle = values.length % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
        return new Figure(values[0], middle, values[values.length - 1]);
    }

    /** The latency curve from the 10th percentile up, each point the middle of all rounds. */
    public List<LoadResult.Point> latencyCurve() {
        return rounds.get(0).load().latency().stream().filter(point -> point.percentile() > 0)
                .map(point -> new LoadResult.Point(point.percentile(), figure(m -> m.load().micros(point.percentile())).middle()))
                .toList();
    }

    public boolean isSound() {
        return rounds.stream().allMatch(round -> round.failures().isEmpty());
    }
}
