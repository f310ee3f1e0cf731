package dev.cenote.bench.drive;

import dev.cenote.bench.peer.PeerKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ci/bench generations}: the generational pool beside other pools of objects, in JVMs that take turns. */
@Command(name = "generations", mixinStandardHelpOptions = true, sortOptions = false,
        description = "The generational pool of direct buffers beside other object pools: get and put by one thread and by two, "
                + "256 at a time, hand-off; nanoseconds, bytes of garbage, ratios, and a verdict per figure to reach.",
        footer = {"", "Exit code: 0 measured (whatever the verdicts), 1 a JVM failed, 2 wrong usage."})
public final class GenerationsCommand implements Callable<Integer> {

    private static final int BYTES = 1024;
    private static final double NANOS_TO_REACH = 8;
    private static final long SHUFFLE = 20261122;
    private static final List<PeerKind> PEERS = List.of(PeerKind.CENOTE_GENERATIONS, PeerKind.CENOTE_GENERATIONS_TAGGED,
            PeerKind.NETTY_RECYCLER, PeerKind.STORMPOT, PeerKind.JCTOOLS_MPMC, PeerKind.JCTOOLS_XADD, PeerKind.TL_DEQUE,
            PeerKind.COMMONS_POOL2, PeerKind.FLOOR_PREALLOCATED);
    private static final List<Scenario> SCENARIOS = List.of(Scenario.CYCLE, Scenario.DUEL, Scenario.BATCH_RANDOM, Scenario.HANDOFF);

    @Option(names = "--quick", description = "About a minute: one JVM per figure instead of five.")
    boolean quick;

    @Option(names = "--only", paramLabel = "REGEX", description = "Only the jobs in whose name this is found, for example "
            + "'(cycle|duel)/(cenote|netty)'.")
    Pattern only = Pattern.compile("");

    @Option(names = "--module", hidden = true, description = "The folder of the built Maven module.")
    Path module = Path.of("bench/java");

    /** Made by picocli. */
    public GenerationsCommand() {
    }

    @Override
    public Integer call() throws InterruptedException {
        List<Jdk> installed = Jdk.installed();
        Jdk jdk = installed.get(installed.size() - 1);
        Machine.describe(List.of(jdk)).forEach((name, value) -> System.out.printf("%-12s %s%n", name, value));
        Effort effort = quick ? Effort.QUICK : Effort.NORMAL;
        Measurer measurer = new Measurer(module, effort.iterations(), effort.iterationMicros());
        measurer.prepare(jdk);
        Map<Job, Measured> results = new LinkedHashMap<>();
        for (Scenario scenario : SCENARIOS) {
            PEERS.stream().map(peer -> new Job(scenario, peer, BYTES, jdk)).filter(job -> only.matcher(job.label()).find())
                    .filter(job -> job.peer() != PeerKind.FLOOR_PREALLOCATED || scenario == Scenario.CYCLE)
                    .forEach(job -> results.put(job, new Measured()));
        }
        Random random = new Random(SHUFFLE);
        for (int round = 0; round < (quick ? 1 : 5); round++) {   // a disturbance of the machine hits all alike
            List<Job> jobs = new ArrayList<>(results.keySet());
            Collections.shuffle(jobs, random);
            for (Job job : jobs) {
                System.err.println("round " + (round + 1) + ": " + job.label());
                measurer.run(job, results.get(job));
            }
        }
        for (Scenario scenario : SCENARIOS) {
            if (results.keySet().stream().anyMatch(job -> job.scenario() == scenario)) {
                System.out.println("\n" + table(scenario, jdk, results).toText());
            }
        }
        System.out.println("\n" + verdicts(jdk, results).toText());
        results.forEach((job, measured) -> measured.failures().forEach(text -> System.out.println(job.label() + " FAILED: " + text)));
        return results.values().stream().allMatch(measured -> measured.failures().isEmpty()) ? 0 : 1;
    }

    private static Table table(Scenario scenario, Jdk jdk, Map<Job, Measured> results) {
        List<Table.Row> rows = new ArrayList<>();
        OptionalDouble ours = nanos(scenario, PeerKind.CENOTE_GENERATIONS, jdk, results);
        for (PeerKind peer : PEERS) {
            Measured measured = of(scenario, peer, jdk, results);
            OptionalDouble ratio = Targets.over(nanos(scenario, peer, jdk, results), ours);
            rows.add(new Table.Row(List.of(peer.label(), number(measured.low("ns")), number(measured.median("ns")),
                    number(measured.least("ns")) + ".." + number(measured.most("ns")),
                    ratio.isEmpty() ? "-" : Verdict.number(ratio.getAsDouble()) + "x", number(measured.median("bytes"))),
                    peer.role() == PeerKind.Role.CENOTE, 0));
        }
        return new Table(scenario.title() + "   [JDK " + jdk.feature() + "]",
                "Low: a twentieth of the samples is below; x ours: between lows, above 1 = slower than ours. The floor only touches a buffer.",
                List.of("ns", "low", "median", "least..most", "x ours", "B/op"), rows);
    }

    private static Table verdicts(Jdk jdk, Map<Job, Measured> results) {
        OptionalDouble cycle = nanos(Scenario.CYCLE, PeerKind.CENOTE_GENERATIONS, jdk, results);
        OptionalDouble bytes = of(Scenario.CYCLE, PeerKind.CENOTE_GENERATIONS, jdk, results).median("bytes");
        List<Table.Row> rows = new ArrayList<>();
        rows.add(row("get and put, one thread", "<= 8 ns", cycle, cycle.orElse(Double.MAX_VALUE) <= NANOS_TO_REACH));
        rows.add(row("garbage", "0 B/op", bytes, bytes.orElse(1) < 0.01));
        for (PeerKind rival : List.of(PeerKind.NETTY_RECYCLER, PeerKind.STORMPOT)) {
            OptionalDouble ratio = Targets.over(nanos(Scenario.CYCLE, rival, jdk, results), cycle);
            rows.add(row("one thread, " + rival.label() + " / ours", "> 1", ratio, ratio.orElse(0) > 1));
        }
        OptionalDouble duel = Targets.over(nanos(Scenario.DUEL, PeerKind.JCTOOLS_MPMC, jdk, results),
                nanos(Scenario.DUEL, PeerKind.CENOTE_GENERATIONS, jdk, results));
        rows.add(row("two threads, jctools-mpmc / ours", ">= 1", duel, duel.orElse(0) >= 1));
        return new Table("Figures to reach   [JDK " + jdk.feature() + "]", "", List.of("what", "target", "measured", "verdict"), rows);
    }

    private static Table.Row row(String what, String target, OptionalDouble measured, boolean reached) {
        return new Table.Row(List.of(what, target, number(measured), measured.isEmpty() ? "not measured" : reached ? "reached" : "missed"),
                false, 0);
    }

    private static OptionalDouble nanos(Scenario scenario, PeerKind peer, Jdk jdk, Map<Job, Measured> results) {
        return of(scenario, peer, jdk, results).low("ns");
    }

    /** Empty when it was left out. */
    private static Measured of(Scenario scenario, PeerKind peer, Jdk jdk, Map<Job, Measured> results) {
        return results.getOrDefault(new Job(scenario, peer, BYTES, jdk), new Measured());
    }

    private static String number(OptionalDouble value) {
        return value.isEmpty() ? "-" : Verdict.number(value.getAsDouble());
    }
}
