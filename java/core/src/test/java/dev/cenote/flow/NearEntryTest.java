package dev.cenote.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cenote.Checks;
import dev.cenote.DoublePutException;
import dev.cenote.flow.Flows.Item;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The entry that a busy thread keeps near, outside its stack: it counts, ages, moves and is destroyed like any other.
 */
class NearEntryTest {

    private static final int MANY = 300;

    private final Flows flows = new Flows();
    private GenerationalPool<Item> pool;
    private Item item;

    @BeforeEach
    void keepOneNear() {
        pool = flows.small().build();
        item = keepNear(pool, null);
    }

    private static Item keepNear(GenerationalPool<Item> pool, String tag) {
        Flows.heat(pool, MANY, tag);
        Item near = pool.newest().nearObject;
        assertThat(near).as("after %d gets and puts", MANY).isNotNull();
        return near;
    }

    @Test
    void takenAndPut_isCountedLikeAnyOther() {
        assertThat(pool.get()).isSameAs(item);
        assertThat(pool.newest().nearObject).isSameAs(item);
        assertThat(pool.stats().idle()).isZero();
        assertThat(pool.stats().outstanding()).isEqualTo(1);
        assertThat(pool.isValid()).isTrue();
        pool.put(item);
        GenerationalPoolStats stats = pool.stats();
        assertThat(stats.idle()).isEqualTo(1);
        assertThat(stats.created()).isEqualTo(1);
        assertThat(stats.hits()).isEqualTo(MANY);
        assertThat(stats.misses()).isEqualTo(1);
        assertThat(stats.tags().get(0).hits()).isEqualTo(MANY);
        assertThat(stats.tags().get(0).heat()).isEqualTo(MANY);
        assertThat(pool.isValid()).isTrue();
    }

    @Test
    void sampledResidenceTimes_standForAllPuts() {
        Flows.heat(pool, 100_000, null);
        pool.flow().evict(0); /* one more look at it would be the next sample */
        long count = pool.stats().generations().get(0).residence().samples();
        assertThat(count).isBetween(95_000L, 100_000L + MANY);
    }

    @Test
    void secondPut_isRefused() {
        assertThatThrownBy(() -> pool.put(item)).isInstanceOf(DoublePutException.class);
        assertThatThrownBy(() -> pool.put(item, "tag")).isInstanceOf(DoublePutException.class);
        assertThat(pool.stats().idle()).isEqualTo(1);
        assertThat(pool.isValid()).isTrue();
        assertThat(pool.get()).isSameAs(item);
    }

    @Test
    void null_isRefusedWhereverTheDefaultTagGoes() {
        Item taken = pool.get();
        assertThatThrownBy(() -> pool.put(null)).isInstanceOf(NullPointerException.class);
        pool.put(taken);
        pool.flow().route(pool.flow().tag("default"), 1);
        Flows.heat(pool, MANY, "t");
        assertThat(pool.newest().nearObject).isNotNull();
        taken = pool.get();
        assertThatThrownBy(() -> pool.put(null)).isInstanceOf(NullPointerException.class);
        assertThat(pool.stats().outstanding()).isEqualTo(1);
        pool.put(taken); /* to T1, as its class goes */
        assertThat(Flows.entries(pool)).containsExactly(0, 1, 0);
        assertThat(pool.isValid()).isTrue();
    }

    @Test
    void othersAreServed_whileItIsOut() {
        for (int round = 0; round < 10; round++) {
            List<Item> taken = Flows.take(pool, 3);
            assertThat(taken).doesNotHaveDuplicates().contains(item);
            taken.forEach(pool::put);
            assertThat(pool.isValid()).isTrue();
        }
        assertThat(flows.made).hasValue(3);
    }

    @Test
    void itsPlace_countsWithTheCapacity() {
        Flows.take(pool, 50).forEach(pool::put);
        assertThat(Flows.entries(pool)[0]).isBetween(1, 4);
        assertThat(pool.isValid()).isTrue();
        GenerationalPool<Item> one = flows.builder().generation("only", 1, Duration.ZERO).build();
        keepNear(one, null);
        Flows.take(one, 5).forEach(one::put);
        assertThat(one.stats().idle()).isEqualTo(1);
        assertThat(one.isValid()).isTrue();
    }

    @Test
    void putWithAnotherTag_isThatTagsFromThenOn() {
        Item taken = pool.get();
        pool.put(taken, "other");
        assertThat(Flows.entries(pool)).containsExactly(1, 0, 0);
        assertThat(pool.stats().tags()).anySatisfy(tag -> {
            assertThat(tag.tag()).isEqualTo("other");
            assertThat(tag.entries()).isEqualTo(1);
        });
        keepNear(pool, "other");
        assertThat(pool.get()).isSameAs(taken);
        pool.put(taken); /* with the default tag again */
        assertThat(pool.stats().tags().get(0).entries()).isEqualTo(1);
        assertThat(pool.isValid()).isTrue();
    }

    @Test
    void putByAnotherThread_isNotHereAnyMore() throws Exception {
        Item taken = pool.get();
        Flows.run(() -> pool.put(taken));
        assertThat(pool.get()).as("it lies in the other thread's part").isNotSameAs(taken);
        pool.flow().evict(0); /* that thread is dead: what it held goes to T1 */
        assertThat(pool.get()).isSameAs(taken);
        pool.put(taken);
        assertThatThrownBy(() -> pool.put(taken)).isInstanceOf(DoublePutException.class);
        assertThat(pool.isValid()).isTrue();
    }

    @Test
    void idle_outlivesItsTimeLikeAnyOther() {
        flows.step(pool, 1); /* its thread has worked */
        for (int i = 0; i < 10; i++) {
            flows.step(pool, 5_000);
        }
        assertThat(Flows.entries(pool)).containsExactly(0, 0, 0);
        assertThat(item.destroys).hasValue(1);
        assertThat(pool.isValid()).isTrue();
    }

    @Test
    void itsClass_movesWithIt() {
        for (int i = 0; i < 10; i++) {
            Flows.decay(pool); /* not hot any more */
        }
        Tag plain = pool.flow().tag("default");
        pool.flow().route(plain, 1);
        pool.flow().promote(plain, 0, 1);
        for (int i = 0; i < 3; i++) {
            flows.step(pool, 1); /* it has worked; it is idle, and was touched; it was not */
        }
        assertThat(Flows.entries(pool)).containsExactly(0, 1, 0);
        assertThat(pool.get()).isSameAs(item);
        pool.put(item);
        assertThat(Flows.entries(pool)).containsExactly(0, 1, 0);
        assertThat(pool.isValid()).isTrue();
    }

    @Test
    void trimAndClose_destroyIt() {
        pool.trim();
        assertThat(item.destroys).hasValue(1);
        Item next = keepNear(pool, null);
        Item out = pool.get();
        assertThat(out).isSameAs(next);
        pool.close();
        assertThat(out.destroys).hasValue(0);
        pool.put(out);
        assertThat(out.destroys).hasValue(1);
        assertThat(pool.isValid()).isTrue();
    }

    @Test
    void poolAtItsLimit_bringsItToT1ForOthers() throws Exception {
        GenerationalPool<Item> two = flows.small().maximumEntries(2).build();
        Item near = keepNear(two, null);
        Item other = Flows.take(two, 2).get(1);
        two.put(near); /* near again; the other one is out, so the pool is at its limit */
        Flows.run(() -> assertThat(two.tryGet()).isNull());
        two.put(other); /* sees that somebody is hungry */
        Flows.run(() -> assertThat(Flows.take(two, 2)).containsExactlyInAnyOrder(near, other));
    }

    @Test
    void hooksAndSites_areNotPassedBy() {
        GenerationalPool<Item> resetting = flows.small().reset(each -> each.resets.incrementAndGet()).build();
        Flows.heat(resetting, MANY, null);
        assertThat(resetting.get().resets).hasValue(MANY);
        GenerationalPool<Item> watched = flows.small().checks(Checks.PARANOID).build();
        Flows.heat(watched, MANY, null);
        assertThat(watched.newest().nearObject).isNull();
    }
}
