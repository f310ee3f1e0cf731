package dev.cenote.bench.drive;

import dev.cenote.bench.harness.FastThreads;
import java.util.ArrayList;
import java.util.List;

/** The flags of the measured JVMs: the same for every peer, Netty and LWJGL at their best. */
final class JvmFlags {

    private JvmFlags() {
    }

    static List<String> of(Scenario scenario, Jdk jdk) {
        String heap = scenario == Scenario.SMALL_HEAP ? "256m" : "1g";
        List<String> flags = new ArrayList<>(List.of("-Xms" + heap, "-Xmx" + heap, "-XX:+UseG1GC",
                "-XX:MaxDirectMemorySize=4g",
                "-Dio.netty.leakDetection.level=disabled",
                "-Dio.netty.tryReflectionSetAccessible=true",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED"));
        if (jdk.feature() >= 22) {
            flags.add("--enable-native-access=ALL-UNNAMED");
        }
        if (jdk.feature() >= 23) {
            flags.add("--sun-misc-unsafe-memory-access=allow");
        }
        if (scenario == Scenario.COLD) {
            flags.add("-XX:+AlwaysPreTouch");   // or the first use of the Java heap is measured with it
        }
        switch (scenario) {
            case PLAIN_THREADS -> flags.add("-Djmh.executor=PLATFORM");
            case VIRTUAL_THREADS -> flags.add("-Djmh.executor=VIRTUAL");
            default -> {
                flags.add("-Djmh.executor=CUSTOM");
                flags.add("-Djmh.executor.class=" + FastThreads.class.getName());
            }
        }
        return flags;
    }
}
