package dev.cenote.bench.drive;

import dev.cenote.bench.peer.PeerKind;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/** What has been measured so far, by job. */
final class Results {

    private final Map<Job, Measured> all = new LinkedHashMap<>();

    Measured of(Job job) {
        return all.computeIfAbsent(job, unused -> new Measured());
    }

    Map<Job, Measured> all() {
        return all;
    }

    List<Jdk> jdks() {
        return all.keySet().stream().map(Job::jdk).distinct()
                .sorted(Comparator.comparingInt((Jdk jdk) -> jdk.feature()).reversed()).toList();
    }

    /** Block sizes measured in a scenario, ascending. */
    List<Integer> sizes(Scenario scenario, Jdk jdk) {
        return all.keySet().stream().filter(job -> job.scenario() == scenario && job.jdk().equals(jdk))
                .map(Job::bytes).distinct().sorted().toList();
    }

    List<Job> jobs(Scenario scenario, int bytes, Jdk jdk) {
        return all.keySet().stream()
                .filter(job -> job.scenario() == scenario && job.bytes() == bytes && job.jdk().equals(jdk)).toList();
    }

    /** Median of a figure. */
    OptionalDouble figure(Scenario scenario, PeerKind peer, int bytes, Jdk jdk, String name) {
        Measured measured = all.get(new Job(scenario, peer, bytes, jdk));
        return measured == null ? OptionalDouble.empty() : measured.median(name);
    }

    /** Nanoseconds a block: a twentieth of all samples are below. */
    OptionalDouble nanos(Scenario scenario, PeerKind peer, int bytes, Jdk jdk) {
        Measured measured = all.get(new Job(scenario, peer, bytes, jdk));
        return measured == null ? OptionalDouble.empty() : measured.low("ns");
    }

    /** The fastest of the peers that {@code wanted} admits. */
    Optional<PeerKind> best(Scenario scenario, int bytes, Jdk jdk, Predicate<PeerKind> wanted) {
        return jobs(scenario, bytes, jdk).stream().map(Job::peer).filter(wanted)
                .filter(peer -> nanos(scenario, peer, bytes, jdk).isPresent())
                .min(Comparator.comparingDouble(peer -> nanos(scenario, peer, bytes, jdk).getAsDouble()));
    }

    /** The fastest thing a user could pick instead: no floor, nothing of ours. */
    Optional<PeerKind> bestRival(Scenario scenario, int bytes, Jdk jdk) {
        return best(scenario, bytes, jdk, Results::isRival);
    }

    static boolean isRival(PeerKind peer) {
        return peer.role() == PeerKind.Role.POOL || peer.role() == PeerKind.Role.ALLOCATOR;
    }
}
