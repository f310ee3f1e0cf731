package dev.cenote.bench.drive;

import static dev.cenote.bench.peer.PeerKind.Role.FLOOR;
import static dev.cenote.bench.peer.PeerKind.Trait.BACKEND;
import static dev.cenote.bench.peer.PeerKind.Trait.COLD;
import static dev.cenote.bench.peer.PeerKind.Trait.GENERATIONS;
import static dev.cenote.bench.peer.PeerKind.Trait.LEVEL;
import static dev.cenote.bench.peer.PeerKind.Trait.ONE_THREAD;

import dev.cenote.bench.peer.PeerKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Which JVMs to start, in which order: in rounds, each round every job once, shuffled, so that a disturbance of
 *  the machine hits all peers alike. */
final class Plan {

    static final int COMMON = 1024;
    static final int PAGE = 4096;
    static final int LARGE = 65536;
    static final List<Integer> SIZES = List.of(64, 256, COMMON, PAGE, LARGE);
    private static final long SHUFFLE = 20261122;

    /** The peers that the figures to reach name at sizes other than the common one. */
    private static final Set<PeerKind> AT_ALL_SIZES = EnumSet.of(PeerKind.FLOOR_TLSTACK, PeerKind.NETTY_ADAPTIVE,
            PeerKind.NETTY_RECYCLER, PeerKind.STORMPOT, PeerKind.TL_DEQUE, PeerKind.LWJGL_JEMALLOC,
            PeerKind.FFM_MALLOC, PeerKind.CENOTE_JNI, PeerKind.CENOTE_JNI_LOCAL);
    private static final Set<PeerKind> ALONE = EnumSet.of(PeerKind.FLOOR_TLSTACK, PeerKind.FLOOR_UNCHECKED, PeerKind.STORMPOT,
            PeerKind.CENOTE_JNI, PeerKind.CENOTE_JNI_LOCAL, PeerKind.CENOTE_JAVA);
    private static final Set<PeerKind> WITH_CLIFFS = EnumSet.of(PeerKind.NETTY_POOLED, PeerKind.NETTY_ADAPTIVE,
            PeerKind.NETTY_RECYCLER, PeerKind.STORMPOT, PeerKind.CENOTE_JNI, PeerKind.CENOTE_JAVA);
    private static final Set<PeerKind> COLD_RIVALS = EnumSet.of(PeerKind.FLOOR_PREALLOCATED, PeerKind.NETTY_POOLED,
            PeerKind.NETTY_ADAPTIVE, PeerKind.ALLOCATE_DIRECT, PeerKind.LWJGL_JEMALLOC, PeerKind.FFM_MALLOC);

    private final Effort effort;
    private final Predicate<String> wanted;

    Plan(Effort effort, Pattern only) {
        this.effort = effort;
        this.wanted = only.asPredicate();
    }

    /** The rounds for these JDKs; the newest comes last in the list. */
    List<List<Job>> rounds(List<Jdk> jdks) {
        List<List<Job>> rounds = new ArrayList<>();
        for (Jdk jdk : jdks) {
            boolean newest = jdk.equals(jdks.get(jdks.size() - 1));
            for (Job job : jobs(jdk)) {
                int times = job.scenario() == Scenario.COLD ? effort.coldForks(newest) : effort.forks(newest);
                for (int round = 0; round < times; round++) {
                    while (rounds.size() <= round) {
                        rounds.add(new ArrayList<>());
                    }
                    rounds.get(round).add(job);
                }
            }
        }
        Random random = new Random(SHUFFLE);
        rounds.forEach(round -> Collections.shuffle(round, random));
        return rounds;
    }

    private List<Job> jobs(Jdk jdk) {
        List<Job> jobs = new ArrayList<>();
        for (int bytes : SIZES) {
            boolean endSize = bytes == 64 || bytes == LARGE || bytes == PAGE && effort != Effort.QUICK;
            add(jobs, jdk, Scenario.CYCLE, bytes, peer -> effort == Effort.FULL || bytes == COMMON
                    || endSize && AT_ALL_SIZES.contains(peer));
        }
        add(jobs, jdk, Scenario.SOLO, COMMON, ALONE::contains);
        add(jobs, jdk, Scenario.DUEL, COMMON, peer -> true);
        add(jobs, jdk, Scenario.HANDOFF, COMMON, peer -> !peer.has(ONE_THREAD));
        add(jobs, jdk, Scenario.BATCH_RANDOM, COMMON, peer -> peer.role() != FLOOR || peer == PeerKind.FLOOR_TLSTACK);
        if (effort == Effort.FULL) {
            add(jobs, jdk, Scenario.BATCH_LIFO, COMMON, peer -> peer.role() != FLOOR || peer == PeerKind.FLOOR_TLSTACK);
        }
        add(jobs, jdk, Scenario.SMALL_HEAP, COMMON, WITH_CLIFFS::contains);
        add(jobs, jdk, Scenario.PLAIN_THREADS, COMMON, WITH_CLIFFS::contains);
        if (jdk.feature() >= 21) {
            add(jobs, jdk, Scenario.VIRTUAL_THREADS, COMMON, WITH_CLIFFS::contains);
        }
        add(jobs, jdk, Scenario.COLD, PAGE, peer -> COLD_RIVALS.contains(peer) || peer.has(COLD));
        add(jobs, jdk, Scenario.GROWTH, PAGE, PeerKind.CENOTE_JNI_GROWN::equals);
        return jobs;
    }

    private void add(List<Job> jobs, Jdk jdk, Scenario scenario, int bytes, Predicate<PeerKind> suited) {
        Arrays.stream(PeerKind.values())
                .filter(peer -> peer.minimumJava() <= jdk.feature())
                .filter(suited)
                .filter(peer -> !peer.has(BACKEND) && !peer.has(GENERATIONS))
                .filter(peer -> peer != PeerKind.CENOTE_JNI_BULK
                        || scenario == Scenario.BATCH_RANDOM || scenario == Scenario.BATCH_LIFO)
                .filter(peer -> !peer.has(LEVEL) || scenario == Scenario.CYCLE && bytes == COMMON)
                .filter(peer -> !peer.has(COLD) || scenario == Scenario.COLD || scenario == Scenario.GROWTH)
                .map(peer -> new Job(scenario, peer, bytes, jdk))
                .filter(job -> wanted.test(job.label()))
                .forEach(jobs::add);
    }
}
