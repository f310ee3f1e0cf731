package dev.cenote.agrona;

import dev.cenote.Block;
import dev.cenote.SizedPool;
import java.nio.ByteBuffer;
import org.agrona.AbstractMutableDirectBuffer;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A buffer that grows as values are put beyond its end, like Agrona's {@link org.agrona.ExpandableDirectByteBuffer}, over blocks
 * of a {@link SizedPool}: growing takes a larger block, copies, and puts the smaller one back, so that no garbage waits for a
 * collector.
 * <p>Bytes that were never put are zero, also in a block that was used before. Gets beyond the capacity throw an
 * {@link IndexOutOfBoundsException}; so does everything after {@link #close()}, when the capacity is 0. It cannot be wrapped
 * around other memory.
 * <p>Not for several threads at once. A view got by {@link #byteBuffer()} or a flyweight laid over this buffer is of the block
 * as it was: after the buffer has grown it shows memory that is put back.
 */
public final class ExpandablePooledBuffer extends AbstractMutableDirectBuffer implements AutoCloseable {

    /** The least it has at first, unless told otherwise. */
    public static final int INITIAL_CAPACITY = 128;
    /** The most it grows to, if the pool allows; as Agrona's. */
    public static final int MAX_BUFFER_LENGTH = Integer.MAX_VALUE - 8;

    private final SizedPool pool;
    private @Nullable Block block;

    /**
     * Makes a buffer of {@value #INITIAL_CAPACITY} bytes.
     *
     * @param pool where it takes its blocks
     */
    public ExpandablePooledBuffer(SizedPool pool) {
        this(pool, INITIAL_CAPACITY);
    }

    /**
     * Makes a buffer.
     *
     * @param pool where it takes its blocks
     * @param initialCapacity 1 to {@link #MAX_BUFFER_LENGTH}; it has this or, to fill its block, a little more
     * @throws dev.cenote.PoolExhaustedException if the pool has no block of that size
     */
    public ExpandablePooledBuffer(SizedPool pool, int initialCapacity) {
        if (initialCapacity < 1 || initialCapacity > MAX_BUFFER_LENGTH) {
            throw new IllegalArgumentException("initialCapacity is " + initialCapacity + "; it must be from 1 to "
                + MAX_BUFFER_LENGTH);
        }
        this.pool = pool;
        move(initialCapacity);
    }

    /** Lies over a new block from now on; the contents are what they were, and zero behind. */
    private void move(int least) {
        Block next = pool.get(least);
        Block last = block;
        int kept = capacity;
        ByteBuffer view = next.buffer();
        if (last != null) {
            getBytes(0, view, 0, kept); /* Agrona's copy asks for no position and limit, which users may have moved */
        }
        block = next;
        addressOffset = BufferUtil.address(view);
        capacity = Math.min(next.bytes(), MAX_BUFFER_LENGTH);
        setMemory(kept, capacity - kept, (byte) 0);
        if (last != null) {
            last.close();
        }
    }

    @Override
    protected void ensureCapacity(int index, int length) {
        if (index < 0 || length < 0) {
            throw new IndexOutOfBoundsException("negative value: index=" + index + " length=" + length);
        }
        long end = index + (long) length;
        if (end > capacity) {
            grow(end, index, length);
        }
    }

    private void grow(long end, int index, int length) {
        if (block == null) {
            throw new IndexOutOfBoundsException("index=" + index + " length=" + length + ": the buffer is closed");
        }
        if (end > MAX_BUFFER_LENGTH) {
            throw new IndexOutOfBoundsException("index=" + index + " length=" + length + " maxCapacity=" + MAX_BUFFER_LENGTH);
        }
        long half = capacity + (capacity >> 1); /* grows as Agrona's: by half, or to what is asked for */
        move((int) Math.min(MAX_BUFFER_LENGTH, Math.max(end, half)));
    }

    /** {@return false after {@link #close()}} */
    public boolean isOpen() {
        return block != null;
    }

    /** Puts the block back; the capacity is 0 from now on. Idempotent. */
    @Override
    public void close() {
        Block last = block;
        if (last != null) {
            block = null;
            capacity = 0;
            addressOffset = 0;
            last.close();
        }
    }

    @Override
    public boolean isExpandable() {
        return true;
    }

    @Override
    public void checkLimit(int limit) {
        ensureCapacity(limit, 0);
    }

    /** {@return the view of the block it lies over now; null after {@link #close()}} */
    @Override
    public @Nullable ByteBuffer byteBuffer() {
        return block == null ? null : block.buffer();
    }

    @Override
    public byte @Nullable [] byteArray() {
        return null;
    }

    @Override
    public int wrapAdjustment() {
        return 0;
    }

    private static UnsupportedOperationException unwrappable() {
        return new UnsupportedOperationException("the buffer takes its memory from a pool; wrap an UnsafeBuffer");
    }

    @Override
    public void wrap(byte[] buffer) {
        throw unwrappable();
    }

    @Override
    public void wrap(byte[] buffer, int offset, int length) {
        throw unwrappable();
    }

    @Override
    public void wrap(ByteBuffer buffer) {
        throw unwrappable();
    }

    @Override
    public void wrap(ByteBuffer buffer, int offset, int length) {
        throw unwrappable();
    }

    @Override
    public void wrap(DirectBuffer buffer) {
        throw unwrappable();
    }

    @Override
    public void wrap(DirectBuffer buffer, int offset, int length) {
        throw unwrappable();
    }

    @Override
    public void wrap(long address, int length) {
        throw unwrappable();
    }

    @Override
    public String toString() {
        return "ExpandablePooledBuffer of " + capacity + " bytes over pool \"" + pool.name() + "\"" + (isOpen() ? "" : ", closed");
    }
}
