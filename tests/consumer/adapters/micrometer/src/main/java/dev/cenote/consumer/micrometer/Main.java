package dev.cenote.consumer.micrometer;

import dev.cenote.Block;
import dev.cenote.BlockPool;
import dev.cenote.micrometer.BlockPoolMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

/** A user's program that asks Micrometer how much of a pool is taken. */
public final class Main {

    private Main() {
    }

    public static void main(String[] arguments) {
        MeterRegistry registry = new SimpleMeterRegistry();
        try (BlockPool pool = BlockPool.builder().name("requests").blockBytes(4096).maximumBytes(64L << 20).build()) {
            new BlockPoolMetrics(pool).bindTo(registry);
            Block block = pool.get();
            double taken = registry.get("cenote.pool.memory").tag("pool", "requests").tag("state", "in use").gauge().value();
            pool.put(block);
            System.out.println("micrometer, taken " + (long) taken + ", then " + pool.stats().bytesInUse());
        }
    }
}
