package dev.cenote.agrona;

import dev.cenote.Block;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A {@link Block} as one of Agrona's atomic buffers, put back into its pool by {@link #close()}.
 * <pre>{@code
 * try (BlockBuffer buffer = BlockBuffer.of(pool.get())) {
 *     buffer.putLong(0, 42);
 * }
 * }</pre>
 * <p>A closed buffer has capacity 0, so that a get or put through it throws an {@link IndexOutOfBoundsException} instead of
 * reaching the memory; that takes Agrona's bounds checks, which are on unless {@code agrona.disable.bounds.checks} says
 * otherwise. What {@link #of} gives is the block's wrapper for life: when the block has a next owner who wraps it, a
 * reference that the last owner kept works again and reaches the next owner's bytes. {@link #checked} makes a wrapper for
 * one owner, which stays closed.
 * <p>A block that is put by {@link Block#close()} or by its pool, instead of by {@link #close()}, leaves its wrapper open.
 * <p>The buffer lies over the whole block and cannot be wrapped around anything else; an
 * {@link UnsafeBuffer} can be wrapped around parts of it. Its rules for threads are those of {@link UnsafeBuffer}.
 */
public final class BlockBuffer extends UnsafeBuffer implements AutoCloseable {

    private static final byte[] NOTHING = new byte[0];

    private final Block block;
    private boolean open;

    private BlockBuffer(Block block) {
        super(block.buffer());
        this.block = block;
        this.open = true;
    }

    /**
     * Gives the wrapper of a block, open. It stays with the block from owner to owner (as its
     * {@link Block#attachment() attachment}), so that only the first call for a block allocates. Only the owner calls. O(1).
     *
     * @param block a block that the caller owns
     * @return the same wrapper for the same block, until the pool let go of its memory
     * @throws IllegalStateException if another adapter has hung its own wrapper on the block
     */
    public static BlockBuffer of(Block block) {
        Object attached = block.attachment();
        if (attached instanceof BlockBuffer buffer && buffer.block == block) {
            buffer.open();
            return buffer;
        }
        if (attached != null) {
            throw new IllegalStateException(block + " carries a wrapper of another adapter, a "
                + attached.getClass().getName() + "; give each adapter a pool of its own, or use BlockBuffer.checked");
        }
        BlockBuffer made = new BlockBuffer(block);
        block.attach(made);
        return made;
    }

    /**
     * Makes a wrapper for this owner alone: once closed it stays closed, whoever gets the block next. Allocates an object
     * a call; meant for tests and for finding mistakes.
     *
     * @param block a block that the caller owns
     * @return a new wrapper
     */
    public static BlockBuffer checked(Block block) {
        return new BlockBuffer(block);
    }

    /** {@return the block under it} */
    public Block block() {
        return block;
    }

    /** {@return whether it reaches the block's memory} */
    public boolean isOpen() {
        return open;
    }

    private void open() {
        if (!open) {
            super.wrap(block.buffer());
            open = true;
        }
    }

    /**
     * Takes the wrapper off the memory, then puts the block back into its pool.
     *
     * @throws IllegalStateException if it is closed already
     * @throws dev.cenote.DoublePutException if the block was put already by other ways
     */
    @Override
    public void close() {
        if (!open) {
            throw new IllegalStateException("the buffer of block " + block + " was closed already");
        }
        open = false;
        super.wrap(NOTHING);
        block.close();
    }

    private void refuse() {
        if (block != null) { /* null: the constructor of the superclass is at work */
            throw new UnsupportedOperationException("the buffer of " + block + " belongs to that block; wrap an UnsafeBuffer");
        }
    }

    @Override
    public void wrap(byte[] buffer) {
        refuse();
        super.wrap(buffer);
    }

    @Override
    public void wrap(byte[] buffer, int offset, int length) {
        refuse();
        super.wrap(buffer, offset, length);
    }

    @Override
    public void wrap(ByteBuffer buffer) {
        refuse();
        super.wrap(buffer);
    }

    @Override
    public void wrap(ByteBuffer buffer, int offset, int length) {
        refuse();
        super.wrap(buffer, offset, length);
    }

    @Override
    public void wrap(DirectBuffer buffer) {
        refuse();
        super.wrap(buffer);
    }

    @Override
    public void wrap(DirectBuffer buffer, int offset, int length) {
        refuse();
        super.wrap(buffer, offset, length);
    }

    @Override
    public void wrap(long address, int length) {
        refuse();
        super.wrap(address, length);
    }

    @Override
    public String toString() {
        return "BlockBuffer over " + block + (open ? "" : ", closed");
    }
}
