package dev.cenote.gateway.experiment;

import dev.cenote.gateway.graph.Orders;
import dev.cenote.gateway.load.Tide;
import dev.cenote.gateway.pool.ContextPools;
import dev.cenote.gateway.run.JavaVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One load over some pools, as asked for.
 *
 * @param title   what the load is, in words
 * @param kinds   pools, in order
 * @param after   how long each gateway of the last round is watched after its load has ended
 * @param threads event loops of the gateway
 */
record ContextSettings(String title, List<ContextPools> kinds, int rounds, Duration warmUp, Duration measured, Duration after, Load load, Jvm jvm,
                       Processors processors, int threads, long seed) {
    static final String BURSTS = "Bursts, a small young generation";
    static final String ROOMY = "The same bursts, where the collector sizes the young generation itself";
    static final String PLAIN = "Quotes alone at an even rate, and the collector sizes the young generation itself";

    /**
     * What the gateway has to do.
     *
     * @param ratePerSecond requests per second, before the tide
     * @param tide          how that rises and falls, see {@link Tide#parse}
     * @param otherMib      MiB that the rest of the program allocates a second
     */
    record Load(int connections, double ratePerSecond, String tide, Orders.Mix mix, double otherMib) {
    }

    /**
     * What it runs on.
     *
     * @param heap      its Java heap, as {@code -Xmx} takes it
     * @param young     of that the young generation, as {@code -Xmn} takes it; {@link #AUTO}: as the collector likes
     * @param collector one of {@link #COLLECTORS}
     */
    record Jvm(String heap, String young, String collector, Path java) {
        static final String AUTO = "auto";
        static final List<String> COLLECTORS = List.of("g1", "parallel", "serial", "z");
    }

    ContextSettings {
        kinds = List.copyOf(kinds);
    }

    /** Loads for comparison, where the pools differ less or not at all: over few pools, once, and shorter. */
    List<ContextSettings> others() {
        List<ContextPools> few = kinds.stream()
                .filter(kind -> kind == ContextPools.NONE || kind == ContextPools.EMPTIED || kind == ContextPools.GENERATIONAL).toList();
        if (few.isEmpty()) {
            return List.of();
        }
        Jvm roomy = new Jvm(jvm.heap, Jvm.AUTO, jvm.collector, jvm.java);
        Load quotes = new Load(load.connections, meanRate(), "", new Orders.Mix(0, 0), load.otherMib);
        return List.of(with(ROOMY, few, load, roomy), with(PLAIN, few, quotes, roomy));
    }

    private ContextSettings with(String title, List<ContextPools> kinds, Load load, Jvm jvm) {
        return new ContextSettings(title, kinds, 1, warmUp, measured.dividedBy(2), Duration.ZERO, load, jvm, processors, threads, seed);
    }

    /** Requests per second in the measured window. */
    double meanRate() {
        Tide tide = Tide.parse(load.tide);
        double from = warmUp.toMillis() / 1e3;
        double seconds = measured.toMillis() / 1e3;
        return load.ratePerSecond * (tide.sent(from + seconds) - tide.sent(from)) / seconds;
    }

    /** The JVM flags of every gateway, the same for all pools. */
    List<String> flags() throws IOException {
        List<String> flags = new ArrayList<>(List.of("-Xms" + jvm.heap, "-Xmx" + jvm.heap));
        if (!jvm.young.equals(Jvm.AUTO)) {
            flags.add("-Xmn" + jvm.young);
        }
        flags.addAll(List.of(switch (jvm.collector) {
            case "parallel" -> "-XX:+UseParallelGC";
            case "serial" -> "-XX:+UseSerialGC";
            case "z" -> "-XX:+UseZGC";
            default -> "-XX:+UseG1GC";
        }, "-XX:-UseDynamicNumberOfCompilerThreads", "-Dio.netty.leakDetection.level=disabled")); /* see ProcessorTime */
        if (JavaVersion.of(jvm.java) >= 24) {
            flags.add("--enable-native-access=ALL-UNNAMED");
        }
        return flags;
    }
}
