package dev.cenote.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The pure-Java store by itself: growth, spares, trimming, the end.
 */
class JavaBlockStoreTest {

    private static final long MILLI = 1_000_000;

    private static StoreOptions options(long initialBytes, long maximumBytes, long retainNanos, long retained) {
        return new StoreOptions(64, initialBytes, maximumBytes, 4096, 4, 0, 0, true, true, false, retained, retainNanos,
            false, false, null);
    }

    private static JavaBlockStore store(long maximumBytes) throws StoreOpenException {
        return new JavaBlockStore(options(0, maximumBytes, 0, Long.MAX_VALUE));
    }

    private static long count(BlockStore store, StoreCounter counter) {
        return counter.of(store.counters());
    }

    private static List<Integer> takeAll(BlockStore store) {
        BlockStore.Exchange exchange = store.open();
        List<Integer> taken = new ArrayList<>();
        int[] into = new int[4];
        for (int n = exchange.get(into, 0, 4); n > 0; n = exchange.get(into, 0, 4)) {
            for (int i = 0; i < n; i++) {
                taken.add(into[i]);
            }
        }
        return taken;
    }

    private static void putAll(BlockStore store, List<Integer> blocks) {
        BlockStore.Exchange exchange = store.open();
        for (int block : blocks) {
            assertThat(exchange.put(new int[] {block}, 0, 1)).isZero();
        }
    }

    @Test
    void everyNumber_isGivenOnceAndTheLowestOfAMagazineLast() throws StoreOpenException {
        JavaBlockStore store = store(64 * 1000);
        int[] first = new int[4];
        assertThat(store.open().get(first, 0, 4)).isEqualTo(4);
        assertThat(first).containsExactly(3, 2, 1, 0);
        List<Integer> rest = takeAll(store);
        assertThat(rest).hasSize(996).doesNotHaveDuplicates().doesNotContain(0, 1, 2, 3);
        assertThat(rest).allSatisfy(block -> assertThat(block).isBetween(4, 999));
        assertThat(store.open().get(first, 0, 4)).isEqualTo(StoreCode.EXHAUSTED.value());
        assertThat(count(store, StoreCounter.BLOCKS_CARVED)).isEqualTo(1000);
    }

    @Test
    void wrongArguments_areRefusedWithACodeAndNothingIsTaken() throws StoreOpenException {
        JavaBlockStore store = store(64 * 1000);
        BlockStore.Exchange exchange = store.open();
        int[] blocks = new int[8];
        assertThat(exchange.get(blocks, 0, 0)).isEqualTo(StoreCode.EINVAL.value());
        assertThat(exchange.get(blocks, 0, -1)).isEqualTo(StoreCode.EINVAL.value());
        assertThat(exchange.put(blocks, 0, 0)).isEqualTo(StoreCode.EINVAL.value());
        assertThat(exchange.put(blocks, 0, 5)).isEqualTo(StoreCode.EINVAL.value());
        assertThat(exchange.put(blocks, 0, 1)).as("never carved").isEqualTo(StoreCode.BADBLOCK.value());
        exchange.get(blocks, 0, 4);
        for (int wrong : new int[] {-1, 4, 63, 64, 999, 1000, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertThat(exchange.put(new int[] {0, wrong}, 0, 2)).as("block %d", wrong).isEqualTo(StoreCode.BADBLOCK.value());
        }
        assertThat(count(store, StoreCounter.BLOCKS_IN)).isZero();
        assertThatThrownBy(() -> store.chunk(-1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> store.chunk(1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void chunk_isADirectViewInNativeOrder() throws StoreOpenException {
        JavaBlockStore store = store(64 * 1000);
        store.open().get(new int[4], 0, 4);
        ByteBuffer view = store.chunk(0);
        assertThat(view.isDirect()).isTrue();
        assertThat(view.order()).isEqualTo(ByteOrder.nativeOrder());
        assertThat(view.capacity()).isEqualTo(4096);
        view.putLong(8, 5);
        assertThat(store.chunk(0).getLong(8)).isEqualTo(5);
        assertThat(view.alignmentOffset(0, 64)).isZero();
        assertThat(store.hasAddresses()).isEqualTo(Runtime.version().feature() >= 22);
        if (store.hasAddresses()) {
            assertThat(store.chunkAddress(0)).isPositive().satisfies(address -> assertThat(address % 64).isZero());
        }
        assertThat(store.residentBytes()).isEqualTo(-1);
    }

    @Test
    void upkeep_keepsASpareReadyAndMoreAfterMisses() throws StoreOpenException {
        JavaBlockStore store = store(64 * 64 * 100);
        store.upkeep(0);
        assertThat(count(store, StoreCounter.CHUNKS_SPARE)).isEqualTo(1);
        int[] into = new int[4];
        for (int i = 0; i < 64 / 4; i++) {
            store.open().get(into, 0, 4);
        }
        assertThat(count(store, StoreCounter.GROWTHS_SPARE)).isEqualTo(1);
        assertThat(count(store, StoreCounter.SPARE_MISSES)).isZero();
        for (int i = 0; i < 2 * 64 / 4; i++) {
            store.open().get(into, 0, 4);
        }
        assertThat(count(store, StoreCounter.SPARE_MISSES)).isEqualTo(2);
        store.upkeep(0);
        assertThat(count(store, StoreCounter.CHUNKS_SPARE)).isEqualTo(4);
        assertThat(count(store, StoreCounter.BYTES_POPULATED)).isEqualTo(5 * 4096);
        assertThat(count(store, StoreCounter.GROWTHS)).isEqualTo(3);
        assertThat(Arrays.stream(store.growthLatencies()).sum()).isEqualTo(3);
    }

    @Test
    void frozenStore_makesNoSpares() throws StoreOpenException {
        JavaBlockStore store = store(64 * 64 * 100);
        store.freeze();
        store.upkeep(0);
        assertThat(count(store, StoreCounter.CHUNKS_SPARE)).isZero();
        assertThat(store.open().get(new int[4], 0, 4)).isEqualTo(StoreCode.FROZEN.value());
        store.thaw();
        store.upkeep(0);
        assertThat(count(store, StoreCounter.CHUNKS_SPARE)).isEqualTo(1);
    }

    @Test
    void trim_retiresWhatIsFreeTellsItsNumberFirstAndDropsTheMemory() throws StoreOpenException {
        JavaBlockStore store = store(64 * 64 * 10);
        List<Integer> told = new ArrayList<>();
        store.onRetire(chunk -> {
            store.chunk(chunk); /* throws if the memory went first */
            told.add(chunk);
        });
        List<Integer> all = takeAll(store);
        putAll(store, all.stream().filter(block -> block / 64 != 3).toList());
        assertThat(store.trim(0)).isEqualTo(9 * 4096);
        assertThat(told).containsExactlyInAnyOrder(0, 1, 2, 4, 5, 6, 7, 8, 9);
        assertThat(count(store, StoreCounter.BLOCKS_CARVED)).isEqualTo(64);
        assertThat(count(store, StoreCounter.CHUNKS_ACTIVE)).isEqualTo(1);
        assertThat(count(store, StoreCounter.CHUNKS_IDLE)).isEqualTo(9);
        assertThat(count(store, StoreCounter.BYTES_COMMITTED)).isEqualTo(4096);
        assertThatThrownBy(() -> store.chunk(0)).isInstanceOf(IllegalStateException.class).hasMessageContaining("0");
        store.chunk(3);
        assertThat(takeAll(store)).hasSize(9 * 64).doesNotHaveDuplicates()
            .allSatisfy(block -> assertThat(block / 64).isNotEqualTo(3));
        assertThat(count(store, StoreCounter.CHUNKS_IDLE)).isZero();
    }

    @Test
    void trim_keepsWhatItIsToldToAndTheInitialBytes() throws StoreOpenException {
        JavaBlockStore store = new JavaBlockStore(options(2 * 4096, 64 * 64 * 10, 0, Long.MAX_VALUE));
        assertThat(count(store, StoreCounter.CHUNKS_SPARE)).isEqualTo(2);
        putAll(store, takeAll(store));
        assertThat(store.trim(7 * 4096)).isGreaterThanOrEqualTo(3 * 4096);
        assertThat(store.trim(0)).isPositive();
        assertThat(store.trim(0)).isZero();
        assertThat(count(store, StoreCounter.BYTES_COMMITTED)).isEqualTo(2 * 4096);
        assertThat(new HashSet<>(takeAll(store))).hasSize(640);
    }

    @Test
    void chunkThatIsBeingCarved_goesOnlyWhenAllItsCarvedBlocksAreBack() throws StoreOpenException {
        JavaBlockStore store = store(64 * 64 * 10);
        int[] some = new int[4];
        store.open().get(some, 0, 4);
        assertThat(store.trim(0)).isZero();
        store.open().put(some, 0, 3);
        assertThat(store.trim(0)).isZero();
        store.open().put(some, 3, 1);
        assertThat(store.trim(0)).isEqualTo(4096);
        assertThat(count(store, StoreCounter.BLOCKS_CARVED)).isZero();
        assertThat(takeAll(store)).hasSize(640).doesNotHaveDuplicates();
    }

    @Test
    void blockThatStandsTwiceInTheDepot_doesNotStandInForOneThatIsOut() throws StoreOpenException {
        JavaBlockStore store = store(64 * 64);
        List<Integer> all = takeAll(store);
        int out = all.remove(63);
        putAll(store, all);
        putAll(store, List.of(all.get(0))); /* what two puts at the same moment do; the pool drops one of them later */
        assertThat(store.trim(0)).as("block %d is out", out).isZero();
        store.chunk(0);
    }

    @Test
    void surplusOfAPeriod_goesWithTheNextUpkeep() throws StoreOpenException {
        JavaBlockStore store = new JavaBlockStore(options(0, 64 * 64 * 10, 200 * MILLI, Long.MAX_VALUE));
        putAll(store, takeAll(store));
        long now = System.nanoTime();
        store.upkeep(now + 150 * MILLI);
        store.upkeep(now + 300 * MILLI);
        store.upkeep(now + 450 * MILLI);
        for (int i = 0; i < 10; i++) {
            store.upkeep(now + (600 + 150 * i) * MILLI);
        }
        assertThat(count(store, StoreCounter.CHUNKS_ACTIVE)).isZero();
        assertThat(count(store, StoreCounter.CHUNKS_SPARE)).isZero();
        assertThat(takeAll(store)).hasSize(640).doesNotHaveDuplicates();
    }

    /** Growth that found no spare chunk makes upkeep want more of them; that would undo a trim. */
    @Test
    void trimmedStore_makesNoSpareBeforeItsNextExchange() throws StoreOpenException {
        JavaBlockStore store = store(64 * 64 * 10);
        putAll(store, takeAll(store));
        store.trim(0);
        store.upkeep(0);
        assertThat(count(store, StoreCounter.BYTES_COMMITTED)).isZero();
        assertThat(store.open().get(new int[4], 0, 4)).isEqualTo(4);
        store.upkeep(0);
        assertThat(count(store, StoreCounter.CHUNKS_ACTIVE)).isEqualTo(1);
        assertThat(count(store, StoreCounter.CHUNKS_SPARE)).as("the growth found none, so it may be two").isEqualTo(2);
    }

    /** One chunk a period is in use: that is not idle. */
    @Test
    void storeInUse_keepsItsSpareThroughQuietPeriods() throws StoreOpenException {
        JavaBlockStore store = new JavaBlockStore(options(0, 64 * 64 * 10, 200 * MILLI, Long.MAX_VALUE));
        long now = System.nanoTime();
        int[] some = new int[4];
        for (int i = 0; i < 10; i++) {
            store.open().get(some, 0, 4);
            store.open().put(some, 0, 4);
            store.upkeep(now + (150 + 150 * i) * MILLI);
        }
        assertThat(count(store, StoreCounter.CHUNKS_SPARE)).isEqualTo(1);
    }

    @Test
    void boundOnRetainedBytes_isHeldByUpkeep() throws StoreOpenException {
        JavaBlockStore store = new JavaBlockStore(options(0, 64 * 64 * 10, 0, 3 * 4096));
        List<Integer> all = takeAll(store);
        for (int i = 0; i < 640; i += 4) {
            store.open().put(new int[] {all.get(i), all.get(i + 1), all.get(i + 2), all.get(i + 3)}, 0, 4);
        }
        store.upkeep(0);
        assertThat(count(store, StoreCounter.CHUNKS_ACTIVE)).isEqualTo(3);
    }

    @Test
    void closedStore_refusesGetsAndTakesPuts() throws StoreOpenException {
        JavaBlockStore store = store(64 * 64 * 10);
        int[] some = new int[4];
        store.open().get(some, 0, 4);
        assertThatThrownBy(store::destroy).isInstanceOf(IllegalStateException.class);
        store.close();
        store.close();
        assertThat(store.open().get(new int[4], 0, 4)).isEqualTo(StoreCode.CLOSED.value());
        store.chunk(0).putInt(0, 1);
        assertThat(store.open().put(some, 0, 4)).isZero();
        Set<Integer> told = new HashSet<>();
        store.onRetire(told::add);
        store.destroy();
        store.destroy();
        assertThat(told).containsExactly(0);
        assertThat(count(store, StoreCounter.BYTES_COMMITTED)).isZero();
        assertThatThrownBy(() -> store.chunk(0)).isInstanceOf(IllegalStateException.class);
        store.upkeep(System.nanoTime());
        assertThat(count(store, StoreCounter.BYTES_COMMITTED)).isZero();
    }

    @Test
    void file_isRefused() {
        StoreOptions options = new StoreOptions(64, 0, 4096, 0, 0, 0, 0, false, false, false, 0, 0, false, false, Path.of("x"));
        assertThatThrownBy(() -> new JavaBlockStore(options)).isInstanceOf(StoreOpenException.class)
            .hasMessage("ENOTSUP");
    }
}
