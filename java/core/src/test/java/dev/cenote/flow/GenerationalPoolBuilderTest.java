package dev.cenote.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * What a builder refuses, and its defaults.
 */
class GenerationalPoolBuilderTest {

    private static GenerationalPoolBuilder<Object> builder() {
        return GenerationalPool.builder(Object::new).name("test").flowScheduler(FlowScheduler.off());
    }

    private static void refuses(Runnable call, String... texts) {
        assertThatThrownBy(call::run).isInstanceOf(IllegalArgumentException.class)
            .satisfies(e -> assertThat(e.getMessage()).contains(texts));
    }

    @Test
    void defaults_areThreeGenerations() {
        GenerationalPoolStats stats = builder().build().stats();
        assertThat(stats.generations()).extracting(GenerationStats::name).containsExactly("T0", "T1", "T2");
        assertThat(stats.generations()).extracting(GenerationStats::capacity).containsExactly(1024, 512, 64);
        assertThat(GenerationalPool.builder(Object::new).flowScheduler(FlowScheduler.off()).build().name())
            .startsWith("generational-");
    }

    @Test
    void names_mustDifferAndNotBeEmpty() {
        refuses(() -> builder().generation("", 1, Duration.ZERO), "empty");
        refuses(() -> builder().generation(" ", 1, Duration.ZERO), "empty");
        refuses(() -> builder().generation("A", 1, Duration.ZERO).generation("A", 1, Duration.ZERO), "\"A\"", "differ");
        refuses(() -> builder().name(""), "empty");
    }

    @Test
    void capacities_mustBePositiveAndIndexable() {
        refuses(() -> builder().generation("A", 0, Duration.ZERO), "0", "4194304");
        refuses(() -> builder().generation("A", -1, Duration.ZERO), "-1");
        refuses(() -> builder().generation("A", (1 << 22) + 1, Duration.ZERO), "4194305");
    }

    @Test
    void timesToLive_mustNotShrinkNorBeNegative() {
        refuses(() -> builder().generation("A", 1, Duration.ofMillis(-1)), "PT-0.001S");
        refuses(() -> builder().generation("A", 1, Duration.ofMillis(10)).generation("B", 1, Duration.ofMillis(9)), "PT0.01S",
            "PT0.009S", "\"A\"");
        refuses(() -> builder().generation("A", 1, Duration.ZERO).generation("B", 1, Duration.ofMillis(9)), "unlimited");
        builder().generation("A", 1, Duration.ofMillis(10)).generation("B", 1, Duration.ofMillis(10))
            .generation("C", 1, Duration.ofDays(1000 * 365)).build();
    }

    @Test
    void generations_areAtMostEight() {
        GenerationalPoolBuilder<Object> builder = builder();
        for (int i = 0; i < 8; i++) {
            builder.generation("G" + i, 1, Duration.ZERO);
        }
        refuses(() -> builder.generation("G8", 1, Duration.ZERO), "8");
        assertThat(builder.build().stats().generations()).hasSize(8);
    }

    @Test
    void otherNumbers_areChecked() {
        refuses(() -> builder().maximumEntries(0), "0");
        refuses(() -> builder().maximumTags(-1), "-1");
        refuses(() -> builder().maximumTags(65_537), "65537");
        refuses(() -> builder().entryBytes(-1), "-1");
    }

    @Test
    void nulls_areRefused() {
        assertThatThrownBy(() -> GenerationalPool.builder(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> builder().reset(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> builder().destroy(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> builder().clock(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> builder().flowScheduler(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> builder().checks(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> builder().generation(null, 1, Duration.ZERO)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> builder().generation("A", 1, null)).isInstanceOf(NullPointerException.class);
    }
}
