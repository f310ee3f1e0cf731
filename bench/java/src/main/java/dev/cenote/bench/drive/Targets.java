package dev.cenote.bench.drive;

import static dev.cenote.bench.peer.PeerKind.Role.CENOTE;
import static dev.cenote.bench.peer.PeerKind.Role.POOL;
import static dev.cenote.bench.peer.PeerKind.Trait.HANDLE;
import static dev.cenote.bench.peer.PeerKind.Trait.LEVEL;
import static dev.cenote.bench.peer.PeerKind.Trait.SHARED_QUEUE;

import dev.cenote.bench.peer.PeerKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/** The figures to reach, judged from one run: every ratio is between low samples ({@link Measured#low}) of the same run on the same JDK. */
final class Targets {

    private static final List<Integer> SMALL = List.of(64, 256, Plan.COMMON, Plan.PAGE);
    private static final PeerKind OURS = PeerKind.CENOTE_JNI;
    private static final PeerKind HANDLED = PeerKind.CENOTE_JNI_LOCAL;
    /** From this factor on a change of surroundings is called a cliff. */
    private static final double CLIFF = 2;
    /** Some 1e-4 is what reading the counters takes. */
    private static final double NO_GARBAGE = 0.05;

    private final Results results;
    private final Jdk jdk;
    private final List<Verdict> verdicts = new ArrayList<>();

    private Targets(Results results, Jdk jdk) {
        this.results = results;
        this.jdk = jdk;
    }

    static List<Verdict> judge(Results results, Jdk jdk) {
        Targets targets = new Targets(results, jdk);
        targets.handle();
        targets.implicit();
        targets.large();
        targets.duel();
        targets.handoff();
        targets.batch();
        targets.cold(PeerKind.CENOTE_JNI_TOUCHED, "first use, touched at open");
        targets.cold(PeerKind.CENOTE_JNI_GROWN, "first use, grown on demand");
        targets.growth();
        targets.garbage();
        targets.cliffs();
        targets.checks();
        return List.copyOf(targets.verdicts);
    }

    private void handle() {
        String row = "handle, 64 B-4 KiB";
        OptionalDouble slowest = SMALL.stream().map(bytes -> nanos(Scenario.CYCLE, HANDLED, bytes))
                .filter(OptionalDouble::isPresent).mapToDouble(OptionalDouble::getAsDouble).max();
        OptionalDouble floor = nanos(Scenario.CYCLE, PeerKind.FLOOR_PREALLOCATED, Plan.COMMON);
        verdicts.add(Verdict.atMost(row, "<= 3 ns", slowest, 3, floor.isEmpty() ? "ns"
                : "ns (no pool at all: " + Verdict.number(floor.getAsDouble()) + ")"));
        least(row, ">= 2x the best Java pool", Scenario.CYCLE, SMALL, HANDLED, peer -> peer.role() == POOL, 2);
        least(row, ">= 5x Netty adaptive", Scenario.CYCLE, SMALL, HANDLED, PeerKind.NETTY_ADAPTIVE::equals, 5);
        least(row, ">= 7x LWJGL jemalloc", Scenario.CYCLE, SMALL, HANDLED, PeerKind.LWJGL_JEMALLOC::equals, 7);
    }

    private void implicit() {
        String row = "implicit, 64 B-4 KiB";
        OptionalDouble overFloor = SMALL.stream().map(bytes -> over(nanos(Scenario.CYCLE, OURS, bytes),
                nanos(Scenario.CYCLE, PeerKind.FLOOR_TLSTACK, bytes)))
                .filter(OptionalDouble::isPresent).mapToDouble(OptionalDouble::getAsDouble).max();
        verdicts.add(Verdict.atMost(row, "<= 1.1x ThreadLocal stack", overFloor, 1.1, "x"));
        least(row, ">= 1.2x the best pool", Scenario.CYCLE, SMALL, OURS, peer -> rival(peer) && !peer.has(HANDLE), 1.2);
        least(row, ">= 3x Netty adaptive", Scenario.CYCLE, SMALL, OURS, PeerKind.NETTY_ADAPTIVE::equals, 3);
    }

    private void large() {
        for (PeerKind ours : List.of(HANDLED, OURS)) {
            String row = "64 KiB, " + (ours == HANDLED ? "handle" : "implicit");
            verdicts.add(Verdict.atMost(row, "as 1 KiB (<= 1.1x)", over(nanos(Scenario.CYCLE, ours, Plan.LARGE),
                    nanos(Scenario.CYCLE, ours, Plan.COMMON)), 1.1, "x"));
            List<Integer> large = List.of(Plan.LARGE);
            least(row, ">= 10x Netty adaptive", Scenario.CYCLE, large, ours, PeerKind.NETTY_ADAPTIVE::equals, 10);
            least(row, ">= 10x LWJGL jemalloc", Scenario.CYCLE, large, ours, PeerKind.LWJGL_JEMALLOC::equals, 10);
        }
    }

    private void duel() {
        List<Integer> common = List.of(Plan.COMMON);
        for (PeerKind ours : List.of(HANDLED, OURS)) {
            String row = "two threads, " + (ours == HANDLED ? "handle" : "implicit");
            OptionalDouble slower = over(nanos(Scenario.DUEL, ours, Plan.COMMON), nanos(Scenario.SOLO, ours, Plan.COMMON));
            OptionalDouble machine = machineSlowdown();
            verdicts.add(Verdict.atMost(row, "as one thread (<= 1.1x)", over(slower, machine), 1.1,
                    machine.isEmpty() ? "x" : "x (" + Verdict.number(slower.orElse(0)) + "x, and with nothing shared "
                            + Verdict.number(machine.getAsDouble()) + "x)"));
            least(row, ">= 1.4x the best", Scenario.DUEL, common, ours,
                    peer -> rival(peer) && (ours.has(HANDLE) || !peer.has(HANDLE)), 1.4);
            least(row, ">= 10x any shared queue", Scenario.DUEL, common, ours, peer -> peer.has(SHARED_QUEUE), 10);
        }
    }

    /**
     * How much slower a core is while the other one works too: processors that share a core or a clock, not our doing.
     * Taken from a stack per thread that shares nothing; at least 1.
     */
    private OptionalDouble machineSlowdown() {
        OptionalDouble ratio = over(nanos(Scenario.DUEL, PeerKind.FLOOR_UNCHECKED, Plan.COMMON),
                nanos(Scenario.SOLO, PeerKind.FLOOR_UNCHECKED, Plan.COMMON));
        return ratio.isEmpty() ? ratio : OptionalDouble.of(Math.max(1, ratio.getAsDouble()));
    }

    private void handoff() {
        List<Integer> common = List.of(Plan.COMMON);
        String row = "hand-off, implicit";
        least(row, ">= 1.2x JCTools xadd", Scenario.HANDOFF, common, OURS, PeerKind.JCTOOLS_XADD::equals, 1.2);
        least(row, ">= 4x Netty (its best)", Scenario.HANDOFF, common, OURS,
                peer -> peer.label().startsWith("netty-"), 4);
        least(row, ">= 6x LWJGL jemalloc", Scenario.HANDOFF, common, OURS, PeerKind.LWJGL_JEMALLOC::equals, 6);
    }

    private void batch() {
        List<Integer> common = List.of(Plan.COMMON);
        least("256 at random, implicit", ">= 1.3x the best", Scenario.BATCH_RANDOM, common, OURS, Targets::rival, 1.3);
        least("256 at random, bulk", ">= 2x the best", Scenario.BATCH_RANDOM, common, PeerKind.CENOTE_JNI_BULK,
                Targets::rival, 2);
    }

    /** The clock's own cost is taken off: on some machines it alone is over the limit. */
    private void cold(PeerKind ours, String row) {
        OptionalDouble timer = figure(Scenario.COLD, ours, "timer");
        String unit = timer.isEmpty() ? "ns" : "ns (timer's " + Verdict.number(timer.getAsDouble()) + " taken off)";
        verdicts.add(Verdict.atMost(row, "p50 <= 100 ns", less(figure(Scenario.COLD, ours, "p50"), timer), 100, unit));
        verdicts.add(Verdict.atMost(row, "p99 <= 200 ns", less(figure(Scenario.COLD, ours, "p99"), timer), 200, unit));
        verdicts.add(Verdict.atMost(row, "mean <= 400 ns", less(figure(Scenario.COLD, ours, "mean"), timer), 400, unit));
    }

    private void growth() {
        PeerKind ours = PeerKind.CENOTE_JNI_GROWN;
        String row = "growth";
        OptionalDouble failed = figure(Scenario.GROWTH, ours, "failed-share");
        verdicts.add(Verdict.atMost(row, "fails <= 0.01 %", times(failed, 100), 0.01, "%"));
        verdicts.add(Verdict.atMost(row, "mean < 15 us", figure(Scenario.GROWTH, ours, "mean-us"), 15, "us"));
        verdicts.add(Verdict.atMost(row, "P99 < 15 us", figure(Scenario.GROWTH, ours, "p99-us"), 15, "us"));
        verdicts.add(Verdict.atMost(row, "gets blocked < 0.02 %",
                times(figure(Scenario.GROWTH, ours, "blocked-share"), 100), 0.02, "%"));
    }

    private void garbage() {
        Optional<Job> worst = results.all().keySet().stream()
                .filter(job -> job.jdk().equals(jdk) && job.peer().role() == CENOTE && !job.peer().has(LEVEL))
                .filter(job -> results.of(job).median("bytes").isPresent())
                .max(Comparator.comparingDouble(job -> results.of(job).median("bytes").getAsDouble()));
        OptionalDouble bytes = worst.map(job -> results.of(job).median("bytes")).orElse(OptionalDouble.empty());
        String where = worst.map(job -> "worst: " + job.scenario().label() + ", " + job.peer().label()).orElse("");
        Verdict verdict = Verdict.atMost("garbage, every path", "0 B/op", bytes, NO_GARBAGE, "B/op");
        verdicts.add(new Verdict(verdict.row(), verdict.target(), verdict.measured() + " " + where, verdict.outcome(),
                verdict.word()));
    }

    private void cliffs() {
        for (Scenario around : List.of(Scenario.SMALL_HEAP, Scenario.PLAIN_THREADS, Scenario.VIRTUAL_THREADS)) {
            if (around == Scenario.VIRTUAL_THREADS && jdk.feature() < 21) {
                continue;
            }
            for (PeerKind ours : List.of(OURS, PeerKind.CENOTE_JAVA)) {
                verdicts.add(Verdict.atMost(around.label() + ", " + ours.label(), "no cliff (< 2x)",
                        over(nanos(around, ours, Plan.COMMON), nanos(Scenario.CYCLE, ours, Plan.COMMON)), CLIFF, "x"));
            }
        }
    }

    private void checks() {
        OptionalDouble with = nanos(Scenario.CYCLE, HANDLED, Plan.COMMON);
        OptionalDouble without = nanos(Scenario.CYCLE, PeerKind.FLOOR_UNCHECKED, Plan.COMMON);
        OptionalDouble cost = with.isEmpty() || without.isEmpty() ? OptionalDouble.empty()
                : OptionalDouble.of(with.getAsDouble() - without.getAsDouble());
        verdicts.add(Verdict.atMost("basic checks, handle", "<= 2 ns", cost, 2, "ns"));
        verdicts.add(Verdict.atMost("sampled checks, handle", "<= 1.1x basic",
                over(nanos(Scenario.CYCLE, PeerKind.CENOTE_JNI_SAMPLED, Plan.COMMON), with), 1.1, "x"));
    }

    private static boolean rival(PeerKind peer) {
        return Results.isRival(peer);
    }

    /** The ratio to the fastest of the rivals, at the size where it is worst for us. */
    private void least(String row, String target, Scenario scenario, List<Integer> sizes, PeerKind ours,
                       Predicate<PeerKind> rivals, double limit) {
        OptionalDouble least = OptionalDouble.empty();
        String note = "";
        for (int bytes : sizes) {
            Optional<PeerKind> best = results.best(scenario, bytes, jdk, rivals);
            if (best.isEmpty()) {
                continue;
            }
            OptionalDouble ratio = over(nanos(scenario, best.get(), bytes), nanos(scenario, ours, bytes));
            if (ratio.isPresent() && (least.isEmpty() || ratio.getAsDouble() < least.getAsDouble())) {
                least = ratio;
                note = best.get().label() + (sizes.size() > 1 ? " at " + Tables.size(bytes) : "");
            }
        }
        verdicts.add(Verdict.atLeast(row, target, least, limit, note));
    }

    private OptionalDouble nanos(Scenario scenario, PeerKind peer, int bytes) {
        return results.nanos(scenario, peer, bytes, jdk);
    }

    private OptionalDouble figure(Scenario scenario, PeerKind peer, String name) {
        return results.figure(scenario, peer, Plan.PAGE, jdk, name);
    }

    private static OptionalDouble less(OptionalDouble value, OptionalDouble part) {
        return value.isEmpty() || part.isEmpty() ? OptionalDouble.empty()
                : OptionalDouble.of(value.getAsDouble() - part.getAsDouble());
    }

    private static OptionalDouble times(OptionalDouble value, double factor) {
        return value.isEmpty() ? value : OptionalDouble.of(value.getAsDouble() * factor);
    }

    static OptionalDouble over(OptionalDouble above, OptionalDouble below) {
        return above.isEmpty() || below.isEmpty() || below.getAsDouble() == 0 ? OptionalDouble.empty()
                : OptionalDouble.of(above.getAsDouble() / below.getAsDouble());
    }
}
