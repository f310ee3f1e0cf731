package dev.cenote.netty;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ScatteringByteChannel;
import java.util.Arrays;

/**
 * A heap buffer over an array of {@link HeapArrays}; it is pooled together with its array.
 */
final class CenoteHeapByteBuf extends CountedByteBuf {

    private static final VarHandle SHORT = view(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle SHORT_LE = view(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = view(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT_LE = view(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = view(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG_LE = view(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** At least one byte long, and at least {@link #capacity()}. */
    private byte[] memory;
    private ByteBuffer internal;

    CenoteHeapByteBuf(CenoteByteBufAllocator allocator, byte[] memory) {
        super(allocator, true); /* an array in two hands would not be found later, as a block is */
        this.memory = memory;
        this.internal = ByteBuffer.wrap(memory);
    }

    private static VarHandle view(Class<?> array, ByteOrder order) {
        return MethodHandles.byteArrayViewVarHandle(array, order).withInvokeExactBehavior();
    }

    // --- Memory ------------------------------------------------------------------------------------------------------

    @Override
    void free() {
        allocator.arrays().give(this);
    }

    @Override
    int room() {
        return memory.length;
    }

    @Override
    void move(int newLength) {
        HeapArrays arrays = allocator.arrays();
        if (newLength < memory.length && arrays.classBytes(newLength) >= memory.length) {
            return;
        }
        CenoteHeapByteBuf other = arrays.take(newLength);
        System.arraycopy(memory, 0, other.memory, 0, Math.min(length, newLength));
        byte[] its = other.memory;
        other.memory = memory;
        other.internal = ByteBuffer.wrap(memory);
        memory = its;
        internal = ByteBuffer.wrap(its);
        arrays.give(other);
    }

    @Override
    public boolean isDirect() {
        return false;
    }

    @Override
    public boolean hasArray() {
        return true;
    }

    @Override
    public byte[] array() {
        ensureAccessible();
        return memory;
    }

    @Override
    public int arrayOffset() {
        return 0;
    }

    @Override
    public boolean hasMemoryAddress() {
        return false;
    }

    @Override
    public long memoryAddress() {
        throw new UnsupportedOperationException("heap buffer");
    }

    // --- Single values; Netty's public methods have checked --------------------------------------------------------------

    @Override
    protected byte _getByte(int index) {
        return memory[index];
    }

    @Override
    protected short _getShort(int index) {
        return (short) SHORT.get(memory, index);
    }

    @Override
    protected short _getShortLE(int index) {
        return (short) SHORT_LE.get(memory, index);
    }

    @Override
    protected int _getUnsignedMedium(int index) {
        return (memory[index] & 0xff) << 16 | (short) SHORT.get(memory, index + 1) & 0xffff;
    }

    @Override
    protected int _getUnsignedMediumLE(int index) {
        return memory[index] & 0xff | ((short) SHORT_LE.get(memory, index + 1) & 0xffff) << 8;
    }

    @Override
    protected int _getInt(int index) {
        return (int) INT.get(memory, index);
    }

    @Override
    protected int _getIntLE(int index) {
        return (int) INT_LE.get(memory, index);
    }

    @Override
    protected long _getLong(int index) {
        return (long) LONG.get(memory, index);
    }

    @Override
    protected long _getLongLE(int index) {
        return (long) LONG_LE.get(memory, index);
    }

    @Override
    protected void _setByte(int index, int value) {
        memory[index] = (byte) value;
    }

    @Override
    protected void _setShort(int index, int value) {
        SHORT.set(memory, index, (short) value);
    }

    @Override
    protected void _setShortLE(int index, int value) {
        SHORT_LE.set(memory, index, (short) value);
    }

    @Override
    protected void _setMedium(int index, int value) {
        memory[index] = (byte) (value >> 16);
        SHORT.set(memory, index + 1, (short) value);
    }

    @Override
    protected void _setMediumLE(int index, int value) {
        memory[index] = (byte) value;
        SHORT_LE.set(memory, index + 1, (short) (value >> 8));
    }

    @Override
    protected void _setInt(int index, int value) {
        INT.set(memory, index, value);
    }

    @Override
    protected void _setIntLE(int index, int value) {
        INT_LE.set(memory, index, value);
    }

    @Override
    protected void _setLong(int index, long value) {
        LONG.set(memory, index, value);
    }

    @Override
    protected void _setLongLE(int index, long value) {
        LONG_LE.set(memory, index, value);
    }

    // --- Many bytes --------------------------------------------------------------------------------------------------

    @Override
    public ByteBuf setZero(int index, int length) {
        checkIndex(index, length);
        Arrays.fill(memory, index, index + length, (byte) 0);
        return this;
    }

    @Override
    public ByteBuf writeZero(int length) {
        ensureWritable(length);
        int from = writerIndex();
        setZero(from, length);
        writerIndex(from + length);
        return this;
    }

    @Override
    public ByteBuf getBytes(int index, byte[] target, int targetIndex, int length) {
        checkDstIndex(index, length, targetIndex, target.length);
        System.arraycopy(memory, index, target, targetIndex, length);
        return this;
    }

    @Override
    public ByteBuf getBytes(int index, ByteBuf target, int targetIndex, int length) {
        checkDstIndex(index, length, targetIndex, target.capacity());
        if (target.hasArray()) {
            System.arraycopy(memory, index, target.array(), target.arrayOffset() + targetIndex, length);
        } else {
            target.setBytes(targetIndex, memory, index, length);
        }
        return this;
    }

    @Override
    public ByteBuf getBytes(int index, ByteBuffer target) {
        int length = target.remaining();
        checkIndex(index, length);
        target.put(memory, index, length);
        return this;
    }

    @Override
    public ByteBuf getBytes(int index, OutputStream target, int length) throws IOException {
        checkIndex(index, length);
        target.write(memory, index, length);
        return this;
    }

    @Override
    public int getBytes(int index, GatheringByteChannel target, int length) throws IOException {
        return target.write(nioBuffer(index, length));
    }

    @Override
    public int getBytes(int index, FileChannel target, long position, int length) throws IOException {
        return target.write(nioBuffer(index, length), position);
    }

    @Override
    public ByteBuf setBytes(int index, byte[] source, int sourceIndex, int length) {
        checkSrcIndex(index, length, sourceIndex, source.length);
        System.arraycopy(source, sourceIndex, memory, index, length);
        return this;
    }

    @Override
    public ByteBuf setBytes(int index, ByteBuf source, int sourceIndex, int length) {
        checkSrcIndex(index, length, sourceIndex, source.capacity());
        if (source.hasArray()) {
            System.arraycopy(source.array(), source.arrayOffset() + sourceIndex, memory, index, length);
        } else {
            source.getBytes(sourceIndex, memory, index, length);
        }
        return this;
    }

    @Override
    public ByteBuf setBytes(int index, ByteBuffer source) {
        int length = source.remaining();
        checkIndex(index, length);
        source.get(memory, index, length);
        return this;
    }

    @Override
    public int setBytes(int index, InputStream source, int length) throws IOException {
        checkIndex(index, length);
        return source.read(memory, index, length);
    }

    @Override
    public int setBytes(int index, ScatteringByteChannel source, int length) throws IOException {
        ByteBuffer into = internalNioBuffer(index, length);
        try {
            return source.read(into);
        } catch (ClosedChannelException e) {
            return -1; /* as the contract says: the end of the channel */
        }
    }

    @Override
    public int setBytes(int index, FileChannel source, long position, int length) throws IOException {
        ByteBuffer into = internalNioBuffer(index, length);
        try {
            return source.read(into, position);
        } catch (ClosedChannelException e) {
            return -1;
        }
    }

    // --- Copies and views --------------------------------------------------------------------------------------------

    @Override
    public ByteBuf copy(int index, int length) {
        checkIndex(index, length);
        return alloc().heapBuffer(length, maxCapacity()).writeBytes(memory, index, length);
    }

    @Override
    public ByteBuffer nioBuffer(int index, int length) {
        checkIndex(index, length);
        return ByteBuffer.wrap(memory, index, length).slice();
    }

    @Override
    public ByteBuffer[] nioBuffers(int index, int length) {
        return new ByteBuffer[] {nioBuffer(index, length)};
    }

    @Override
    public ByteBuffer internalNioBuffer(int index, int length) {
        checkIndex(index, length);
        return internal.clear().position(index).limit(index + length);
    }
}
