package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What each level of checks finds, and that none of them loses a block. */
class BlockPoolChecksTest {

    private static BlockPool pool(Checks checks) {
        return TestPools.builder().blockBytes(256).maximumBytes(256 * 1024).checks(checks).build();
    }

    private static Block takenHere(BlockPool pool) {
        return pool.get();
    }

    @ParameterizedTest
    @EnumSource
    void everyLevel_losesNothing(Checks checks) throws Exception {
        try (BlockPool pool = pool(checks)) {
            TestPools.inThreads(4, index -> {
                Block[] many = new Block[60];
                LocalBlockPool local = pool.local();
                for (int i = 0; i < 300; i++) {
                    pool.getAll(many, 0, many.length);
                    for (Block block : many) {
                        block.putInt(0, index);
                    }
                    for (Block block : many) {
                        assertThat(block.getInt(0)).isEqualTo(index);
                    }
                    local.putAll(many, 0, many.length);
                    local.put(pool.get());
                }
            });
            assertThat(pool.stats().blocksInUse()).isZero();
            assertThat(pool.writesAfterPut()).isZero();
            assertThat(pool.dumpOutstanding()).isEmpty();
            pool.trim();
            List<Block> all = TestPools.takeAll(pool);
            assertThat(all).hasSize(1024);
            all.forEach(Block::close);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"BASIC", "SAMPLED", "PARANOID"})
    void doublePutAndForeignBlock_areRefused(Checks checks) {
        try (BlockPool pool = pool(checks); BlockPool other = pool(checks)) {
            for (int i = 0; i < 300; i++) { /* watched and not */
                Block block = pool.get();
                assertThatThrownBy(() -> other.put(block)).isInstanceOf(ForeignEntryException.class);
                pool.put(block);
                assertThatThrownBy(() -> pool.put(block)).isInstanceOf(DoublePutException.class);
            }
            assertThat(pool.stats().blocksInUse()).isZero();
        }
    }

    @Test
    void off_refusesNothing() {
        try (BlockPool pool = pool(Checks.OFF)) {
            Block block = pool.get();
            pool.put(block);
            pool.put(block); /* what this level is: the block is now in two places */
            assertThat(pool.checks()).isEqualTo(Checks.OFF);
        }
    }

    @Test
    void paranoid_refusesAStaleHandle() {
        try (BlockPool pool = pool(Checks.PARANOID)) {
            Block block = pool.get();
            block.putLong(0, 42);
            pool.put(block);
            assertThatThrownBy(() -> block.getLong(0)).isInstanceOf(StaleEntryException.class)
                .hasMessageContaining("used after it was put")
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(2));
            assertThatThrownBy(() -> block.putByte(0, (byte) 1)).isInstanceOf(StaleEntryException.class);
            assertThatThrownBy(block::buffer).isInstanceOf(StaleEntryException.class);
            List<Block> again = TestPools.takeAll(pool); /* the same memory is out again, through other handles */
            assertThat(again).doesNotContain(block).hasSize(1024);
            assertThatThrownBy(() -> block.getInt(4)).isInstanceOf(StaleEntryException.class);
            assertThatThrownBy(block::close).isInstanceOf(DoublePutException.class);
            again.forEach(Block::close);
        }
    }

    @Test
    void paranoid_findsAWriteAfterPut() {
        try (BlockPool pool = pool(Checks.PARANOID)) {
            Block block = pool.get();
            ByteBuffer kept = block.buffer();
            pool.put(block);
            kept.put(17, (byte) 1);
            pool.trim(); /* lets go of the quarantine */
            assertThat(pool.writesAfterPut()).isEqualTo(1);
            Block clean = pool.get();
            pool.put(clean);
            pool.trim();
            assertThat(pool.writesAfterPut()).isEqualTo(1);
        }
    }

    @Test
    void paranoid_putByAddress_findsTheHandle() {
        assumeTrue(TestPools.hasAddresses());
        try (BlockPool pool = pool(Checks.PARANOID)) {
            long address = pool.getAddress();
            pool.putAddress(address);
            assertThatThrownBy(() -> pool.putAddress(address)).isInstanceOf(DoublePutException.class);
            Block block = pool.get();
            pool.putAddress(block.address());
            assertThatThrownBy(() -> block.getByte(0)).isInstanceOf(StaleEntryException.class);
            assertThat(pool.stats().blocksInUse()).isZero();
        }
    }

    @Test
    void paranoid_ofTwoPutsAtOnce_oneIsRefused() throws Exception {
        try (BlockPool pool = pool(Checks.PARANOID)) {
            for (int i = 0; i < 200; i++) {
                Block block = pool.get();
                AtomicInteger refused = new AtomicInteger();
                TestPools.inThreads(2, index -> {
                    try {
                        pool.put(block);
                    } catch (DoublePutException e) {
                        refused.incrementAndGet();
                    }
                });
                assertThat(refused).hasValue(1);
            }
            assertThat(pool.stats().blocksInUse()).isZero();
        }
    }

    @Test
    void paranoid_listsEveryBlockByTheLineThatTookIt() {
        try (BlockPool pool = pool(Checks.PARANOID)) {
            List<Block> kept = new ArrayList<>();
            for (int i = 0; i < 7; i++) {
                kept.add(takenHere(pool));
            }
            Block other = pool.get();
            List<OutstandingSite> sites = pool.dumpOutstanding();
            assertThat(sites).hasSize(2);
            assertThat(sites.get(0).entries()).isEqualTo(7);
            assertThat(sites.get(0).stack().get(0).getMethodName()).isEqualTo("takenHere");
            assertThat(sites.get(0).thread()).isEqualTo(Thread.currentThread().getName());
            assertThat(sites.get(0).toString()).contains("7 taken by thread").contains("BlockPoolChecksTest.java:");
            kept.forEach(Block::close);
            other.close();
            assertThat(pool.dumpOutstanding()).isEmpty();
        }
    }

    @Test
    void sampled_namesTheLineOfSome_andCountsTheRest() {
        try (BlockPool pool = pool(Checks.SAMPLED)) {
            List<Block> kept = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                kept.add(takenHere(pool));
            }
            List<OutstandingSite> sites = pool.dumpOutstanding();
            assertThat(sites.stream().mapToLong(OutstandingSite::entries).sum()).isEqualTo(400);
            assertThat(sites.get(0).stack().get(0).getMethodName()).isEqualTo("takenHere");
            assertThat(sites.get(sites.size() - 1).stack()).isEmpty();
            kept.forEach(Block::close);
            assertThat(pool.dumpOutstanding()).isEmpty();
        }
    }

    @Test
    void basic_countsWithoutALine() {
        try (BlockPool pool = pool(Checks.BASIC)) {
            assertThat(pool.dumpOutstanding()).isEmpty();
            Block block = pool.get();
            List<OutstandingSite> sites = pool.dumpOutstanding();
            assertThat(sites).hasSize(1);
            assertThat(sites.get(0).entries()).isEqualTo(1);
            assertThat(sites.get(0).toString()).isEqualTo("1 taken without a record of the stack");
            block.close();
        }
    }

    @Test
    void paranoid_aPoolAtItsLimit_servesWhatIsInQuarantine() {
        try (BlockPool pool = TestPools.builder().blockBytes(64).maximumBytes(64 * 64).checks(Checks.PARANOID).build()) {
            Set<Long> seen = new HashSet<>();
            for (int round = 0; round < 5; round++) {
                List<Block> all = TestPools.takeAll(pool);
                assertThat(all).hasSize(64);
                all.forEach(block -> seen.add((long) block.number));
                all.forEach(Block::close);
            }
            assertThat(seen).hasSize(64);
        }
    }

    @Test
    void paranoid_closeWithBlocksOut_releasesWithTheLastPut() throws Exception {
        BlockPool pool = pool(Checks.PARANOID);
        Block inQuarantine = pool.get();
        Block out = pool.get();
        pool.put(inQuarantine);
        pool.close();
        assertThat(pool.stats().blocksInUse()).isEqualTo(1);
        out.putInt(0, 1);
        pool.put(out);
        TestPools.await("the memory to go", () -> pool.residentBytes() == 0);
        assertThat(pool.stats().blocksInUse()).isZero();
    }

    @Test
    void unknownDefaultLevel_namesTheProperty() {
        String before = System.getProperty(Checks.PROPERTY);
        System.setProperty(Checks.PROPERTY, "some");
        try {
            assertThatThrownBy(Checks::byDefault).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(Checks.PROPERTY).hasMessageContaining("some");
        } finally {
            if (before == null) {
                System.clearProperty(Checks.PROPERTY);
            } else {
                System.setProperty(Checks.PROPERTY, before);
            }
        }
    }
}
