package dev.cenote.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cenote.flow.Flows.Item;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What becomes of idle entries: the four quadrants, times to live, capacities, promotion, tags, and the clock.
 */
class GenerationsAgeTest {

    private final Flows flows = new Flows();

    private static Tag tag(GenerationalPool<Item> pool, String name) {
        return pool.flow().tag(name);
    }

    /** An entry in T0, not touched since the last sweep. */
    private GenerationalPool<Item> poolWithOne(int uses, int collections) {
        GenerationalPool<Item> pool = flows.small().build();
        Flows.heat(pool, uses + 1, "t");
        Flows.age(pool, collections);
        flows.pass(1);
        pool.flow().evict(0);
        pool.flow().evict(0); /* the first found it touched */
        return pool;
    }

    @Test
    void lowAndYoung_goesAtTheEndOfItsTime() {
        GenerationalPool<Item> pool = poolWithOne(0, 0);
        assertThat(Flows.entries(pool)).containsExactly(1, 0, 0);
        flows.pass(8); /* 9 since the put */
        pool.flow().evict(0);
        assertThat(Flows.entries(pool)).containsExactly(1, 0, 0);
        flows.pass(1);
        assertThat(pool.flow().evict(0)).isEqualTo(1);
        assertThat(Flows.entries(pool)).containsExactly(0, 0, 0);
        assertThat(Flows.evicted(pool, Eviction.TIME)).isEqualTo(1);
        assertThat(flows.destroyed).hasValue(1);
        assertThat(pool.isValid()).isTrue();
    }

    @Test
    void lowAndOld_goesAtTheEndOfItsTimeToo() {
        GenerationalPool<Item> pool = poolWithOne(0, 3);
        flows.pass(21);
        assertThat(pool.flow().evict(0)).isEqualTo(1);
        assertThat(Flows.entries(pool)).containsExactly(0, 0, 0);
    }

    @Test
    void highAndYoung_staysAndIsNotPromoted() {
        GenerationalPool<Item> pool = poolWithOne(50, 2);
        flows.pass(1000);
        assertThat(pool.flow().evict(0)).isZero();
        assertThat(pool.flow().promote(tag(pool, "t"), 0, 1)).isZero();
        assertThat(Flows.entries(pool)).containsExactly(1, 0, 0);
    }

    @Test
    void highAndOld_isPinnedInTheLastGeneration() {
        GenerationalPool<Item> pool = poolWithOne(50, 3);
        flows.pass(1000);
        assertThat(pool.flow().evict(0)).isZero();
        assertThat(Flows.entries(pool)).containsExactly(0, 0, 1);
        assertThat(Flows.age(pool, 10)).isZero();
        assertThat(Flows.entries(pool)).containsExactly(0, 0, 1);
        Flows.decay(pool); /* 25: not high any more */
        assertThat(Flows.age(pool, 1)).isEqualTo(1);
        assertThat(Flows.evicted(pool, Eviction.UNUSED)).isEqualTo(1);
        assertThat(pool.stats().migrations()).isEqualTo(1);
        assertThat(pool.isValid()).isTrue();
    }

    @Test
    void heat_decaysByHalfAndKeepsAnEntryLonger() {
        GenerationalPool<Item> pool = poolWithOne(49, 0);
        assertThat(pool.stats().tags().stream().filter(each -> each.tag().equals("t")).findFirst().orElseThrow().heat())
            .isEqualTo(49);
        flows.pass(15); /* over the time to live, but A = idle / (1 + 49/50) */
        assertThat(pool.flow().evict(0)).isZero();
        Flows.decay(pool);
        Flows.decay(pool);
        flows.pass(1);
        assertThat(pool.flow().evict(0)).isEqualTo(1);
    }

    @Test
    void oneThatIsTakenSteadily_comesToThatHeat() {
        Entry<Object> entry = new Entry<>(new Object(), new java.lang.ref.ReferenceQueue<>());
        for (int period = 1; period < 30; period++) {
            entry.accesses = 80;
            Heat.fold(entry, period);
        }
        assertThat(Heat.of(entry)).isBetween(79.9f, 80f);
        Heat.fold(entry, 32);
        assertThat(Heat.of(entry)).isBetween(9.9f, 10f);
    }

    @Test
    void route_sendsLaterPutsStraightThere() {
        GenerationalPool<Item> pool = flows.small().build();
        Flows.heat(pool, 1, "session");
        Tag session = tag(pool, "session");
        pool.flow().route(session, 2);
        pool.put(pool.get(), "session");
        assertThat(Flows.entries(pool)).containsExactly(0, 0, 1);
        Item item = pool.get();
        assertThat(pool.stats().generations().get(2).hits()).isEqualTo(1);
        pool.put(item, "other");
        assertThat(Flows.entries(pool)).containsExactly(1, 0, 0);
        pool.put(pool.get(), "session");
        pool.flow().route(session, 0);
        pool.put(pool.get(), "session");
        assertThat(Flows.entries(pool)).containsExactly(1, 0, 0);
        assertThatThrownBy(() -> pool.flow().route(session, 3)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void promote_movesTheClassAndNothingElse() {
        GenerationalPool<Item> pool = flows.small().build();
        List<Item> items = Flows.take(pool, 4);
        pool.put(items.get(0), "a");
        pool.put(items.get(1), "b");
        pool.put(items.get(2), "a");
        pool.put(items.get(3), "b");
        Tag a = tag(pool, "a");
        assertThat(pool.flow().promote(a, 0, 1)).isEqualTo(2);
        assertThat(Flows.entries(pool)).containsExactly(2, 2, 0);
        assertThat(pool.flow().promote(a, 1, 2)).isEqualTo(2);
        assertThat(Flows.entries(pool)).containsExactly(2, 0, 2);
        assertThat(pool.flow().promote(a, 1, 2)).isZero();
        assertThatThrownBy(() -> pool.flow().promote(a, 2, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThat(Flows.take(pool, 4)).containsExactlyInAnyOrderElementsOf(items);
        assertThat(flows.destroyed).hasValue(0);
        assertThat(pool.isValid()).isTrue();
    }

    @Test
    void timeToLiveOfT1_endsItsEntries() {
        GenerationalPool<Item> pool = flows.small().build();
        Flows.heat(pool, 1, "a");
        pool.flow().route(tag(pool, "a"), 1);
        pool.put(pool.get(), "a");
        flows.step(pool, 1990);
        assertThat(Flows.entries(pool)).containsExactly(0, 1, 0);
        flows.step(pool, 500);
        assertThat(Flows.entries(pool)).containsExactly(0, 0, 0);
        assertThat(pool.stats().generations().get(1).evictions()).containsEntry(Eviction.TIME, 1L);
    }

    @Test
    void generationThatRefused_makesRoomByDroppingTheLongestIdle() {
        GenerationalPool<Item> pool = flows.builder().generation("T0", 1, java.time.Duration.ZERO)
            .generation("T1", 8, java.time.Duration.ZERO).build();
        List<Item> items = Flows.take(pool, 10);
        pool.put(items.get(9), "b");
        pool.flow().route(tag(pool, "a"), 1);
        for (int i = 0; i < 8; i++) {
            flows.pass(10);
            pool.put(items.get(i), "a");
        }
        pool.put(items.get(8), "a"); /* no room: T0 takes it, and what was there finds none in T1 either */
        assertThat(Flows.entries(pool)).containsExactly(1, 8);
        assertThat(items.get(9).destroys).hasValue(1);
        assertThat(pool.flow().evict(0)).isEqualTo(2); /* a quarter of the capacity at most */
        assertThat(items).extracting(item -> item.destroys.get()).containsExactly(1, 1, 0, 0, 0, 0, 0, 0, 0, 1);
        assertThat(pool.stats().generations().get(1).evictions()).containsEntry(Eviction.CAPACITY, 2L);
        assertThat(pool.isValid()).isTrue();
    }

    @Test
    void tags_areBoundedAndForgotten() {
        GenerationalPool<Item> pool = flows.builder().maximumTags(2).build();
        Flows.heat(pool, 2, "a");
        Flows.heat(pool, 2, "b");
        Flows.heat(pool, 2, "c");
        Flows.heat(pool, 2, null);
        Flows.heat(pool, 2, "default");
        assertThat(pool.stats().tags()).extracting(TagStats::tag).containsExactly("default", "a", "b");
        assertThat(pool.stats().unlearnedPuts()).isGreaterThanOrEqualTo(2);
        for (int i = 0; i < TagTable.FORGET_PERIODS + 2; i++) {
            pool.flow().sample(0);
            Flows.decay(pool);
        }
        assertThat(pool.stats().tags()).extracting(TagStats::tag).containsExactly("default");
        Flows.heat(pool, 2, "c");
        assertThat(pool.stats().tags()).extracting(TagStats::tag).containsExactly("default", "c");
        assertThat(pool.isValid()).isTrue();
    }

    @Test
    void tags_countHitsMissesAndResidence() {
        GenerationalPool<Item> pool = flows.builder().build();
        Item item = pool.get();
        pool.put(item, "a");
        for (int i = 0; i < 4; i++) {
            flows.pass(2);
            item = pool.get();
            pool.put(item, "a");
        }
        TagStats a = pool.stats().tags().get(1);
        assertThat(a.misses()).isEqualTo(1);
        assertThat(a.hits()).isEqualTo(4);
        assertThat(a.entries()).isEqualTo(1);
        assertThat(a.residence().samples()).isGreaterThanOrEqualTo(1);
        assertThat(a.residence().maxNanos()).isBetween(2 * Flows.MILLI, 4 * Flows.MILLI);
        Flows.decay(pool);
        pool.flow().evict(0);
        pool.put(pool.get(), "a"); /* sees that a step is over, and tells */
        FlowSample sample = pool.flow().sample(0);
        assertThat(sample.hits).isEqualTo(5);
        assertThat(sample.misses).isEqualTo(1);
        assertThat(sample.residences).isEqualTo(5);
        assertThat(sample.residenceNanos).isBetween(8 * Flows.MILLI, 10 * Flows.MILLI);
        pool.flow().addClasses(sample); /* all that have times: nobody told the pool bounds */
        assertThat(sample.tags()).isEqualTo(1);
        assertThat(sample.index(0)).isEqualTo(tag(pool, "a").index());
        assertThat(pool.flow().sample(0).hits).isZero();
        assertThat(sample.residences).isZero();
        pool.flow().addClasses(sample);
        assertThat(sample.tags()).isZero();
    }

    @Test
    void classes_areAddedWhenTheyPassABoundOrTheBoundsPassThem() {
        GenerationalPool<Item> pool = flows.builder().build();
        FlowSample sample = pool.flow().sample(0);
        pool.flow().setBounds(new Bounds(sample.generations, 0.25)); /* 2.5 of 10 ms */
        for (int i = 0; i < 20; i++) {
            Item item = pool.get();
            pool.put(item, "short");
            flows.pass(2);
        }
        pool.flow().addClasses(pool.flow().sample(0));
        assertThat(sample.tags()).isZero();
        pool.flow().setBounds(new Bounds(sample.generations, 0.1)); /* 1 ms */
        pool.flow().addClasses(pool.flow().sample(0));
        assertThat(sample.tags()).isEqualTo(1);
        assertThat(sample.index(0)).isEqualTo(tag(pool, "short").index());
        pool.flow().setBounds(new Bounds(sample.generations, 0.25));
        for (int i = 0; i < 40; i++) {
            Item item = pool.get();
            pool.put(item, "long");
            flows.pass(4);
        }
        pool.flow().addClasses(pool.flow().sample(0));
        assertThat(sample.tags()).isEqualTo(1);
        assertThat(sample.index(0)).isEqualTo(tag(pool, "long").index());
    }

    @Test
    void sharedEntriesThatAreUsed_areLookedAtAndNotTakenOut() {
        GenerationalPool<Item> pool = flows.small().build();
        pool.flow().route(tag(pool, "warm"), 1);
        List<Item> items = Flows.take(pool, 3);
        items.forEach(item -> pool.put(item, "warm"));
        for (int i = 0; i < 8; i++) {
            items = Flows.take(pool, 2);
            items.forEach(item -> pool.put(item, "warm"));
            assertThat(flows.step(pool, 500)).isEqualTo(i == 3 ? 1 : 0); /* the lowest, which nobody took, after 2 s */
        }
        assertThat(Flows.entries(pool)).containsExactly(0, 2, 0);
        assertThat(flows.step(pool, 2000)).isEqualTo(2);
    }

    @Test
    void clockThatGoesBack_losesNothing() {
        GenerationalPool<Item> pool = flows.small().build();
        Flows.heat(pool, 1, "a");
        flows.pass(-1_000_000);
        flows.step(pool, 0);
        pool.put(pool.get(), "a");
        assertThat(Flows.entries(pool)).containsExactly(1, 0, 0);
        flows.step(pool, 1);
        flows.step(pool, 1);
        flows.step(pool, 20); /* time goes on from where it was */
        assertThat(Flows.entries(pool)).containsExactly(0, 0, 0);
        assertThat(pool.isValid()).isTrue();
    }

    @Test
    void destroyHookThatBlocks_holdsUpNoGetAndNoPut() throws Exception {
        java.util.concurrent.CountDownLatch inside = new java.util.concurrent.CountDownLatch(1);
        java.util.concurrent.CountDownLatch leave = new java.util.concurrent.CountDownLatch(1);
        GenerationalPool<Item> pool = flows.small().destroy(item -> {
            flows.destroy(item);
            inside.countDown();
            try {
                leave.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }).build();
        Flows.take(pool, 3).forEach(pool::put);
        flows.step(pool, 1);
        flows.step(pool, 1);
        flows.pass(20);
        Thread scheduler = new Thread(() -> pool.flow().evict(0));
        scheduler.start();
        inside.await();
        List<Item> items = Flows.take(pool, 5);
        items.forEach(item -> pool.put(item, "x"));
        assertThat(Flows.take(pool, 4)).isNotEmpty();
        leave.countDown();
        scheduler.join();
        assertThat(pool.stats().destroyed()).isEqualTo(3);
    }

    @Test
    void objectThatItsTakerForgets_isGarbageAndCounted() {
        GenerationalPool<Item> pool = flows.small().checks(dev.cenote.Checks.PARANOID).build();
        Flows.take(pool, 40); /* more than a thread remembers */
        for (int i = 0; i < 100 && pool.stats().lost() < 20; i++) {
            System.gc();
            flows.step(pool, 1);
            Flows.heat(pool, 1, null);
        }
        assertThat(pool.stats().lost()).isGreaterThanOrEqualTo(20);
        assertThat(flows.destroyed).hasValue(0);
        assertThat(pool.stats().created()).isEqualTo(flows.made.get());
        assertThat(pool.isValid()).isTrue();
    }
}
