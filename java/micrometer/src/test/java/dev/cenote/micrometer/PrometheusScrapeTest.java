package dev.cenote.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cenote.Backend;
import dev.cenote.Block;
import dev.cenote.BlockPool;
import dev.cenote.SizedPool;
import dev.cenote.flow.FlowScheduler;
import dev.cenote.flow.GenerationalPool;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Binds pools, uses them, and reads what a Prometheus server would read. */
class PrometheusScrapeTest {

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    @AfterEach
    void close() {
        registry.close();
    }

    /** Lines {@code name{labels} value} of the text format, without comments; every line must be one. */
    private Map<String, Double> scrape() {
        Map<String, Double> samples = new HashMap<>();
        for (String line : registry.scrape().split("\n")) {
            if (!line.startsWith("#") && !line.isBlank()) {
                int end = line.lastIndexOf(' ');
                assertThat(samples.put(line.substring(0, end), Double.parseDouble(line.substring(end + 1)))).as(line).isNull();
            }
        }
        return samples;
    }

    /** A scrape shares one snapshot for 100 ms. */
    private static void beyondTheSnapshot() throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(2 * Snapshots.FRESH_NANOS);
    }

    @Test
    void blockPool_tellsItsLevelsAndCounters() throws InterruptedException {
        try (BlockPool pool = BlockPool.builder().name("frames").blockBytes(4096).maximumBytes(1 << 24).build();
                BlockPoolMetrics metrics = new BlockPoolMetrics(pool, Tags.of("app", "gateway"))) {
            metrics.bindTo(registry);
            List<Block> taken = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                taken.add(pool.get());
            }
            pool.put(taken.remove(0));
            Map<String, Double> samples = scrape();
            assertThat(samples).containsEntry("cenote_pool_memory_bytes{app=\"gateway\",pool=\"frames\",state=\"in use\"}", 9.0 * 4096)
                .containsEntry("cenote_pool_gets_blocks_total{app=\"gateway\",pool=\"frames\"}", 10.0)
                .containsEntry("cenote_pool_puts_blocks_total{app=\"gateway\",pool=\"frames\"}", 1.0);
            /* a spare chunk may be mapped in the background between two looks */
            assertThat(samples.get("cenote_pool_committed_bytes{app=\"gateway\",pool=\"frames\"}"))
                .isPositive().isLessThanOrEqualTo(pool.stats().bytesCommitted());
            assertThat(samples.get("cenote_pool_growth_seconds_count{app=\"gateway\",pool=\"frames\"}"))
                .isPositive().isLessThanOrEqualTo(pool.stats().growths());
            assertThat(samples.get("cenote_pool_growth_seconds_sum{app=\"gateway\",pool=\"frames\"}"))
                .isPositive().isLessThanOrEqualTo(pool.stats().growthNanos() / 1e9 + 1e-12);
            assertThat(samples.keySet()).anyMatch(name -> name.startsWith("cenote_pool_growth_p99_seconds{"));
            taken.forEach(pool::put);
            beyondTheSnapshot();
            assertThat(scrape()).containsEntry("cenote_pool_memory_bytes{app=\"gateway\",pool=\"frames\",state=\"in use\"}", 0.0);
        }
    }

    @Test
    void close_removesEveryMeter() {
        try (BlockPool pool = BlockPool.builder().name("gone").blockBytes(4096).build()) {
            BlockPoolMetrics metrics = new BlockPoolMetrics(pool);
            metrics.bindTo(registry);
            assertThat(scrape()).isNotEmpty();
            metrics.close();
            metrics.close();
            assertThat(scrape()).isEmpty();
        }
    }

    @Test
    void severalPools_shareTheNames() {
        try (BlockPool first = BlockPool.builder().name("a").blockBytes(64).build(); BlockPool second = BlockPool.builder().name("b").blockBytes(64).build();
                SizedPool sized = SizedPool.builder().name("c").build()) {
            new BlockPoolMetrics(first).bindTo(registry);
            new BlockPoolMetrics(second).bindTo(registry);
            new SizedPoolMetrics(sized).bindTo(registry);
            Block block = sized.get(100);
            Map<String, Double> samples = scrape();
            assertThat(samples).containsKeys("cenote_pool_reserved_bytes{pool=\"a\"}", "cenote_pool_reserved_bytes{pool=\"b\"}",
                "cenote_pool_reserved_bytes{pool=\"c\"}", "cenote_pool_gets_blocks_total{pool=\"c\"}");
            assertThat(samples.get("cenote_pool_memory_bytes{pool=\"c\",state=\"in use\"}")).isGreaterThanOrEqualTo(100);
            assertThat(samples).containsEntry("cenote_pool_classes{pool=\"c\"}", 1.0);
            sized.put(block);
        }
    }

    @Test
    void generationalPool_tellsItsGenerationsAndTheTagsThatAreNamed() {
        try (GenerationalPool<StringBuilder> pool = GenerationalPool.builder(StringBuilder::new).name("contexts").flowScheduler(FlowScheduler.off())
                .build()) {
            new GenerationalPoolMetrics(pool, Tags.empty(), List.of("auth")).bindTo(registry);
            StringBuilder first = pool.get();
            pool.put(first, "auth");
            StringBuilder second = pool.get();
            pool.get();
            pool.put(second, "quote");
            Map<String, Double> samples = scrape();
            assertThat(samples).containsEntry("cenote_pool_misses_gets_total{pool=\"contexts\"}", 2.0)
                .containsEntry("cenote_pool_outstanding_entries{pool=\"contexts\"}", 1.0)
                .containsEntry("cenote_pool_hits_gets_total{generation=\"T0\",pool=\"contexts\"}", 1.0)
                .containsEntry("cenote_pool_entries{generation=\"T0\",pool=\"contexts\"}", 1.0)
                .containsEntry("cenote_pool_capacity_entries{generation=\"T2\",pool=\"contexts\"}", 64.0)
                .containsEntry("cenote_pool_evictions_entries_total{cause=\"unused\",generation=\"T2\",pool=\"contexts\"}", 0.0)
                .containsKey("cenote_pool_tag_hits_gets_total{pool=\"contexts\",tag=\"auth\"}");
            assertThat(samples.keySet()).noneMatch(name -> name.contains("quote"));
        }
    }

    @Test
    void flowScheduler_tellsItsSteps() {
        FlowScheduler scheduler = FlowScheduler.builder().stopped().build();
        try (GenerationalPool<StringBuilder> pool = GenerationalPool.builder(StringBuilder::new).name("stepped").flowScheduler(scheduler).build()) {
            new FlowSchedulerMetrics(scheduler, "own").bindTo(registry);
            scheduler.step();
            scheduler.step();
            assertThat(pool.isClosed()).isFalse();
            assertThat(scrape()).containsEntry("cenote_flow_steps_seconds_count{pool=\"own\"}", 2.0)
                .containsEntry("cenote_flow_pools{pool=\"own\"}", 1.0)
                .containsEntry("cenote_flow_degraded_flag{pool=\"own\"}", 0.0);
        } finally {
            scheduler.stop();
        }
    }

    @Test
    void meters_keepNoPoolAlive() throws InterruptedException {
        WeakReference<BlockPool> forgotten = bound();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!forgotten.refersTo(null)) {
            assertThat(System.nanoTime() - end).as("patience").isNegative();
            System.gc();
            Thread.sleep(20);
        }
        scrape();
    }

    private WeakReference<BlockPool> bound() {
        BlockPool pool = BlockPool.builder().name("forgotten").blockBytes(64).backend(Backend.JAVA).build();
        new BlockPoolMetrics(pool).bindTo(registry);
        scrape();
        return new WeakReference<>(pool);
    }
}
