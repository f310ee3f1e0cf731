package dev.cenote.agrona;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cenote.Block;
import dev.cenote.BlockPool;
import dev.cenote.DoublePutException;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A block's own wrapper: what it reaches, how long, and every wrong use.
 */
class BlockBufferTest {

    private final BlockPool pool = TestMemory.builder().build();

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void of_reachesTheBlocksMemory() {
        Block block = pool.get();
        BlockBuffer buffer = BlockBuffer.of(block);
        assertThat(buffer.capacity()).isEqualTo(4096);
        assertThat(buffer.block()).isSameAs(block);
        assertThat(buffer.isOpen()).isTrue();
        assertThat(buffer.byteBuffer()).isSameAs(block.buffer());
        assertThat(buffer.byteArray()).isNull();
        assertThat(buffer.wrapAdjustment()).isZero();
        buffer.putLong(4088, 0x0102030405060708L);
        assertThat(block.getLong(4088)).isEqualTo(0x0102030405060708L);
        block.putInt(12, 99);
        assertThat(buffer.getInt(12)).isEqualTo(99);
        buffer.verifyAlignment();
        buffer.close();
        assertThat(pool.stats().blocksInUse()).isZero();
    }

    @Test
    void of_givesTheSameWrapperToEveryOwner() {
        Block block = pool.get();
        BlockBuffer first = BlockBuffer.of(block);
        assertThat(BlockBuffer.of(block)).isSameAs(first);
        first.close();
        Block again = pool.get();
        assertThat(again).isSameAs(block);
        BlockBuffer second = BlockBuffer.of(again);
        assertThat(second).isSameAs(first);
        assertThat(second.isOpen()).isTrue();
        assertThat(second.capacity()).isEqualTo(4096);
        second.close();
    }

    @Test
    void closed_hasNoCapacityAndThrowsAtEveryAccess() {
        BlockBuffer buffer = BlockBuffer.of(pool.get());
        buffer.close();
        assertThat(buffer.isOpen()).isFalse();
        assertThat(buffer.capacity()).isZero();
        assertThat(buffer.byteBuffer()).isNull();
        assertThat(buffer.toString()).contains("closed", "agrona-test");
        assertThatThrownBy(() -> buffer.getByte(0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.putLong(0, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.getAndAddLong(0, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.putStringUtf8(0, "late")).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.setMemory(0, 8, (byte) 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.getBytes(0, new byte[1])).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void close_twice_throwsAndPutsOnce() {
        BlockBuffer buffer = BlockBuffer.of(pool.get());
        buffer.close();
        Block next = pool.get(); /* the same block, now somebody else's */
        assertThatThrownBy(buffer::close).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed already");
        assertThat(pool.stats().blocksInUse()).isEqualTo(1);
        next.close();
    }

    @Test
    void close_afterTheBlockWasPut_throwsAndIsClosed() {
        Block block = pool.get();
        BlockBuffer buffer = BlockBuffer.of(block);
        block.close();
        assertThatThrownBy(buffer::close).isInstanceOf(DoublePutException.class);
        assertThat(buffer.isOpen()).isFalse();
    }

    @Test
    void checked_staysClosedWhoeverGetsTheBlockNext() {
        Block block = pool.get();
        BlockBuffer stale = BlockBuffer.checked(block);
        stale.putInt(0, 7);
        assertThat(block.getInt(0)).isEqualTo(7);
        stale.close();
        Block again = pool.get();
        assertThat(again).isSameAs(block);
        BlockBuffer next = BlockBuffer.checked(again);
        assertThat(next).isNotSameAs(stale);
        assertThatThrownBy(() -> stale.putInt(0, 8)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(stale::close).isInstanceOf(IllegalStateException.class);
        assertThat(next.getInt(0)).isEqualTo(7);
        next.close();
    }

    @Test
    void of_aBlockOfAnotherAdapter_throwsAndLeavesItsWrapper() {
        Block block = pool.get();
        Object theirs = new StringBuilder("a wrapper");
        block.attach(theirs);
        assertThatThrownBy(() -> BlockBuffer.of(block)).isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("java.lang.StringBuilder").hasMessageContaining("BlockBuffer.checked");
        assertThat(block.attachment()).isSameAs(theirs);
        block.close();
    }

    @Test
    void wrap_isRefusedAndChangesNothing() {
        BlockBuffer buffer = BlockBuffer.of(pool.get());
        long address = buffer.addressOffset();
        assertThatThrownBy(() -> buffer.wrap(new byte[8])).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> buffer.wrap(new byte[8], 0, 4)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> buffer.wrap(ByteBuffer.allocate(8))).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> buffer.wrap(ByteBuffer.allocate(8), 0, 4)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> buffer.wrap(new UnsafeBuffer())).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> buffer.wrap(new UnsafeBuffer(), 0, 0)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> buffer.wrap(address, 8)).isInstanceOf(UnsupportedOperationException.class)
            .hasMessageContaining("agrona-test");
        assertThat(buffer.addressOffset()).isEqualTo(address);
        assertThat(buffer.capacity()).isEqualTo(4096);
        buffer.close();
    }

    @Test
    void closedPool_leavesTheBufferOfATakenBlockUsable() {
        BlockBuffer buffer = BlockBuffer.of(pool.get());
        pool.close();
        buffer.putLong(0, 5);
        assertThat(buffer.getLong(0)).isEqualTo(5);
        buffer.close();
        assertThatThrownBy(() -> buffer.getLong(0)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
