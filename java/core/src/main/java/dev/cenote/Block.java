package dev.cenote;

import dev.cenote.binding.NativeMemory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
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
    /** What PARANOID pools fill free memory with. */
    static final byte POISON = (byte) 0xDE;
    /** The number of a block that lies in no chunk: general allocation holds it. */
    static final int LARGE = -1;

    private static final VarHandle SHORT =
        MethodHandles.byteBufferViewVarHandle(short[].class, ByteOrder.nativeOrder()).withInvokeExactBehavior();
    private static final VarHandle INT =
        MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder()).withInvokeExactBehavior();
    private static final VarHandle LONG =
        MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder()).withInvokeExactBehavior();

    final BlockPool pool;
    final int number;
    /**
     * See {@link BlockMarks}; the mark of its pool while it is taken: one comparison tells foreign blocks and double puts. Plain: only the
     * owner writes it. A block that two threads put at the same moment may pass this check; then it is in two magazines,
     * and the second get finds it taken and drops it.
     */
    int state;
    /** 0 once a handle is void: then every accessor refuses. */
    private int bytes;
    private final int start;
    private final ByteBuffer chunk;
    private final long address;
    private @Nullable ByteBuffer buffer;
    private @Nullable Object attachment;
    /** Of a watched block, see {@link PoolWatch}. */
    @Nullable BlockTrace trace;

    /** Lies in a chunk's view from {@code start} on. */
    Block(BlockPool pool, int number, int bytes, ByteBuffer chunk, int start, long address) {
        this.pool = pool;
        this.number = number;
        this.bytes = bytes;
        this.chunk = chunk;
        this.start = start;
        this.address = address;
        if (NativeMemory.DIRECT && address == 0) {
            throw new AssertionError("a JDK that reads memory by address must know the address");
        }
    }

    /** A handle for one stay outside, on the same memory. */
    Block(Block plain, BlockTrace trace) {
        this(plain.pool, plain.number, plain.bytes, plain.chunk, plain.start, plain.address);
        this.trace = trace;
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

    boolean hasAddress(long wanted) {
        return address == wanted && wanted != 0;
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
        if (bytes == 0) {
            throw stale();
        }
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

    /** Tells that an offset is in order. */
    private void check(int offset, int width) {
        if (offset < 0 || offset > bytes - width) { /* no offset overflows, and a constant one costs one comparison */
            if (bytes == 0) {
                throw stale();
            }
            throw new IndexOutOfBoundsException(width + " bytes at offset " + offset + " do not lie in a block of " + bytes
                + " bytes of pool \"" + pool.name() + "\"; offsets go from 0 to " + (bytes - width));
        }
    }

    private StaleEntryException stale() {
        StaleEntryException stale = new StaleEntryException("block " + number + " of pool \"" + pool.name()
            + "\" was used after it was put; whoever put it has to forget it, and whoever kept it to stop using it");
        BlockTrace known = trace;
        return known != null ? known.explain(stale) : stale;
    }

    /** Makes this handle void; the memory is another's from now on. */
    void retire() {
        bytes = 0;
        state = FREE;
        buffer = null;
    }

    void fill(byte value) {
        for (int i = 0; i < bytes; i++) {
            putByte(i, value);
        }
    }

    /** The first offset where another value stands, or -1. */
    int firstNot(byte value) {
        for (int i = 0; i < bytes; i++) {
            if (getByte(i) != value) {
                return i;
            }
        }
        return -1;
    }

    /**
     * {@return the byte at an offset}
     *
     * @param offset 0 to {@link #bytes()} - 1
     */
    public byte getByte(int offset) {
        check(offset, Byte.BYTES);
        if (!NativeMemory.DIRECT) {
            return chunk.get(start + offset);
        }
        byte value = NativeMemory.getByte(address + offset);
        Reference.reachabilityFence(this); /* it holds the memory of the java backend */
        return value;
    }

    /**
     * Sets the byte at an offset.
     *
     * @param offset 0 to {@link #bytes()} - 1
     * @param value the byte
     */
    public void putByte(int offset, byte value) {
        check(offset, Byte.BYTES);
        if (NativeMemory.DIRECT) {
            NativeMemory.putByte(address + offset, value);
            Reference.reachabilityFence(this);
        } else {
            chunk.put(start + offset, value);
        }
    }

    /**
     * {@return the short at an offset}
     *
     * @param offset 0 to {@link #bytes()} - 2, aligned or not
     */
    public short getShort(int offset) {
        check(offset, Short.BYTES);
        if (!NativeMemory.DIRECT) {
            return (short) SHORT.get(chunk, start + offset);
        }
        short value = NativeMemory.getShort(address + offset);
        Reference.reachabilityFence(this); /* it holds the memory of the java backend */
        return value;
    }

    /**
     * Sets the short at an offset.
     *
     * @param offset 0 to {@link #bytes()} - 2, aligned or not
     * @param value the short
     */
    public void putShort(int offset, short value) {
        check(offset, Short.BYTES);
        if (NativeMemory.DIRECT) {
            NativeMemory.putShort(address + offset, value);
            Reference.reachabilityFence(this);
        } else {
            SHORT.set(chunk, start + offset, value);
        }
    }

    /**
     * {@return the int at an offset}
     *
     * @param offset 0 to {@link #bytes()} - 4, aligned or not
     */
    public int getInt(int offset) {
        check(offset, Integer.BYTES);
        if (!NativeMemory.DIRECT) {
            return (int) INT.get(chunk, start + offset);
        }
        int value = NativeMemory.getInt(address + offset);
        Reference.reachabilityFence(this); /* it holds the memory of the java backend */
        return value;
    }

    /**
     * Sets the int at an offset.
     *
     * @param offset 0 to {@link #bytes()} - 4, aligned or not
     * @param value the int
     */
    public void putInt(int offset, int value) {
        check(offset, Integer.BYTES);
        if (NativeMemory.DIRECT) {
            NativeMemory.putInt(address + offset, value);
            Reference.reachabilityFence(this);
        } else {
            INT.set(chunk, start + offset, value);
        }
    }

    /**
     * {@return the long at an offset}
     *
     * @param offset 0 to {@link #bytes()} - 8, aligned or not
     */
    public long getLong(int offset) {
        check(offset, Long.BYTES);
        if (!NativeMemory.DIRECT) {
            return (long) LONG.get(chunk, start + offset);
        }
        long value = NativeMemory.getLong(address + offset);
        Reference.reachabilityFence(this); /* it holds the memory of the java backend */
        return value;
    }

    /**
     * Sets the long at an offset.
     *
     * @param offset 0 to {@link #bytes()} - 8, aligned or not
     * @param value the long
     */
    public void putLong(int offset, long value) {
        check(offset, Long.BYTES);
        if (NativeMemory.DIRECT) {
            NativeMemory.putLong(address + offset, value);
            Reference.reachabilityFence(this);
        } else {
            LONG.set(chunk, start + offset, value);
        }
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
            + (pool.marks().isOut(state) ? "taken" : "free");
    }
}
