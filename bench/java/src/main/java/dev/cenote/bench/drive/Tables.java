package dev.cenote.bench.drive;

import dev.cenote.bench.peer.PeerKind;
import dev.cenote.bench.peer.PeerKind.Role;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** Turns results into tables, fastest peer first. */
final class Tables {

    private static final String RATIO_NOTE =
            "x best: to the fastest rival; x cenote: times Cenote's figure, above 1 = slower than Cenote.";

    private final Results results;
    private final Jdk jdk;

    private Tables(Results results, Jdk jdk) {
        this.results = results;
        this.jdk = jdk;
    }

    /** All tables of a JDK that have rows. */
    static List<Table> of(Results results, Jdk jdk) {
        Tables tables = new Tables(results, jdk);
        List<Table> all = new ArrayList<>();
        all.add(tables.bySize());
        for (Scenario scenario : List.of(Scenario.CYCLE, Scenario.SOLO, Scenario.DUEL, Scenario.HANDOFF,
                Scenario.BATCH_RANDOM, Scenario.BATCH_LIFO)) {
            all.add(tables.compared(scenario, Plan.COMMON));
        }
        all.add(tables.surroundings());
        all.add(tables.cold());
        all.add(tables.growth());
        all.removeIf(table -> table.rows().isEmpty());
        return all;
    }

    static String size(int bytes) {
        return bytes >= 1024 ? bytes / 1024 + " KiB" : bytes + " B";
    }

    private String title(String what) {
        return what + "   [JDK " + jdk.feature() + "]";
    }

    /** One scenario, one block size: time, spread, ratios, garbage. */
    private Table compared(Scenario scenario, int bytes) {
        OptionalDouble best = results.bestRival(scenario, bytes, jdk)
                .map(peer -> results.nanos(scenario, peer, bytes, jdk)).orElse(OptionalDouble.empty());
        OptionalDouble implicit = results.nanos(scenario, PeerKind.CENOTE_JNI, bytes, jdk);
        OptionalDouble handle = results.nanos(scenario, PeerKind.CENOTE_JNI_LOCAL, bytes, jdk);
        List<Table.Row> rows = new ArrayList<>();
        for (Job job : byTime(scenario, bytes)) {
            Measured measured = results.of(job);
            OptionalDouble nanos = measured.low("ns");
            rows.add(row(job.peer(), nanos, number(nanos), number(measured.least("ns")) + ".." + number(measured.most("ns")),
                    ratio(nanos, best), ratio(nanos, implicit), ratio(nanos, handle), number(rounded(measured.median("bytes"))),
                    failure(measured)));
        }
        return new Table(title(scenario.title() + ", " + size(bytes)), RATIO_NOTE, List.of("peer", "ns/block", "least..most",
                "x best", "x cenote-jni", "x cenote-jni-local", "B/op", ""), rows);
    }

    /** The cycle at every block size. */
    private Table bySize() {
        List<Integer> sizes = results.sizes(Scenario.CYCLE, jdk);
        List<String> heading = new ArrayList<>(List.of("peer"));
        sizes.forEach(bytes -> heading.add(size(bytes)));
        List<PeerKind> peers = sizes.stream()
                .sorted(Comparator.comparing(bytes -> bytes == Plan.COMMON ? 0 : bytes))
                .flatMap(bytes -> byTime(Scenario.CYCLE, bytes).stream().map(Job::peer)).distinct().toList();
        List<Table.Row> rows = new ArrayList<>();
        for (PeerKind peer : peers) {
            List<String> cells = new ArrayList<>();
            for (int bytes : sizes) {
                OptionalDouble best = results.bestRival(Scenario.CYCLE, bytes, jdk)
                        .map(rival -> results.nanos(Scenario.CYCLE, rival, bytes, jdk)).orElse(OptionalDouble.empty());
                OptionalDouble nanos = results.nanos(Scenario.CYCLE, peer, bytes, jdk);
                cells.add(nanos.isEmpty() ? "" : number(nanos) + " (" + ratio(nanos, best) + ")");
            }
            rows.add(row(peer, OptionalDouble.empty(), cells.toArray(String[]::new)));
        }
        return new Table(title("one thread: get, touch first and last line, put; ns per block (x best rival)"), "", heading,
                sizes.size() > 1 ? rows : List.of());
    }

    /** Small heap, plain and virtual threads against the ordinary surroundings. */
    private Table surroundings() {
        List<Scenario> around = Stream.of(Scenario.SMALL_HEAP, Scenario.PLAIN_THREADS, Scenario.VIRTUAL_THREADS)
                .filter(scenario -> !results.jobs(scenario, Plan.COMMON, jdk).isEmpty()).toList();
        List<String> heading = new ArrayList<>(List.of("peer", "ordinary"));
        around.forEach(scenario -> heading.add(scenario.label()));
        List<PeerKind> peers = around.stream().flatMap(scenario -> byTime(scenario, Plan.COMMON).stream())
                .map(Job::peer).distinct().toList();
        List<Table.Row> rows = new ArrayList<>();
        for (PeerKind peer : peers) {
            OptionalDouble ordinary = results.nanos(Scenario.CYCLE, peer, Plan.COMMON, jdk);
            List<String> cells = new ArrayList<>(List.of(number(ordinary)));
            for (Scenario scenario : around) {
                OptionalDouble nanos = results.nanos(scenario, peer, Plan.COMMON, jdk);
                cells.add(number(nanos) + " (" + ratio(nanos, ordinary) + ")");
            }
            rows.add(row(peer, OptionalDouble.empty(), cells.toArray(String[]::new)));
        }
        return new Table(title("the cycle of 1 KiB in other surroundings; ns per block (x its ordinary figure)"), "",
                heading, rows);
    }

    private Table cold() {
        List<String> figures = List.of("mean", "p50", "p99", "p99.9", "max", "open-ms", "timer");
        List<String> heading = new ArrayList<>(List.of("peer"));
        figures.forEach(heading::add);
        heading.add("");
        List<Table.Row> rows = new ArrayList<>();
        results.jobs(Scenario.COLD, Plan.PAGE, jdk).stream()
                .sorted(Comparator.comparingDouble(job -> results.of(job).median("mean").orElse(Double.MAX_VALUE)))
                .forEach(job -> {
                    List<String> cells = new ArrayList<>();
                    figures.forEach(name -> cells.add(number(results.of(job).median(name))));
                    cells.add(failure(results.of(job)));
                    rows.add(row(job.peer(), results.of(job).median("mean"), cells.toArray(String[]::new)));
                });
        return new Table(title("first use: 64 MiB in 4 KiB blocks, each got and written once; ns per block"),
                "The clock's own cost (column timer) is in every figure. Medians of JVMs.", heading, rows);
    }

    private Table growth() {
        List<Table.Row> rows = new ArrayList<>();
        for (Job job : results.jobs(Scenario.GROWTH, Plan.PAGE, jdk)) {
            results.of(job).samples().keySet().forEach(name -> rows.add(new Table.Row(
                    List.of(job.peer().label() + ": " + name, number(results.of(job).median(name)), ""), true, 0)));
            if (!failure(results.of(job)).isEmpty()) {
                rows.add(new Table.Row(List.of(job.peer().label(), "", failure(results.of(job))), true, 0));
            }
        }
        return new Table(title("growth under load"), "", List.of("figure", "value", ""), rows);
    }

    private List<Job> byTime(Scenario scenario, int bytes) {
        return results.jobs(scenario, bytes, jdk).stream()
                .sorted(Comparator.comparingDouble(job -> results.of(job).low("ns").orElse(Double.MAX_VALUE))).toList();
    }

    private static Table.Row row(PeerKind peer, OptionalDouble bar, String... cells) {
        List<String> all = new ArrayList<>(List.of(peer.label()));
        all.addAll(List.of(cells));
        return new Table.Row(all, peer.role() == Role.CENOTE, bar.orElse(0));
    }

    private static String failure(Measured measured) {
        return measured.failures().isEmpty() ? "" : "FAILED: " + measured.failures().get(0).lines().findFirst().orElse("");
    }

    private static OptionalDouble rounded(OptionalDouble bytes) {
        return bytes.isEmpty() ? bytes : OptionalDouble.of(Math.round(bytes.getAsDouble() * 10) / 10.0);
    }

    private static String number(OptionalDouble value) {
        return value.isEmpty() ? "-" : Verdict.number(value.getAsDouble());
    }

    private static String ratio(OptionalDouble above, OptionalDouble below) {
        OptionalDouble ratio = Targets.over(above, below);
        return ratio.isEmpty() ? "-" : Verdict.number(ratio.getAsDouble()) + "x";
    }
}
