package dev.cenote;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * One fixed-size piece of off-heap memory, owned by whoever took it from its {@link BlockPool}.
 * <p>A pool has one {@code Block} per piece of memory for as long as it is open, so taking one allocates nothing.
 * A block that was handed to another thread in the usual ways (queue, lock, volatile) is visible there. After it was
 * put, a block must not be used: reads then give another owner's bytes, and writes destroy them.
 * <p>Accessors check their offset against the block's size and use the native byte order.
 */
public final class Block implements AutoCloseable {

    static final int FREE = 0;

    private static final VarHandle INT =
        MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder()).withInvokeExactBehavior();
    private static final VarHandle LONG =
        MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder()).withInvokeExactBehavior();

    final BlockPool pool;
    final int number;
    /**
     * FREE, or the mark of its pool while it is taken: one comparison tells foreign blocks and double puts. Plain: only the
     * owner writes it. A block that two threads put at the same moment may pass this check; then it is in two magazines,
     * and the second get finds it taken and drops it.
     */
    int state;
    private final int bytes;
    private final int start;
    private final ByteBuffer chunk;
    private final long address;
    private @Nullable ByteBuffer buffer;
    private @Nullable Object attachment;

    /** Lies in a chunk's view from {@code start} on. */
    Block(BlockPool pool, int number, int bytes, ByteBuffer chunk, int start, long address) {
        this.pool = pool;
        this.number = number;
        this.bytes = bytes;
        this.chunk = chunk;
        this.start = start;
        this.address = address;
    }

    /** {@return the pool it belongs to} */
    public BlockPool pool() {
        return pool;
    }

    /** {@return its size in bytes} */
    public int bytes() {
        return bytes;
    }

    /**
     * {@return its address, a multiple of 64 for blocks of 64 bytes and more, else of 16}
     *
     * @throws UnsupportedOperationException on the {@link Backend#JAVA} backend of a JDK before 22
     */
    public long address() {
        if (address == 0) {
            throw new UnsupportedOperationException("pool \"" + pool.name() + "\" runs on the java backend, which knows"
                + " no addresses before JDK 22; use buffer() or the accessors");
        }
        return address;
    }

    /**
     * Gives the block's own view of its memory.
     *
     * @return the same direct buffer every time, in native byte order unless its user changed that; position and limit
     *     are as the last user left them
     */
    public ByteBuffer buffer() {
        ByteBuffer view = buffer;
        return view != null ? view : makeBuffer();
    }

    private ByteBuffer makeBuffer() {
        ByteBuffer made = chunk.slice(start, bytes).order(ByteOrder.nativeOrder());
        buffer = made;
        return made;
    }

    /**
     * Gives what an adapter hung on this piece of memory, such as its own wrapper around it. It stays with the block from
     * owner to owner, so that a wrapper is made once for a block and not once for a get. Only the owner calls.
     *
     * @return the last {@link #attach attached} object; null at first, and again after the pool let go of idle memory
     */
    public @Nullable Object attachment() {
        return attachment;
    }

    /**
     * Hangs an object on the block, see {@link #attachment}. Only the owner calls; one adapter should use a pool.
     *
     * @param object what {@link #attachment} gives from now on; null takes the last one away
     */
    public void attach(@Nullable Object object) {
        attachment = object;
    }

    /** Where an offset of this block lies in the chunk's view. */
    private int at(int offset, int width) {
        if ((offset | (bytes - width - offset)) < 0) {
            throw new IndexOutOfBoundsException(width + " bytes at offset " + offset + " do not lie in a block of " + bytes
                + " bytes of pool \"" + pool.name() + "\"; offsets go from 0 to " + (bytes - width));
        }
        return start + offset;
    }

    /**
     * {@return the byte at an offset}
     *
     * @param offset 0 to {@link #bytes()} - 1
     */
    public byte getByte(int offset) {
        return chunk.get(at(offset, Byte.BYTES));
    }

    /**
     * Sets the byte at an offset.
     *
     * @param offset 0 to {@link #bytes()} - 1
     * @param value the byte
     */
    public void putByte(int offset, byte value) {
        chunk.put(at(offset, Byte.BYTES), value);
    }

    /**
     * {@return the int at an offset}
     *
     * @param offset 0 to {@link #bytes()} - 4, aligned or not
     */
    public int getInt(int offset) {
        return (int) INT.get(chunk, at(offset, Integer.BYTES));
    }

    /**
     * Sets the int at an offset.
     *
     * @param offset 0 to {@link #bytes()} - 4, aligned or not
     * @param value the int
     */
    public void putInt(int offset, int value) {
        INT.set(chunk, at(offset, Integer.BYTES), value);
    }

    /**
     * {@return the long at an offset}
     *
     * @param offset 0 to {@link #bytes()} - 8, aligned or not
     */
    public long getLong(int offset) {
        return (long) LONG.get(chunk, at(offset, Long.BYTES));
    }

    /**
     * Sets the long at an offset.
     *
     * @param offset 0 to {@link #bytes()} - 8, aligned or not
     * @param value the long
     */
    public void putLong(int offset, long value) {
        LONG.set(chunk, at(offset, Long.BYTES), value);
    }

    /**
     * Puts the block back into its pool.
     *
     * @throws DoublePutException if it was put already
     */
    @Override
    public void close() {
        pool.put(this);
    }

    @Override
    public String toString() {
        return "Block " + number + " of pool \"" + pool.name() + "\", " + bytes + " bytes, "
            + (state == FREE ? "free" : "taken");
    }
}
