package dev.cenote.netty;

import dev.cenote.Block;
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
import org.jspecify.annotations.Nullable;

/**
 * A direct buffer over one block of the allocator's pool.
 * <p>It hangs on its block ({@link Block#attachment}) for as long as the block exists, with its views, so a life of a
 * buffer makes no garbage. When a buffer moves to another block, the two objects swap blocks. A buffer that the leak detector
 * watches leaves its block for that life: the block would keep it reachable, and no leak would ever be found.
 * <p>Netty's checks come first (reference count, bounds of the capacity); the memory is reached through a view of the
 * whole block that checks the block's bounds too, so no access can leave the block, even with Netty's checks off.
 */
final class CenoteByteBuf extends CountedByteBuf {

    private static final VarHandle SHORT = view(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle SHORT_LE = view(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = view(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT_LE = view(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = view(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG_LE = view(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final ByteBuffer ZEROES = ByteBuffer.allocateDirect(4096).asReadOnlyBuffer();

    /** Whether each life has an object of its own, which never hangs on a block. */
    private final boolean fresh;
    private boolean hanging;
    private Block block;
    /** The block's size. */
    private int room;
    /** 0: the backend knows no addresses. */
    private long address;
    /** The block's own view. The pool is the allocator's alone, so nobody else moves its limit. */
    private ByteBuffer memory;
    /** What {@link #internalNioBuffer} gives, made when first asked for. */
    private @Nullable ByteBuffer internal;

    CenoteByteBuf(CenoteByteBufAllocator allocator, boolean fresh, Block block) {
        super(allocator, fresh);
        this.fresh = fresh;
        this.block = block;
        this.room = block.bytes();
        this.address = addressOf(block);
        this.memory = block.buffer();
        hang(!fresh);
    }

    private static VarHandle view(Class<?> array, ByteOrder order) {
        return MethodHandles.byteBufferViewVarHandle(array, order).withInvokeExactBehavior();
    }

    private static long addressOf(Block block) {
        try {
            return block.address();
        } catch (UnsupportedOperationException e) {
            return 0; /* the java backend before JDK 22: Netty then goes through nioBuffer */
        }
    }

    // --- Memory ------------------------------------------------------------------------------------------------------

    private void hang(boolean wanted) {
        hanging = wanted;
        block.attach(wanted ? this : null);
    }

    /** Lets nothing but its owner reach this object until it is released. */
    void leaveBlock() {
        hang(false);
    }

    @Override
    void free() {
        if (!hanging && !fresh) {
            hang(true);
        }
        allocator.put(block);
    }

    @Override
    int room() {
        return room;
    }

    @Override
    void move(int newLength) {
        Block better = newLength > room ? allocator.get(newLength) : allocator.smaller(newLength, room);
        if (better == null) {
            return;
        }
        CenoteByteBuf other = allocator.bufferOf(better);
        other.memory.put(0, memory, 0, Math.min(length, newLength));
        swap(other);
        allocator.put(other.block);
    }

    private void swap(CenoteByteBuf other) {
        Block itsBlock = other.block;
        int itsRoom = other.room;
        long itsAddress = other.address;
        ByteBuffer itsMemory = other.memory;
        other.block = block;
        other.room = room;
        other.address = address;
        other.memory = memory;
        other.internal = null; /* whoever still holds that view must not meet the next owner's in it */
        block = itsBlock;
        room = itsRoom;
        address = itsAddress;
        memory = itsMemory;
        internal = null;
        hang(hanging);
        other.hang(other.hanging);
    }

    @Override
    public boolean isDirect() {
        return true;
    }

    @Override
    public boolean hasArray() {
        return false;
    }

    @Override
    public byte[] array() {
        throw new UnsupportedOperationException("direct buffer");
    }

    @Override
    public int arrayOffset() {
        throw new UnsupportedOperationException("direct buffer");
    }

    @Override
    public boolean hasMemoryAddress() {
        return address != 0;
    }

    @Override
    public long memoryAddress() {
        ensureAccessible();
        if (address == 0) {
            throw new UnsupportedOperationException("the java backend knows no addresses before JDK 22");
        }
        return address;
    }

    // --- Single values; Netty's public methods have checked --------------------------------------------------------------

    @Override
    protected byte _getByte(int index) {
        return memory.get(index);
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
        return (memory.get(index) & 0xff) << 16 | (short) SHORT.get(memory, index + 1) & 0xffff;
    }

    @Override
    protected int _getUnsignedMediumLE(int index) {
        return memory.get(index) & 0xff | ((short) SHORT_LE.get(memory, index + 1) & 0xffff) << 8;
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
        memory.put(index, (byte) value);
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
        memory.put(index, (byte) (value >> 16));
        SHORT.set(memory, index + 1, (short) value);
    }

    @Override
    protected void _setMediumLE(int index, int value) {
        memory.put(index, (byte) value);
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
        for (int done = 0; done < length; done += ZEROES.capacity()) {
            memory.put(index + done, ZEROES, 0, Math.min(ZEROES.capacity(), length - done));
        }
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
        memory.get(index, target, targetIndex, length);
        return this;
    }

    @Override
    public ByteBuf getBytes(int index, ByteBuf target, int targetIndex, int length) {
        checkDstIndex(index, length, targetIndex, target.capacity());
        if (target instanceof CenoteByteBuf ours) {
            ours.ensureAccessible();
            ours.memory.put(targetIndex, memory, index, length);
        } else if (target.hasArray()) {
            memory.get(index, target.array(), target.arrayOffset() + targetIndex, length);
        } else {
            target.setBytes(targetIndex, memory.slice(index, length));
        }
        return this;
    }

    @Override
    public ByteBuf getBytes(int index, ByteBuffer target) {
        int length = target.remaining();
        checkIndex(index, length);
        target.put(target.position(), memory, index, length);
        target.position(target.limit());
        return this;
    }

    @Override
    public ByteBuf getBytes(int index, OutputStream target, int length) throws IOException {
        checkIndex(index, length);
        Streams.copy(memory, index, length, target);
        return this;
    }

    @Override
    public int getBytes(int index, GatheringByteChannel target, int length) throws IOException {
        checkIndex(index, length);
        return length == 0 ? 0 : target.write(memory.slice(index, length));
    }

    @Override
    public int getBytes(int index, FileChannel target, long position, int length) throws IOException {
        checkIndex(index, length);
        return length == 0 ? 0 : target.write(memory.slice(index, length), position);
    }

    @Override
    public int readBytes(GatheringByteChannel target, int length) throws IOException {
        checkReadableBytes(length);
        int written = length == 0 ? 0 : target.write(internalNioBuffer(readerIndex(), length));
        readerIndex(readerIndex() + written);
        return written;
    }

    @Override
    public int readBytes(FileChannel target, long position, int length) throws IOException {
        checkReadableBytes(length);
        int written = length == 0 ? 0 : target.write(internalNioBuffer(readerIndex(), length), position);
        readerIndex(readerIndex() + written);
        return written;
    }

    @Override
    public ByteBuf setBytes(int index, byte[] source, int sourceIndex, int length) {
        checkSrcIndex(index, length, sourceIndex, source.length);
        memory.put(index, source, sourceIndex, length);
        return this;
    }

    @Override
    public ByteBuf setBytes(int index, ByteBuf source, int sourceIndex, int length) {
        checkSrcIndex(index, length, sourceIndex, source.capacity());
        if (source instanceof CenoteByteBuf ours) {
            ours.ensureAccessible();
            memory.put(index, ours.memory, sourceIndex, length);
        } else if (source.hasArray()) {
            memory.put(index, source.array(), source.arrayOffset() + sourceIndex, length);
        } else {
            source.getBytes(sourceIndex, memory.slice(index, length));
        }
        return this;
    }

    @Override
    public ByteBuf setBytes(int index, ByteBuffer source) {
        int length = source.remaining();
        checkIndex(index, length);
        memory.put(index, source, source.position(), length);
        source.position(source.limit());
        return this;
    }

    @Override
    public int setBytes(int index, InputStream source, int length) throws IOException {
        checkIndex(index, length);
        byte[] through = new byte[length];
        int read = source.read(through);
        if (read > 0) {
            memory.put(index, through, 0, read);
        }
        return read;
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
        return alloc().directBuffer(length, maxCapacity()).writeBytes(this, index, length);
    }

    @Override
    public ByteBuffer nioBuffer(int index, int length) {
        checkIndex(index, length);
        return memory.slice(index, length);
    }

    @Override
    public ByteBuffer[] nioBuffers(int index, int length) {
        return new ByteBuffer[] {nioBuffer(index, length)};
    }

    @Override
    public ByteBuffer internalNioBuffer(int index, int length) {
        checkIndex(index, length);
        ByteBuffer view = internal;
        if (view == null) {
            view = memory.duplicate();
            internal = view;
        }
        return view.clear().position(index).limit(index + length);
    }
}
