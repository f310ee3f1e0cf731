package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Pieces of any size by address, in one thread: classes, zeros, alignment, mistakes, limits, the end.
 */
class SizedPoolAddressTest {

    private static final long LARGEST = 1 << 20;

    private static SizedPool pool(long maximumBytes) {
        assumeTrue(TestPools.hasAddresses());
        return SizedPool.builder().name("sized").backend(TestPools.BACKEND).maximumBytes(maximumBytes).build();
    }

    @Test
    void everyBoundary_givesMemoryOfItsOwn() {
        try (SizedPool pool = pool(1 << 30)) {
            TreeMap<Long, Long> out = new TreeMap<>();
            for (int index = 0; index <= SizeClasses.of(LARGEST); index++) {
                for (long bytes = SizeClasses.bytes(index) - 1; bytes <= SizeClasses.bytes(index) + 1; bytes++) {
                    long address = pool.allocate(bytes);
                    assertThat(address % 16).isZero();
                    TestMemory.mark(address, bytes, (byte) index);
                    assertThat(overlaps(out, address, bytes)).isFalse();
                    out.put(address, bytes);
                }
            }
            out.forEach(pool::free);
            assertThat(pool.stats().bytesInUse()).isZero();
        }
    }

    private static boolean overlaps(TreeMap<Long, Long> out, long address, long bytes) {
        Map.Entry<Long, Long> below = out.floorEntry(address + bytes - 1);
        return below != null && below.getKey() + below.getValue() > address;
    }

    @Test
    void randomSequences_neverOverlap() {
        long seed = new Random().nextLong();
        for (long maximum : new long[] {1 << 20, 24 << 20, 256 << 20}) {
            Random random = new Random(seed);
            try (SizedPool pool = pool(maximum)) {
                TreeMap<Long, Long> out = new TreeMap<>();
                List<Long> order = new ArrayList<>();
                for (int i = 0; i < 15_000; i++) {
                    if (order.size() < 10 || random.nextInt(1000) < (i / 2000 % 2 == 0 ? 600 : 400)) {
                        long bytes = 1 + random.nextInt(1 << (1 + random.nextInt(random.nextInt(20) == 0 ? 21 : 14)));
                        long address;
                        try {
                            address = pool.allocate(bytes);
                        } catch (PoolExhaustedException e) {
                            continue;
                        }
                        assertThat(overlaps(out, address, bytes)).as("seed %d, step %d, %d bytes", seed, i, bytes).isFalse();
                        TestMemory.mark(address, bytes, (byte) bytes);
                        out.put(address, bytes);
                        order.add(address);
                    } else {
                        int at = random.nextInt(order.size());
                        long address = order.set(at, order.get(order.size() - 1));
                        order.remove(order.size() - 1);
                        long bytes = out.remove(address);
                        assertThat(TestMemory.isMarked(address, bytes, (byte) bytes)).as("seed %d, step %d", seed, i).isTrue();
                        pool.free(address, bytes);
                    }
                }
                SizedPoolStats stats = pool.stats();
                assertThat(stats.bytesInUse()).as("seed %d", seed).isGreaterThanOrEqualTo(
                    out.values().stream().mapToLong(Long::longValue).sum());
                assertThat(stats.bytesCommitted()).isLessThanOrEqualTo(maximum);
                assertThat(pool.isValid()).isTrue();
                out.forEach(pool::free);
                assertThat(pool.stats().bytesInUse()).isZero();
                assertThat(pool.isValid()).isTrue();
            }
        }
    }

    @Test
    void zeroedPieces_holdZeros() {
        try (SizedPool pool = pool(64 << 20)) {
            for (long bytes : new long[] {1, 16, 100, 4096, 8192, 8193, 100_000, 3 << 20}) {
                long address = pool.allocate(bytes);
                for (long i = 0; i < bytes; i += 7) {
                    TestMemory.put(address + i, (byte) 1);
                }
                TestMemory.put(address + bytes - 1, (byte) 1);
                pool.free(address, bytes);
                long zeroed = pool.allocateZeroed(bytes);
                for (long i = 0; i < bytes; i += 7) {
                    assertThat(TestMemory.get(zeroed + i)).isZero();
                }
                assertThat(TestMemory.get(zeroed + bytes - 1)).isZero();
                pool.free(zeroed, bytes);
            }
        }
    }

    @Test
    void alignedPieces_lieOnTheirAlignment() {
        try (SizedPool pool = pool(256 << 20)) {
            Random random = new Random(3);
            for (int i = 0; i < 2000; i++) {
                long alignment = 1L << random.nextInt(17);
                long bytes = 1 + random.nextInt(1 << random.nextInt(18));
                long address = pool.allocate(bytes, alignment);
                assertThat(address % alignment).as("%d bytes aligned to %d", bytes, alignment).isZero();
                TestMemory.mark(address, bytes, (byte) i);
                pool.free(address, bytes, alignment);
            }
            assertThat(pool.stats().bytesInUse()).isZero();
            for (long wrong : new long[] {0, -16, 24, 1L << 31}) {
                assertThatThrownBy(() -> pool.allocate(64, wrong)).isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> pool.free(64, 64, wrong)).isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    @Test
    void wrongSizes_areRefused() {
        try (SizedPool pool = pool(1 << 20)) {
            for (long wrong : new long[] {0, -1, Long.MIN_VALUE, (1L << 46) + 1, Long.MAX_VALUE}) {
                assertThatThrownBy(() -> pool.allocate(wrong)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("\"sized\"").hasMessageContaining(String.valueOf(wrong));
                assertThatThrownBy(() -> pool.allocateZeroed(wrong)).isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> pool.free(4096, wrong)).isInstanceOf(IllegalArgumentException.class);
            }
            assertThatThrownBy(() -> pool.allocate(1L << 40)).isInstanceOf(PoolExhaustedException.class)
                .hasMessageContaining("has no 1099511627776 bytes left");
            assertThat(pool.stats().bytesCommitted()).isZero();
        }
    }

    @Test
    void mistakes_areToldAndDoNoHarm() {
        try (SizedPool pool = pool(64 << 20); SizedPool other = pool(64 << 20)) {
            for (long bytes : new long[] {16, 100, 8000, 10_000, 200_000, 2 << 20}) {
                long address = pool.allocate(bytes);
                long neighbour = pool.allocate(bytes);
                assertThatThrownBy(() -> other.free(address, bytes)).isInstanceOf(ForeignEntryException.class)
                    .hasMessageContaining("\"sized");
                assertThatThrownBy(() -> pool.free(address + 8, bytes)).isInstanceOf(ForeignEntryException.class);
                assertThatThrownBy(() -> pool.free(address, 4 * bytes + 64)).isInstanceOf(ForeignEntryException.class);
                assertThatThrownBy(() -> pool.free(0, bytes)).isInstanceOf(ForeignEntryException.class);
                assertThatThrownBy(() -> pool.free(-1, bytes)).isInstanceOf(ForeignEntryException.class);
                assertThatThrownBy(() -> pool.free(Long.MIN_VALUE, bytes)).isInstanceOf(ForeignEntryException.class);
                pool.free(address, bytes);
                assertThatThrownBy(() -> pool.free(address, bytes)).isInstanceOf(CenoteException.class)
                    .isInstanceOfAny(DoublePutException.class, ForeignEntryException.class);
                pool.free(neighbour, bytes);
                assertThatThrownBy(() -> pool.free(neighbour, bytes)).isInstanceOf(CenoteException.class);
                assertThat(pool.stats().bytesInUse()).isZero();
            }
            assertThat(pool.isValid()).isTrue();
        }
    }

    @Test
    void doubleFree_namesThePool() {
        try (SizedPool pool = pool(64 << 20)) {
            long address = pool.allocate(100);
            pool.free(address, 100);
            assertThatThrownBy(() -> pool.free(address, 100)).isInstanceOf(DoublePutException.class)
                .hasMessageContaining("\"sized\"").hasMessageContaining(Long.toHexString(address));
        }
    }

    @Test
    void limit_isReachedAndLeft() {
        try (SizedPool pool = pool(4 << 20)) {
            for (long bytes : new long[] {64, 1000, 8192, 30_000, 64}) {
                List<Long> taken = new ArrayList<>();
                assertThatThrownBy(() -> {
                    for (;;) {
                        taken.add(pool.allocate(bytes));
                    }
                }).isInstanceOf(PoolExhaustedException.class).hasMessageContaining("\"sized\" has no " + bytes);
                assertThat(taken.size() * bytes).as("%d bytes", bytes).isGreaterThan(2 << 20);
                assertThat(pool.stats().bytesCommitted()).isLessThanOrEqualTo(4 << 20);
                taken.forEach(address -> pool.free(address, bytes));
                assertThat(pool.stats().bytesInUse()).isZero();
            }
        }
    }

    @Test
    void waste_isShown() {
        try (SizedPool pool = pool(64 << 20)) {
            for (int bytes = 129; bytes <= 8192; bytes++) {
                pool.free(pool.allocate(bytes), bytes);
            }
            SizedPoolStats stats = pool.stats();
            assertThat(stats.wasteMean()).isBetween(0.02, 0.125);
            for (SizedPoolStats.SizeClassStats each : stats.classes()) {
                assertThat(each.wasteMax()).isLessThanOrEqualTo(0.125);
                assertThat(each.wasteMean()).isBetween(0.0, each.wasteMax());
                assertThat(each.piecesSampled()).isPositive();
            }
        }
    }

    @Test
    void trim_givesIdleSlabsBack() {
        try (SizedPool pool = pool(64 << 20)) {
            List<Long> taken = new ArrayList<>();
            for (int i = 0; i < 100_000; i++) {
                taken.add(pool.allocate(300));
            }
            assertThat(pool.stats().bytesCommitted()).isGreaterThan(30_000_000);
            taken.forEach(address -> pool.free(address, 300));
            assertThat(pool.trim()).isPositive();
            assertThat(pool.stats().bytesCommitted()).isZero();
        }
    }

    @Test
    void closedPool_keepsWhatIsOut() throws Exception {
        SizedPool pool = pool(64 << 20);
        long[] sizes = {16, 100, 5000, 50_000, 2 << 20};
        long[] addresses = new long[sizes.length];
        for (int i = 0; i < sizes.length; i++) {
            addresses[i] = pool.allocate(sizes[i]);
            TestMemory.mark(addresses[i], sizes[i], (byte) (i + 1));
        }
        pool.close();
        for (int i = 0; i < sizes.length; i++) {
            long bytes = sizes[i];
            assertThatThrownBy(() -> pool.allocate(bytes)).isInstanceOf(PoolClosedException.class);
            assertThat(TestMemory.isMarked(addresses[i], bytes, (byte) (i + 1))).isTrue();
        }
        for (int i = 0; i < sizes.length; i++) {
            pool.free(addresses[i], sizes[i]);
        }
        assertThat(pool.stats().bytesInUse()).isZero();
        TestPools.await("the slabs go back", () -> pool.stats().slabs().blocksInUse() == 0);
    }

    @Test
    void javaBackendWithoutAddresses_saysSo() {
        assumeTrue(!TestPools.hasAddresses());
        try (SizedPool pool = SizedPool.builder().name("sized").backend(TestPools.BACKEND).build()) {
            assertThatThrownBy(() -> pool.allocate(10)).isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("\"sized\"").hasMessageContaining("get(bytes)");
            assertThatThrownBy(() -> pool.allocateZeroed(10)).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> pool.allocate(10, 64)).isInstanceOf(UnsupportedOperationException.class);
        }
    }
}
