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
 * One experiment, as asked for.
 *
 * @param kinds      pools, in order
 * @param after      how long each gateway of the last round is watched after its load has ended
 * @param ratePerSecond requests per second, before the tide
 * @param tide       how that rises and falls, see {@link Tide#parse}
 * @param threads    event loops of the gateway
 * @param heap       its Java heap, as {@code -Xmx} takes it
 * @param collector  g1, parallel, serial, z
 */
record ContextSettings(List<ContextPools> kinds, int rounds, Duration warmUp, Duration measured, Duration after, int connections,
                       double ratePerSecond, String tide, Orders.Mix mix, int threads, String heap, String collector, Path java, long seed) {
    static final String PLAIN = "Quotes alone, at an even rate";
    static final List<String> COLLECTORS = List.of("g1", "parallel", "serial", "z");

    ContextSettings {
        kinds = List.copyOf(kinds);
    }

    /**
     * The second load: the requests that need no pool. One round is enough to see that.
     */
    ContextSettings plain() {
        List<ContextPools> few = kinds.stream()
                .filter(kind -> kind == ContextPools.NONE || kind == ContextPools.EMPTIED || kind == ContextPools.GENERATIONAL).toList();
        return new ContextSettings(few, 1, warmUp.dividedBy(2), measured.dividedBy(2), Duration.ZERO, connections, meanRate(), "", new Orders.Mix(0, 0), threads,
                heap, collector, java, seed);
    }

    double meanRate() {
        return ratePerSecond * Tide.parse(tide).mean();
    }

    /** The JVM flags of every gateway, the same for all pools. */
    List<String> flags() throws IOException {
        List<String> flags = new ArrayList<>(List.of("-Xms" + heap, "-Xmx" + heap, switch (collector) {
            case "parallel" -> "-XX:+UseParallelGC";
            case "serial" -> "-XX:+UseSerialGC";
            case "z" -> "-XX:+UseZGC";
            default -> "-XX:+UseG1GC";
        }, "-Dio.netty.leakDetection.level=disabled"));
        if (JavaVersion.of(java) >= 24) {
            flags.add("--enable-native-access=ALL-UNNAMED");
        }
        return flags;
    }
}
