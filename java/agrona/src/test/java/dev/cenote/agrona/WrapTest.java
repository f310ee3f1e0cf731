package dev.cenote.agrona;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cenote.Block;
import dev.cenote.BlockPool;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A flyweight that moves from piece to piece.
 */
class WrapTest {

    private final BlockPool pool = TestMemory.builder().build();
    private final UnsafeBuffer flyweight = new UnsafeBuffer();

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void block_movesTheFlyweight() {
        Block first = pool.get();
        Block second = pool.get();
        Wrap.block(flyweight, first);
        flyweight.putInt(0, 1);
        Wrap.block(flyweight, second);
        flyweight.putInt(0, 2);
        assertThat(first.getInt(0)).isEqualTo(1);
        assertThat(second.getInt(0)).isEqualTo(2);
        assertThat(flyweight.capacity()).isEqualTo(4096);
        first.close();
        second.close();
    }

    @Test
    void block_ignoresPositionAndLimitOfTheBlocksView() {
        Block block = pool.get();
        block.buffer().position(100).limit(200);
        Wrap.block(flyweight, block);
        assertThat(flyweight.capacity()).isEqualTo(4096);
        flyweight.putInt(0, 3);
        assertThat(block.getInt(0)).isEqualTo(3);
        block.buffer().clear();
        block.close();
    }

    @Test
    void part_hasItsOwnBounds() {
        Block block = pool.get();
        Wrap.block(flyweight, block, 4000, 96);
        assertThat(flyweight.capacity()).isEqualTo(96);
        assertThat(flyweight.wrapAdjustment()).isEqualTo(4000);
        flyweight.putInt(92, 4);
        assertThat(block.getInt(4092)).isEqualTo(4);
        assertThatThrownBy(() -> flyweight.putInt(93, 5)).isInstanceOf(IndexOutOfBoundsException.class);
        Wrap.block(flyweight, block, 4096, 0);
        assertThat(flyweight.capacity()).isZero();
        block.close();
    }

    @ParameterizedTest
    @CsvSource({"-1,4", "0,-1", "0,4097", "4096,1", "4000,97", "2147483647,2147483647", "4097,0", "1,2147483647"})
    void part_outsideTheBlock_throwsAndLeavesTheFlyweight(int offset, int length) {
        Block block = pool.get();
        Wrap.block(flyweight, block, 8, 8);
        long address = flyweight.addressOffset();
        assertThatThrownBy(() -> Wrap.block(flyweight, block, offset, length))
            .isInstanceOf(IndexOutOfBoundsException.class).hasMessageContaining("agrona-test").hasMessageContaining("4096");
        assertThat(flyweight.addressOffset()).isEqualTo(address);
        assertThat(flyweight.capacity()).isEqualTo(8);
        block.close();
    }

    @Test
    void nothing_takesTheFlyweightOff() {
        Block block = pool.get();
        Wrap.block(flyweight, block);
        Wrap.nothing(flyweight);
        block.close();
        assertThat(flyweight.capacity()).isZero();
        assertThat(flyweight.byteBuffer()).isNull();
        assertThatThrownBy(() -> flyweight.putByte(0, (byte) 1)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
