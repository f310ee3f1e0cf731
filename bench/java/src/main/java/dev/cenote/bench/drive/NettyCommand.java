package dev.cenote.bench.drive;

import dev.cenote.bench.harness.Handoff;
import dev.cenote.bench.harness.NettyFigures;
import dev.cenote.bench.peer.PeerKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ci/bench netty}: our allocator for Netty beside Netty's two, in JVMs that take turns; tables and verdicts. */
@Command(name = "netty", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Netty's ByteBuf cycle and hand-off: Cenote beside the adaptive and the pooled allocator.",
        footer = {"", "Exit code: 0 measured (whatever the verdicts), 1 a JVM failed, 2 wrong usage."})
public final class NettyCommand implements Callable<Integer> {

    private static final String OURS = PeerKind.CENOTE_NETTY.label();
    private static final String ADAPTIVE = PeerKind.NETTY_ADAPTIVE.label();
    private static final String POOLED = PeerKind.NETTY_POOLED.label();
    private static final List<String> PEERS = List.of(OURS, ADAPTIVE, POOLED);
    private static final int LARGE = 65536;
    private static final int HANDOFF_BYTES = 1024;
    private static final String HANDOFF_MILLIS = "1500";   // less is the time that the compiler needs for both threads

    /** Where the same cycle is measured. */
    private enum Around {
        FAST("Netty's threads", "fast", Scenario.CYCLE),
        PLAIN("plain threads", "plain", Scenario.PLAIN_THREADS),
        SMALL("-Xmx256m", "fast", Scenario.SMALL_HEAP);

        private final String title;
        private final String thread;
        private final Scenario scenario;

        Around(String title, String thread, Scenario scenario) {
            this.title = title;
            this.thread = thread;
            this.scenario = scenario;
        }
    }

    @Option(names = "--quick", description = "About 40 s: one JVM per figure instead of five.")
    boolean quick;

    @Option(names = "--jdk", paramLabel = "VERSION", description = "The JDK to measure on (default: the newest).")
    int version;

    @Option(names = "--module", hidden = true, description = "The folder of the built Maven module.")
    Path module = Path.of("bench/java");

    /** Made by picocli. */
    public NettyCommand() {
    }

    @Override
    public Integer call() throws InterruptedException {
        List<Jdk> installed = Jdk.installed();
        Jdk jdk = installed.stream().filter(one -> one.feature() == version).findFirst()
                .orElse(installed.get(installed.size() - 1));
        Machine.describe(List.of(jdk)).forEach((name, value) -> System.out.printf("%-12s %s%n", name, value));
        String classPath = new ClassPaths(module).of(jdk);
        Map<Around, Map<String, Measured>> results = new EnumMap<>(Around.class);
        for (Around around : Around.values()) {
            Map<String, Measured> peers = new java.util.LinkedHashMap<>();
            PEERS.forEach(peer -> peers.put(peer, new Measured()));
            results.put(around, peers);
        }
        String millis = quick ? "150" : "500";
        for (int round = 0; round < (quick ? 1 : 5); round++) {   // taking turns: a disturbance hits all alike
            for (Around around : Around.values()) {
                for (String peer : PEERS) {
                    measure(jdk, classPath, around, results.get(around).get(peer),
                            List.of(NettyFigures.class.getName(), peer, around.thread, millis));
                    if (around == Around.FAST) {
                        measure(jdk, classPath, around, results.get(around).get(peer),
                                List.of(Handoff.class.getName(), peer, Integer.toString(HANDOFF_BYTES), HANDOFF_MILLIS));
                    }
                }
            }
        }
        results.forEach((around, peers) -> System.out.println("\n" + table(jdk, around, peers).toText()));
        System.out.println(verdicts(results).toText());
        boolean failed = false;
        for (Map<String, Measured> peers : results.values()) {
            for (Map.Entry<String, Measured> peer : peers.entrySet()) {
                peer.getValue().failures().forEach(text -> System.out.println(peer.getKey() + " FAILED: " + text));
                failed |= !peer.getValue().failures().isEmpty();
            }
        }
        return failed ? 1 : 0;
    }

    private void measure(Jdk jdk, String classPath, Around around, Measured into, List<String> mainAndArguments)
            throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(jdk.java().toString()));
        command.addAll(JvmFlags.of(around.scenario, jdk));
        command.addAll(List.of("-cp", classPath));
        command.addAll(mainAndArguments);
        try {
            Measurer.runChild(command, module, into);
        } catch (IOException | IllegalStateException e) {
            into.addFailure(String.valueOf(e.getMessage()));
        }
    }

    private static Table table(Jdk jdk, Around around, Map<String, Measured> peers) {
        List<Table.Row> rows = new ArrayList<>();
        for (int bytes : NettyFigures.SIZES) {
            rows.add(row("cycle, " + Tables.size(bytes), "cycle-" + bytes, peers));
        }
        if (around == Around.FAST) {
            rows.add(row("hand-off, " + Tables.size(HANDOFF_BYTES), "ns", peers));
        }
        double garbage = 0;
        for (int bytes : NettyFigures.SIZES) {
            garbage = Math.max(garbage, peers.get(OURS).median("bytes-" + bytes).orElse(Double.NaN));
        }
        return new Table("netty, " + around.title + "   [JDK " + jdk.feature() + "]",
                "Nanoseconds, medians of JVMs, least and most of them; x: their figure over ours, above 1 = ours is faster."
                + " Garbage of ours: " + Verdict.number(garbage) + " B a cycle.",
                List.of("", "cenote", "least..most", "adaptive", "least..most", "x", "pooled", "least..most", "x"), rows);
    }

    private static Table.Row row(String title, String figure, Map<String, Measured> peers) {
        List<String> cells = new ArrayList<>(List.of(title));
        OptionalDouble ours = peers.get(OURS).median(figure);
        peers.forEach((peer, measured) -> {
            OptionalDouble nanos = measured.median(figure);
            cells.add(number(nanos));
            cells.add(number(measured.least(figure)) + ".." + number(measured.most(figure)));
            if (!peer.equals(OURS)) {
                OptionalDouble ratio = Targets.over(nanos, ours);
                cells.add(ratio.isEmpty() ? "-" : Verdict.number(ratio.getAsDouble()) + "x");
            }
        });
        return new Table.Row(cells, true, 0);
    }

    private static Table verdicts(Map<Around, Map<String, Measured>> results) {
        List<Table.Row> rows = new ArrayList<>();
        results.forEach((around, peers) -> {
            add(rows, around.title + ", 64 B-4 KiB", peers, ADAPTIVE, 1.3, false);
            add(rows, around.title + ", 64 B-4 KiB", peers, POOLED, 3, false);
            add(rows, around.title + ", 64 KiB", peers, ADAPTIVE, 4, true);
            add(rows, around.title + ", 64 KiB", peers, POOLED, 4, true);
        });
        Map<String, Measured> fast = results.get(Around.FAST);
        for (String rival : List.of(ADAPTIVE, POOLED)) {
            rows.add(row(Verdict.atLeast("hand-off", ">= 2x " + rival,
                    Targets.over(fast.get(rival).median("ns"), fast.get(OURS).median("ns")), 2, "")));
        }
        return new Table("figures to reach", "", List.of("", "target", "measured", ""), rows);
    }

    /** The least of the ratios over the sizes. */
    private static void add(List<Table.Row> rows, String title, Map<String, Measured> peers, String rival, double limit,
            boolean large) {
        OptionalDouble least = OptionalDouble.empty();
        String where = "";
        for (int bytes : NettyFigures.SIZES) {
            OptionalDouble ratio = Targets.over(peers.get(rival).median("cycle-" + bytes), peers.get(OURS).median("cycle-" + bytes));
            if (bytes == LARGE == large && ratio.isPresent() && (least.isEmpty() || ratio.getAsDouble() < least.getAsDouble())) {
                least = ratio;
                where = "at " + Tables.size(bytes);
            }
        }
        rows.add(row(Verdict.atLeast(title, ">= " + Verdict.number(limit) + "x " + rival, least, limit, where)));
    }

    private static Table.Row row(Verdict verdict) {
        return new Table.Row(List.of(verdict.row(), verdict.target(), verdict.measured(), verdict.word()), true, 0);
    }

    private static String number(OptionalDouble value) {
        return value.isEmpty() ? "-" : Verdict.number(value.getAsDouble());
    }
}
