package dev.cenote.bench.drive;

import dev.cenote.bench.peer.PeerKind;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ci/bench blocks}: plans the run, shows progress, prints the tables and the verdicts. */
@Command(name = "blocks", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Block pools: time, spread, ratios and garbage of every peer, and a verdict per figure to reach.",
        footer = {"", "Scenarios: cycle, solo, duel, handoff, batch-random, batch-lifo (--full), small-heap, plain-threads,",
            "virtual-threads, cold, growth. A job is called scenario/peer/bytes/jdk, for example",
            "  ci/bench blocks --quick --only '(cycle|duel)/(cenote|netty).*/25'",
            "Exit code: 0 measured (whatever the verdicts), 1 a job failed, 2 wrong usage."})
public final class BlocksCommand implements Callable<Integer> {

    private static final double BUSY_LOAD = 0.8;

    /** One effort or none. */
    static final class Efforts {
        @Option(names = "--quick", description = "About 5 minutes: the newest JDK, one JVM per figure.")
        boolean quick;
        @Option(names = "--full", description = "Over an hour: every peer at every size, five JVMs per figure.")
        boolean full;
    }

    @Spec
    @Nullable CommandSpec spec;

    @ArgGroup(exclusive = true)
    Efforts efforts = new Efforts();

    @Option(names = "--only", paramLabel = "REGEX", description = "Only the jobs in whose name this is found.")
    Pattern only = Pattern.compile("");

    @Option(names = "--jdk", paramLabel = "VERSION", defaultValue = "both",
            description = "17, 25, any other installed version, or both: the oldest and the newest found "
                    + "(default: both; with --quick the newest).")
    String jdk = "both";

    @Option(names = "--json", paramLabel = "FILE", description = "Writes every sample.")
    @Nullable Path json;

    @Option(names = "--report", paramLabel = "FILE", description = "Writes the tables and bars as one HTML file.")
    @Nullable Path report;

    @Option(names = "--list", description = "Shows the jobs and stops.")
    boolean list;

    @Option(names = "--module", hidden = true, description = "The folder of the built Maven module.")
    Path module = Path.of("bench/java");

    /** Made by picocli. */
    public BlocksCommand() {
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Effort effort = efforts.quick ? Effort.QUICK : efforts.full ? Effort.FULL : Effort.NORMAL;
        List<Jdk> jdks = chosenJdks();
        List<List<Job>> rounds = new Plan(effort, only).rounds(jdks);
        if (rounds.isEmpty()) {
            throw new ParameterException(spec().commandLine(), "--only '" + only + "' leaves no job; see --list");
        }
        if (list) {
            rounds.get(0).stream().map(Job::label).sorted().forEach(System.out::println);
            return 0;
        }
        Map<String, String> machine = Machine.describe(jdks);
        machine.forEach((name, value) -> System.out.printf("%-12s %s%n", name, value));
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        if (load > BUSY_LOAD) {
            System.err.printf("This machine is busy (load %.1f): times will be too long and ratios unsteady.%n", load);
        }
        Results results = new Results();
        measure(rounds, new Measurer(module, effort.iterations(), effort.iterationMicros()), jdks, results);
        return show(machine, results);
    }

    private CommandSpec spec() {
        return java.util.Objects.requireNonNull(spec);
    }

    private List<Jdk> chosenJdks() {
        List<Jdk> installed = Jdk.installed();
        if (jdk.equals("both")) {
            Jdk newest = installed.get(installed.size() - 1);
            return efforts.quick || installed.size() == 1 ? List.of(newest) : List.of(installed.get(0), newest);
        }
        List<Jdk> chosen = installed.stream().filter(each -> Integer.toString(each.feature()).equals(jdk)).toList();
        if (chosen.isEmpty()) {
            throw new ParameterException(spec().commandLine(), "--jdk " + jdk + ": not installed; found "
                    + installed.stream().map(each -> Integer.toString(each.feature())).toList() + " and 'both'");
        }
        return chosen;
    }

    private static void measure(List<List<Job>> rounds, Measurer measurer, List<Jdk> jdks, Results results)
            throws InterruptedException {
        jdks.forEach(measurer::prepare);
        int total = rounds.stream().mapToInt(List::size).sum();
        Progress progress = new Progress(total);
        for (List<Job> round : rounds) {
            for (Job job : round) {
                progress.starting(job.label());
                Measured measured = results.of(job);
                int before = measured.failures().size();
                measurer.run(job, measured);
                if (measured.failures().size() > before) {
                    progress.say(job.label() + " FAILED: " + measured.failures().get(before));
                }
                progress.done();
            }
        }
        progress.finish();
    }

    private int show(Map<String, String> machine, Results results) throws IOException {
        Map<Jdk, List<Table>> tables = new LinkedHashMap<>();
        Map<Jdk, List<Verdict>> verdicts = new LinkedHashMap<>();
        for (Jdk each : results.jdks()) {
            tables.put(each, Tables.of(results, each));
            verdicts.put(each, Targets.judge(results, each));
            tables.get(each).forEach(table -> System.out.println("\n" + table.toText()));
            System.out.println("\n" + verdictTable(each, verdicts.get(each)).toText());
        }
        if (json != null) {
            Files.writeString(json, Json.of(asMap(machine, results, verdicts)));
        }
        if (report != null) {
            Files.writeString(report, HtmlReport.of(machine, tables, verdicts));
        }
        long failed = results.all().values().stream().filter(measured -> !measured.failures().isEmpty()).count();
        if (failed > 0) {
            System.out.println(failed + " jobs failed; their rows say why.");
        }
        return failed > 0 ? 1 : 0;
    }

    /** With {@code --only}, what was left out on purpose is not listed. */
    private Table verdictTable(Jdk jdk, List<Verdict> verdicts) {
        List<Table.Row> rows = verdicts.stream()
                .filter(verdict -> verdict.outcome() != Verdict.Outcome.NOT_MEASURED || only.pattern().isEmpty())
                .map(verdict -> new Table.Row(List.of(verdict.row(), verdict.target(),
                verdict.measured(), verdict.word()), false, 0)).toList();
        return new Table("Figures to reach   [JDK " + jdk.feature() + "]", "", List.of("what", "target", "measured", "verdict"),
                rows);
    }

    private static Map<String, Object> asMap(Map<String, String> machine, Results results,
                                             Map<Jdk, List<Verdict>> verdicts) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("machine", machine);
        List<Object> jobs = new ArrayList<>();
        results.all().forEach((job, measured) -> {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("scenario", job.scenario().label());
            PeerKind peer = job.peer();
            entry.put("peer", peer.label());
            entry.put("bytes", job.bytes());
            entry.put("jdk", job.jdk().feature());
            entry.put("samples", measured.samples());
            entry.put("failures", measured.failures());
            jobs.add(entry);
        });
        all.put("jobs", jobs);
        Map<String, Object> judged = new LinkedHashMap<>();
        verdicts.forEach((jdk, list) -> judged.put("jdk " + jdk.feature(), list.stream().map(verdict ->
                Map.of("row", verdict.row(), "target", verdict.target(), "measured", verdict.measured(),
                        "verdict", verdict.word())).toList()));
        all.put("verdicts", judged);
        return all;
    }

    /** One line that moves where a person looks, a line per tenth elsewhere. */
    private static final class Progress {
        private final boolean terminal = System.console() != null;
        private final long begun = System.nanoTime();
        private final int total;
        private int done;

        Progress(int total) {
            this.total = total;
        }

        void starting(String label) {
            String line = String.format("[%d/%d] %s left  %s", done + 1, total, left(), label);
            if (terminal) {
                System.err.print("\r\033[K" + line);
            } else if (done % Math.max(1, total / 10) == 0) {
                System.err.println(line);
            }
        }

        void say(String line) {
            System.err.println((terminal ? "\r\033[K" : "") + line);
        }

        void done() {
            done++;
        }

        void finish() {
            say(total + " JVMs in " + text(Duration.ofNanos(System.nanoTime() - begun)));
        }

        private String left() {
            if (done == 0) {
                return "about " + text(Duration.ofMillis(2500L * total));
            }
            long each = (System.nanoTime() - begun) / done;
            return text(Duration.ofNanos(each * (total - done)));
        }

        private static String text(Duration time) {
            return time.toMinutes() + ":" + String.format("%02d", time.toSecondsPart());
        }
    }
}
