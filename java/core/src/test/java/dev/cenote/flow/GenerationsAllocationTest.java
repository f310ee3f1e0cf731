package dev.cenote.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.sun.management.ThreadMXBean;
import dev.cenote.flow.Flows.Item;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openjdk.jol.info.ClassLayout;
import org.openjdk.jol.info.FieldLayout;

/**
 * A warmed-up pool allocates nothing, and threads' hot fields share no pair of cache lines.
 */
class GenerationsAllocationTest {

    private static final int MEASURED = 50_000;
    private static final int LINE_PAIR = 128;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Flows flows = new Flows();

    private void allocatesNothing(String what, Runnable step) {
        for (int i = 0; i < 20_000; i++) {
            step.run();
        }
        @SuppressWarnings("deprecation") /* threadId() came with 19 */
        long thread = Thread.currentThread().getId();
        long least = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 5 && least > 0; attempt++) { /* the first one may meet a late initialisation */
            long before = threads.getThreadAllocatedBytes(thread);
            for (int i = 0; i < MEASURED; i++) {
                step.run();
            }
            least = Math.min(least, threads.getThreadAllocatedBytes(thread) - before);
        }
        assertThat(least).as("bytes of %d times %s", MEASURED, what).isLessThan(1000);
    }

    @Test
    void noPath_allocates() {
        GenerationalPool<Item> pool = flows.builder().clock(System::nanoTime).reset(item -> item.resets.incrementAndGet()).build();
        Item[] many = new Item[60];
        allocatesNothing("get and put", () -> pool.put(pool.get()));
        allocatesNothing("get and put with a tag", () -> pool.put(pool.get(), "auth"));
        allocatesNothing("tryGet and put", () -> pool.put(pool.tryGet()));
        allocatesNothing("60 gets, then 60 puts, oldest first", () -> {
            for (int i = 0; i < many.length; i++) {
                many[i] = pool.get();
            }
            for (Item item : many) {
                pool.put(item, "auth");
            }
        });
        Flows.heat(pool, 1, "kept");
        pool.flow().route(pool.flow().tag("kept"), 1);
        allocatesNothing("through T1", () -> pool.put(pool.get(), "kept"));
    }

    @Test
    void hotFields_haveALinePairOfPaddingOnEitherSide() {
        ClassLayout layout;
        try {
            layout = ClassLayout.parseClass(LocalGeneration.class);
        } catch (UnsupportedOperationException e) {
            /* JOL asks sun.misc.Unsafe, which this run denies; the runs on JDK 17 look */
            layout = abort("JOL cannot look at objects here: " + e.getMessage());
        }
        long size = layout.instanceSize();
        List<FieldLayout> hot = fieldsOf("LocalGenerationFields", layout);
        assertThat(hot).extracting(FieldLayout::name).contains("near", "top", "low", "limit", "hits", "countdown", "objects", "entries");
        List<FieldLayout> user = fieldsOf("LocalGenerationUser", layout);
        assertThat(user).extracting(FieldLayout::name).contains("user", "id", "alarm", "lock");
        for (List<FieldLayout> group : List.of(hot, user)) {
            assertThat(group).allSatisfy(field -> {
                assertThat(field.offset()).as("before %s", field.name()).isGreaterThanOrEqualTo(LINE_PAIR);
                assertThat(size - field.offset() - field.size()).as("behind %s", field.name()).isGreaterThanOrEqualTo(LINE_PAIR);
            });
        }
        for (FieldLayout read : user) { /* others look there whether the part is theirs */
            assertThat(hot).allSatisfy(field ->
                assertThat(Math.abs(field.offset() - read.offset())).as("from %s to %s", read.name(), field.name()).isGreaterThanOrEqualTo(LINE_PAIR));
        }
    }

    private static List<FieldLayout> fieldsOf(String name, ClassLayout layout) {
        return layout.fields().stream().filter(field -> field.classShortName().equals(name)).toList();
    }
}
