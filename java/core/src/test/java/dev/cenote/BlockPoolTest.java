package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Blocks taken, used and put by one thread, and every wrong use of them.
 */
class BlockPoolTest {

    private final BlockPool pool = TestPools.builder().build();

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void pool_runsOnTheBackendUnderTest() {
        assertThat(pool.backend()).isEqualTo(TestPools.BACKEND);
        assertThat(pool.name()).isEqualTo("test");
        assertThat(pool.blockBytes()).isEqualTo(256);
        assertThat(pool.maximumBytes()).isEqualTo(1 << 20);
        assertThat(pool.toString()).contains("test", "256", String.valueOf(1 << 20));
    }

    @Test
    void get_givesABlockOfThePoolWithItsSize() {
        Block block = pool.get();
        assertThat(block.bytes()).isEqualTo(256);
        assertThat(block.pool()).isSameAs(pool);
        assertThat(block.toString()).contains("test", "256", "taken");
        pool.put(block);
        assertThat(block.toString()).contains("free");
    }

    @Test
    void tryGet_givesABlockToo() {
        Block block = pool.tryGet();
        assertThat(block).isNotNull();
        pool.put(block);
    }

    @Test
    void putBlock_isTheNextThatTheSameThreadGets() {
        Block block = pool.get();
        pool.put(block);
        assertThat(pool.get()).isSameAs(block);
        block.close();
    }

    @Test
    void close_ofABlockPutsItBack() {
        try (Block block = pool.get()) {
            block.putByte(0, (byte) 1);
            assertThat(pool.stats().blocksInUse()).isEqualTo(1);
        }
        assertThat(pool.stats().blocksInUse()).isZero();
    }

    @Test
    void put_withATagPutsItBack() {
        Block block = pool.get();
        pool.put(block, "auth");
        assertThat(pool.stats().blocksInUse()).isZero();
        Block again = pool.get();
        assertThatThrownBy(() -> pool.put(again, null)).isInstanceOf(NullPointerException.class)
            .hasMessageContaining("\"test\"");
        assertThat(pool.stats().blocksInUse()).isEqualTo(1);
        pool.put(again);
    }

    @Test
    void doublePut_throwsNamingThePoolAndTheBlock() {
        Block block = pool.get();
        pool.put(block);
        assertThatThrownBy(() -> pool.put(block)).isInstanceOf(DoublePutException.class)
            .hasMessageContaining("\"test\"").hasMessageContaining("block " + block.number);
        assertThatThrownBy(block::close).isInstanceOf(DoublePutException.class);
        assertThatThrownBy(() -> pool.put(block, "tag")).isInstanceOf(DoublePutException.class);
        assertThatThrownBy(() -> pool.local().put(block)).isInstanceOf(DoublePutException.class);
        assertThat(pool.stats().blocksInUse()).isZero();
        assertThat(pool.get()).isNotSameAs(pool.get());
    }

    @Test
    void foreignBlock_throwsNamingBothPoolsAndStaysTaken() {
        try (BlockPool other = TestPools.builder().name("other").build()) {
            Block block = other.get();
            assertThatThrownBy(() -> pool.put(block)).isInstanceOf(ForeignEntryException.class)
                .hasMessageContaining("\"test\"").hasMessageContaining("\"other\"");
            assertThatThrownBy(() -> pool.local().put(block)).isInstanceOf(ForeignEntryException.class);
            other.put(block);
        }
    }

    @Test
    void nullBlock_throwsNamingThePool() {
        assertThatThrownBy(() -> pool.put(null)).isInstanceOf(NullPointerException.class)
            .hasMessageContaining("\"test\"");
        assertThatThrownBy(() -> pool.local().put(null)).isInstanceOf(NullPointerException.class)
            .hasMessageContaining("\"test\"");
    }

    @Test
    void accessors_writeWhatTheyRead() {
        Block block = pool.get();
        for (int i = 0; i <= 248; i++) { /* aligned or not */
            block.putLong(i, 0x0123456789ABCDEFL * (i + 1));
            assertThat(block.getLong(i)).isEqualTo(0x0123456789ABCDEFL * (i + 1));
            block.putInt(i, ~i);
            assertThat(block.getInt(i)).isEqualTo(~i);
            block.putByte(i, (byte) i);
            assertThat(block.getByte(i)).isEqualTo((byte) i);
        }
        block.putLong(0, 0x0102030405060708L);
        boolean little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
        assertThat(block.getByte(0)).isEqualTo((byte) (little ? 8 : 1));
        pool.put(block);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 8, 9, 15, 16, 17, 63, 64, 65, 100, 4096, 5000, 65536})
    void accessors_refuseEveryOffsetOutsideTheBlock(int bytes) {
        try (BlockPool sized = TestPools.builder().blockBytes(bytes).maximumBytes(4 << 20).build()) {
            Block block = sized.get();
            block.putByte(bytes - 1, (byte) 7);
            assertThat(block.getByte(bytes - 1)).isEqualTo((byte) 7);
            for (int offset : new int[] {-1, bytes, bytes + 1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
                assertThatThrownBy(() -> block.getByte(offset)).isInstanceOf(IndexOutOfBoundsException.class);
                assertThatThrownBy(() -> block.putByte(offset, (byte) 0)).isInstanceOf(IndexOutOfBoundsException.class);
            }
            for (int offset : new int[] {-1, bytes - 3, bytes, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
                assertThatThrownBy(() -> block.getInt(offset)).isInstanceOf(IndexOutOfBoundsException.class);
                assertThatThrownBy(() -> block.putInt(offset, 0)).isInstanceOf(IndexOutOfBoundsException.class);
            }
            for (int offset : new int[] {-1, bytes - 7, bytes, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
                assertThatThrownBy(() -> block.getLong(offset)).isInstanceOf(IndexOutOfBoundsException.class);
                assertThatThrownBy(() -> block.putLong(offset, 0)).isInstanceOf(IndexOutOfBoundsException.class);
            }
            sized.put(block);
        }
    }

    @Test
    void buffer_isTheSameObjectEveryTimeAndAsTheLastUserLeftIt() {
        Block block = pool.get();
        ByteBuffer buffer = block.buffer();
        assertThat(buffer.isDirect()).isTrue();
        assertThat(buffer.isReadOnly()).isFalse();
        assertThat(buffer.capacity()).isEqualTo(256);
        assertThat(buffer.order()).isEqualTo(ByteOrder.nativeOrder());
        buffer.position(3).limit(10);
        pool.put(block);
        assertThat(pool.get()).isSameAs(block);
        assertThat(block.buffer()).isSameAs(buffer);
        assertThat(buffer.position()).isEqualTo(3);
        buffer.clear().put(new byte[256]);
        assertThatThrownBy(() -> buffer.put((byte) 1)).isInstanceOf(BufferOverflowException.class);
        buffer.clear();
        pool.put(block);
    }

    @Test
    void bufferAndAccessors_seeTheSameMemory() {
        Block block = pool.get();
        block.putInt(12, 0xCAFE);
        assertThat(block.buffer().getInt(12)).isEqualTo(0xCAFE);
        block.buffer().putLong(40, 99);
        assertThat(block.getLong(40)).isEqualTo(99);
        pool.put(block);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 24, 64, 100, 1000, 4096, 20_000, 300_000})
    void everyByte_belongsToOneBlockAlone(int bytes) {
        try (BlockPool sized = TestPools.builder().blockBytes(bytes).maximumBytes(3 << 20).chunkBytes(65536).build()) {
            List<Block> blocks = TestPools.takeAll(sized);
            int stride = bytes < 64 ? (bytes + 15) / 16 * 16 : (bytes + 63) / 64 * 64;
            assertThat(blocks).hasSize((3 << 20) / stride);
            Set<Block> different = Collections.newSetFromMap(new IdentityHashMap<>());
            different.addAll(blocks);
            assertThat(different).hasSameSizeAs(blocks);
            for (int i = 0; i < blocks.size(); i++) {
                fill(blocks.get(i), (byte) (i * 31 + 1), (byte) (i >>> 8));
            }
            for (int i = 0; i < blocks.size(); i++) {
                check(blocks.get(i), (byte) (i * 31 + 1), (byte) (i >>> 8));
            }
            sized.putAll(blocks.toArray(new Block[0]), 0, blocks.size());
        }
    }

    private static void fill(Block block, byte even, byte odd) {
        for (int i = 0; i < block.bytes(); i++) {
            block.putByte(i, i % 2 == 0 ? even : odd);
        }
    }

    private static void check(Block block, byte even, byte odd) {
        for (int i = 0; i < block.bytes(); i++) {
            if (block.getByte(i) != (i % 2 == 0 ? even : odd)) {
                throw new AssertionError(block + " was written to from outside at " + i);
            }
        }
    }

    @Test
    void local_isTheSameObjectForAThreadAndServesLikeThePool() {
        LocalBlockPool local = pool.local();
        assertThat(pool.local()).isSameAs(local);
        assertThat(local.pool()).isSameAs(pool);
        Block block = local.get();
        pool.put(block);
        assertThat(local.tryGet()).isSameAs(block);
        local.put(block);
        assertThat(pool.get()).isSameAs(block);
        block.close();
    }

    @Test
    void manyPools_doNotMixTheirBlocks() {
        List<BlockPool> pools = new ArrayList<>();
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            pools.add(TestPools.builder().name("p" + i).build());
            blocks.add(pools.get(i).get());
            blocks.get(i).putInt(0, i);
        }
        for (int i = 0; i < 50; i++) {
            assertThat(blocks.get(i).getInt(0)).isEqualTo(i);
            assertThat(blocks.get(i).pool()).isSameAs(pools.get(i));
            blocks.get(i).close();
            pools.get(i).close();
        }
    }
}
