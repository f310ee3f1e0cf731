package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The raw variant: blocks by their address.
 */
class BlockPoolAddressTest {

    @Test
    void withoutAddresses_everyRawCallSaysWhy() {
        assumeTrue(!TestPools.hasAddresses());
        try (BlockPool pool = TestPools.builder().build()) {
            Block block = pool.get();
            assertThatThrownBy(block::address).isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("\"test\"").hasMessageContaining("22");
            assertThatThrownBy(pool::getAddress).isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("\"test\"").hasMessageContaining("22");
            assertThatThrownBy(pool::tryGetAddress).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> pool.putAddress(4096)).isInstanceOf(UnsupportedOperationException.class);
            assertThat(pool.stats().blocksInUse()).isEqualTo(1);
            pool.put(block);
        }
    }

    @ParameterizedTest
    @CsvSource({"64, 4096", "100, 4096", "24, 65536", "1000, 65536", "4096, 2097152", "5000, 2097152", "65536, 0"})
    void everyAddress_isOnceInThePoolAndGoesBack(int blockBytes, long chunkBytes) {
        assumeTrue(TestPools.hasAddresses());
        try (BlockPool pool = TestPools.builder().blockBytes(blockBytes).chunkBytes(chunkBytes).maximumBytes(8 << 20)
                .retainFor(Duration.ZERO).build()) { /* on the java backend memory that went comes back elsewhere */
            Set<Long> addresses = new HashSet<>();
            for (long address = pool.tryGetAddress(); address != 0; address = pool.tryGetAddress()) {
                assertThat(addresses.add(address)).isTrue();
                assertThat(address % (blockBytes >= 64 ? 64 : 16)).isZero();
            }
            assertThat(addresses).hasSize((int) pool.stats().blocksCarved());
            assertThatThrownBy(pool::getAddress).isInstanceOf(PoolExhaustedException.class);
            addresses.forEach(pool::putAddress);
            assertThat(pool.stats().blocksInUse()).isZero();
            for (int i = 0; i < addresses.size(); i++) {
                assertThat(addresses.contains(pool.getAddress())).isTrue();
            }
            addresses.forEach(pool::putAddress);
        }
    }

    @Test
    void addressAndObject_areTwoNamesOfOneBlock() {
        assumeTrue(TestPools.hasAddresses());
        try (BlockPool pool = TestPools.builder().build()) {
            Block block = pool.get();
            pool.putAddress(block.address());
            assertThat(pool.get()).isSameAs(block);
            pool.put(block);
            assertThat(pool.getAddress()).isEqualTo(block.address());
            pool.put(block);
            assertThat(pool.stats().blocksInUse()).isZero();
        }
    }

    @Test
    void wrongAddresses_areRefusedAndHarmNothing() {
        assumeTrue(TestPools.hasAddresses());
        try (BlockPool pool = TestPools.builder().build(); BlockPool other = TestPools.builder().name("o").build()) {
            long address = pool.getAddress();
            long foreign = other.getAddress();
            long[] wrong = {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, address + 1, address + 8, address + 255, address - 1,
                foreign};
            for (long each : wrong) {
                assertThatThrownBy(() -> pool.putAddress(each)).as(Long.toHexString(each))
                    .isInstanceOf(ForeignEntryException.class).hasMessageContaining("\"test\"");
            }
            assertThat(pool.stats().blocksInUse()).isEqualTo(1);
            pool.putAddress(address);
            assertThatThrownBy(() -> pool.putAddress(address)).isInstanceOf(DoublePutException.class)
                .hasMessageContaining("\"test\"");
            other.putAddress(foreign);
            assertThat(pool.stats().blocksInUse()).isZero();
        }
    }

    @Test
    void neverTakenNeighbour_isRefused() {
        assumeTrue(TestPools.hasAddresses());
        try (BlockPool pool = TestPools.builder().build()) {
            long address = pool.getAddress();
            assertThatThrownBy(() -> pool.putAddress(address + 256 * 100)).isInstanceOf(CenoteException.class)
                .hasMessageContaining("\"test\"");
            assertThat(pool.stats().blocksInUse()).isEqualTo(1);
            pool.putAddress(address);
        }
    }
}
