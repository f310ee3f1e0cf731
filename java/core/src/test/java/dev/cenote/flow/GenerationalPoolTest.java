package dev.cenote.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cenote.Block;
import dev.cenote.BlockPool;
import dev.cenote.DoublePutException;
import dev.cenote.ForeignEntryException;
import dev.cenote.Pool;
import dev.cenote.PoolClosedException;
import dev.cenote.PoolExhaustedException;
import dev.cenote.flow.Flows.Item;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What a user of one generational pool sees: get, put, limits, hooks, misuse, close.
 */
class GenerationalPoolTest {

    private final Flows flows = new Flows();

    @Test
    void get_givesWhatWasPutAndElseCallsTheFactory() {
        GenerationalPool<Item> pool = flows.builder().build();
        Item first = pool.get();
        pool.put(first);
        assertThat(pool.get()).isSameAs(first);
        assertThat(pool.get()).isNotSameAs(first);
        GenerationalPoolStats stats = pool.stats();
        assertThat(stats.created()).isEqualTo(2);
        assertThat(stats.hits()).isEqualTo(1);
        assertThat(stats.misses()).isEqualTo(2);
        assertThat(stats.outstanding()).isEqualTo(2);
        assertThat(stats.idle()).isZero();
        assertThat(pool.isValid()).isTrue();
    }

    @Test
    void exampleOfTheDocumentation_runs() {
        try (GenerationalPool<StringBuilder> pool = GenerationalPool.builder(StringBuilder::new)
                .generation("T0", 1024, Duration.ofMillis(10))
                .generation("T1", 512, Duration.ofSeconds(2))
                .generation("T2", 64, Duration.ZERO)
                .reset(text -> text.setLength(0))
                .flowScheduler(FlowScheduler.adaptive())
                .build()) {
            Pool<StringBuilder> asPool = pool;
            StringBuilder context = asPool.get();
            context.append("work");
            asPool.put(context, "auth");
            assertThat(asPool.get()).isSameAs(context).isEmpty();
        }
    }

    @Test
    void anyOrderOfPuts_isServed() {
        GenerationalPool<Item> pool = flows.builder().build();
        for (int round = 0; round < 20; round++) {
            List<Item> taken = Flows.take(pool, 60);
            assertThat(identities(taken)).hasSize(60);
            switch (round % 3) {
                case 0 -> Collections.reverse(taken);
                case 1 -> Collections.shuffle(taken, new java.util.Random(round));
                default -> { }
            }
            taken.forEach(pool::put);
            assertThat(pool.isValid()).isTrue();
        }
        assertThat(flows.made).hasValue(60);
    }

    private static Set<Item> identities(List<Item> items) {
        Set<Item> set = Collections.newSetFromMap(new IdentityHashMap<>());
        set.addAll(items);
        return set;
    }

    @Test
    void capacities_boundWhatIsKept() {
        GenerationalPool<Item> pool = flows.small().build();
        Flows.take(pool, 100).forEach(pool::put);
        int[] entries = Flows.entries(pool);
        assertThat(entries[0]).isBetween(1, 4);
        assertThat(entries[1]).isEqualTo(4);
        assertThat(entries[2]).isEqualTo(4);
        assertThat(pool.stats().idle()).isLessThanOrEqualTo(12);
        assertThat(flows.destroyed.get()).isEqualTo(100 - (int) pool.stats().idle());
        assertThat(Flows.evicted(pool, Eviction.CAPACITY)).isEqualTo(flows.destroyed.get());
        assertThat(pool.isValid()).isTrue();
    }

    @Test
    void oneGenerationAlone_works() {
        GenerationalPool<Item> pool = flows.builder().generation("only", 2, Duration.ZERO).build();
        Flows.take(pool, 5).forEach(pool::put);
        assertThat(pool.stats().idle()).isBetween(1L, 2L);
        assertThat(pool.stats().idle() + flows.destroyed.get()).isEqualTo(5);
        assertThat(pool.isValid()).isTrue();
    }

    @Test
    void put_ofWhatIsNotOut_throwsAndNamesThePool() {
        GenerationalPool<Item> pool = flows.builder().build();
        Item item = pool.get();
        pool.put(item);
        assertThatThrownBy(() -> pool.put(item)).isInstanceOf(DoublePutException.class).hasMessageContaining("\"test\"");
        assertThatThrownBy(() -> pool.put(item, "tag")).isInstanceOf(DoublePutException.class);
        assertThatThrownBy(() -> pool.put(new Item(0))).isInstanceOf(ForeignEntryException.class)
            .hasMessageContaining("\"test\"").hasMessageContaining("acceptForeign");
        assertThatThrownBy(() -> pool.put(null)).isInstanceOf(NullPointerException.class).hasMessageContaining("\"test\"");
        assertThat(pool.stats().idle()).isEqualTo(1);
        assertThat(pool.isValid()).isTrue();
    }

    @Test
    void put_ofWhatWasDestroyed_isForeign() {
        GenerationalPool<Item> pool = flows.builder().build();
        Item item = pool.get();
        pool.put(item);
        pool.trim();
        assertThat(item.destroys).hasValue(1);
        assertThatThrownBy(() -> pool.put(item)).isInstanceOf(ForeignEntryException.class);
        assertThat(item.destroys).hasValue(1);
    }

    @Test
    void foreignObjects_areAdoptedWhenAllowed() {
        GenerationalPool<Item> pool = flows.builder().acceptForeign(true).maximumEntries(2).build();
        Item stranger = new Item(100);
        pool.put(stranger, "guest");
        assertThat(pool.get()).isSameAs(stranger);
        assertThatThrownBy(() -> {
            pool.put(stranger);
            pool.put(stranger);
        }).isInstanceOf(DoublePutException.class);
        pool.put(new Item(101));
        Item third = new Item(102);
        pool.put(third); /* over the limit: let go at once */
        assertThat(third.destroys).hasValue(1);
        assertThat(pool.stats().adopted()).isEqualTo(3);
        pool.close();
        Item fourth = new Item(103);
        assertThatThrownBy(() -> pool.put(fourth)).isInstanceOf(PoolClosedException.class);
        assertThat(fourth.destroys).hasValue(0);
    }

    @Test
    void factoryThatFails_tellsTheCallerAndLeavesNoTrace() {
        RuntimeException failure = new IllegalStateException("no more");
        int[] call = {0};
        Item item = new Item(1);
        GenerationalPool<Item> pool = GenerationalPool.<Item>builder(() -> switch (call[0]++) {
            case 0 -> throw failure;
            case 1 -> null;
            default -> item;
        }).name("test").flowScheduler(FlowScheduler.off()).maximumEntries(2).build();
        assertThatThrownBy(pool::get).isSameAs(failure);
        assertThatThrownBy(pool::get).isInstanceOf(IllegalStateException.class).hasMessageContaining("\"test\"")
            .hasMessageContaining("null");
        assertThat(pool.get()).isSameAs(item);
        assertThatThrownBy(pool::get).isInstanceOf(IllegalStateException.class).hasMessageContaining("has already");
        pool.put(item);
        assertThat(pool.get()).isSameAs(item);
        assertThat(pool.stats().created()).isEqualTo(1);
        assertThat(pool.stats().outstanding()).isEqualTo(1);
        assertThat(pool.isValid()).isTrue();
    }

    @Test
    void reset_runsOncePerPutAndNeverOnADoublePut() {
        GenerationalPool<Item> pool = flows.builder().reset(item -> item.resets.incrementAndGet()).build();
        Item item = pool.get();
        pool.put(item);
        assertThatThrownBy(() -> pool.put(item)).isInstanceOf(DoublePutException.class);
        assertThat(item.resets).hasValue(1);
        pool.put(pool.get(), "tag");
        assertThat(item.resets).hasValue(2);
    }

    @Test
    void hooksThatThrow_areCountedAndThePoolGoesOn() {
        GenerationalPool<Item> pool = flows.builder().reset(item -> {
            if (item.number == 1) {
                throw new IllegalStateException("reset");
            }
        }).destroy(item -> {
            flows.destroy(item);
            throw new IllegalStateException("destroy");
        }).build();
        Item bad = pool.get();
        pool.put(bad);
        assertThat(bad.destroys).hasValue(1);
        assertThat(Flows.evicted(pool, Eviction.HOOK)).isEqualTo(1);
        Item good = pool.get();
        assertThat(good).isNotSameAs(bad);
        pool.put(good);
        pool.trim();
        assertThat(good.destroys).hasValue(1);
        assertThat(pool.stats().hookFailures()).isEqualTo(3);
        assertThat(pool.stats().destroyed()).isEqualTo(2);
        assertThat(pool.get()).isNotNull();
        assertThat(pool.isValid()).isTrue();
    }

    @Test
    void hooks_mayUseThePool() {
        List<GenerationalPool<Item>> self = new ArrayList<>();
        GenerationalPool<Item> pool = flows.builder().reset(item -> {
            if (item.number == 1 && item.resets.incrementAndGet() == 1) {
                self.get(0).put(self.get(0).get());
            }
        }).build();
        self.add(pool);
        Item item = pool.get();
        pool.put(item);
        assertThat(pool.stats().idle()).isEqualTo(2);
        assertThat(pool.isValid()).isTrue();
    }

    @Test
    void limit_isKeptAndServesAgainWhenObjectsComeBack() {
        GenerationalPool<Item> pool = flows.builder().maximumEntries(3).build();
        List<Item> taken = Flows.take(pool, 3);
        assertThat(pool.tryGet()).isNull();
        assertThatThrownBy(pool::get).isInstanceOf(PoolExhaustedException.class).hasMessageContaining("\"test\"")
            .hasMessageContaining("limit of 3").hasMessageContaining("3 are taken");
        assertThatThrownBy(() -> pool.get(Duration.ofMillis(3))).isInstanceOf(PoolExhaustedException.class)
            .hasMessageContaining("PT0.003S");
        pool.put(taken.get(0));
        assertThat(pool.get()).isSameAs(taken.get(0));
        assertThat(pool.isValid()).isTrue();
    }

    @Test
    void getThatWaits_getsWhatAnotherThreadPuts() throws Exception {
        GenerationalPool<Item> pool = flows.builder().maximumEntries(1).build();
        Item item = pool.get();
        Item[] got = {null};
        Thread waiter = new Thread(() -> got[0] = pool.get(Duration.ofMinutes(1)));
        waiter.start();
        while (waiter.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        pool.put(item);
        waiter.join();
        assertThat(got[0]).isSameAs(item);
    }

    @Test
    void getThatWaits_endsWithTheInterruptAndWithTheClose() throws Exception {
        GenerationalPool<Item> pool = flows.builder().maximumEntries(1).build();
        pool.get();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> pool.get(Duration.ofMinutes(1))).isInstanceOf(PoolExhaustedException.class)
            .hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
        Throwable[] thrown = {null};
        Thread waiter = new Thread(() -> {
            try {
                pool.get(Duration.ofMinutes(1));
            } catch (PoolClosedException e) {
                thrown[0] = e;
            }
        });
        waiter.start();
        while (waiter.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        pool.close();
        waiter.join();
        assertThat(thrown[0]).isNotNull();
    }

    @Test
    void close_destroysWhatIsIdleNowAndWhatIsOutWhenItIsPut() {
        GenerationalPool<Item> pool = flows.small().build();
        List<Item> taken = Flows.take(pool, 8);
        taken.subList(0, 7).forEach(pool::put);
        Item out = taken.get(7);
        pool.close();
        pool.close();
        assertThat(flows.destroyed).hasValue(7);
        assertThat(out.destroys).hasValue(0);
        assertThatThrownBy(pool::get).isInstanceOf(PoolClosedException.class).hasMessageContaining("\"test\"");
        assertThatThrownBy(pool::tryGet).isInstanceOf(PoolClosedException.class);
        assertThatThrownBy(() -> pool.get(Duration.ofMinutes(1))).isInstanceOf(PoolClosedException.class);
        pool.put(out);
        assertThat(out.destroys).hasValue(1);
        assertThatThrownBy(() -> pool.put(out)).isInstanceOfAny(PoolClosedException.class, ForeignEntryException.class);
        assertThat(taken).allSatisfy(item -> assertThat(item.destroys).hasValue(1));
        assertThat(pool.stats().destroyed()).isEqualTo(8);
        assertThat(pool.stats().outstanding()).isZero();
        assertThat(pool.isValid()).isTrue();
    }

    @Test
    void trim_destroysWhatIsIdleInEveryGeneration() {
        GenerationalPool<Item> pool = flows.small().entryBytes(100).build();
        List<Item> taken = Flows.take(pool, 12);
        taken.subList(0, 11).forEach(pool::put);
        long idle = pool.stats().idle();
        assertThat(pool.stats().bytesInUse()).isEqualTo(100);
        assertThat(pool.stats().bytesFree()).isEqualTo(idle * 100);
        assertThat(pool.trim()).isEqualTo(idle * 100);
        assertThat(pool.stats().idle()).isZero();
        assertThat(Flows.evicted(pool, Eviction.TRIM)).isEqualTo(idle);
        pool.put(taken.get(11));
        assertThat(pool.get()).isSameAs(taken.get(11));
        assertThat(pool.isValid()).isTrue();
    }

    @Test
    void poolOverBlocks_givesThemBack() {
        try (BlockPool blocks = BlockPool.builder().name("blocks").blockBytes(256).build()) {
            GenerationalPool<Block> pool = GenerationalPool.ofBlocks(blocks).flowScheduler(FlowScheduler.off()).build();
            Block block = pool.get();
            block.putLong(0, 42);
            pool.put(block, "header");
            assertThat(blocks.stats().blocksInUse()).isEqualTo(1);
            assertThat(pool.get().getLong(0)).isEqualTo(42);
            pool.put(block);
            assertThat(pool.stats().bytesFree()).isEqualTo(256);
            pool.close();
            assertThat(blocks.stats().blocksInUse()).isZero();
        }
    }

    @Test
    void minus_givesWhatHappenedBetween() {
        GenerationalPool<Item> pool = flows.builder().build();
        Flows.heat(pool, 10, "a");
        GenerationalPoolStats before = pool.stats();
        Flows.heat(pool, 5, "a");
        Flows.heat(pool, 3, "b");
        GenerationalPoolStats since = pool.stats().minus(before);
        assertThat(since.hits()).isEqualTo(8);
        assertThat(since.misses()).isZero();
        assertThat(since.created()).isZero();
        assertThat(since.generations().get(0).hits()).isEqualTo(8);
        assertThat(since.tags()).filteredOn(tag -> tag.tag().equals("a")).singleElement()
            .satisfies(tag -> assertThat(tag.hits()).isEqualTo(6)); /* the sixth took what was last put as "a" */
        assertThat(since.tags()).filteredOn(tag -> tag.tag().equals("b")).singleElement()
            .satisfies(tag -> assertThat(tag.hits()).isEqualTo(2));
    }
}
