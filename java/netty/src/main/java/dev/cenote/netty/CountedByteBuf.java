package dev.cenote.netty;

import io.netty.buffer.AbstractByteBuf;
import io.netty.buffer.ByteBuf;
import io.netty.util.IllegalReferenceCountException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The half of our buffers that counts references and keeps the length; subclasses own the memory.
 * <p>An object goes through many lives, one for each time its memory is handed out: {@link #begin} starts one, the last
 * release ends it. Between two lives the count is 0, so whoever still holds the object gets
 * {@link IllegalReferenceCountException}. After the next {@link #begin} it cannot be told from the new owner, as with
 * Netty's pooled buffers; {@link CenoteByteBufAllocatorBuilder#freshBuffers} makes a new object for each life.
 */
abstract class CountedByteBuf extends AbstractByteBuf {

    private static final VarHandle COUNT;

    static {
        try {
            COUNT = MethodHandles.lookup().findVarHandle(CountedByteBuf.class, "count", int.class).withInvokeExactBehavior();
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final CenoteByteBufAllocator allocator;
    /** Whether the last release is a compare-and-swap, so that of two threads that race for it one gets an exception. */
    private final boolean strict;
    /** References; 0: nobody's. */
    private int count;
    /** What {@link #capacity()} tells; the memory may be longer. */
    int length;

    CountedByteBuf(CenoteByteBufAllocator allocator, boolean strict) {
        super(Integer.MAX_VALUE);
        this.allocator = allocator;
        this.strict = strict;
    }

    /** Gives the memory back; the count is 0. */
    abstract void free();

    /** Bytes that {@link #capacity(int)} can give without moving. */
    abstract int room();

    /** Moves to memory for a new length, keeping what fits; or stays, if it is to shrink and there is no memory for that. */
    abstract void move(int newLength);

    /** Starts a life: one reference, indices and marks 0. The caller has the memory to itself and publishes the object. */
    final void begin(int newLength, int maxCapacity) {
        maxCapacity(maxCapacity);
        length = newLength;
        clear();
        markReaderIndex();
        markWriterIndex();
        count = 1;
    }

    @Override
    public final int refCnt() {
        return (int) COUNT.getOpaque(this); /* opaque: read anew in every turn of a loop; each access of the content comes here */
    }

    @Override
    public final ByteBuf retain() {
        return retain(1);
    }

    @Override
    public final ByteBuf retain(int increment) {
        if (increment <= 0) {
            throw new IllegalArgumentException("increment: " + increment + " (expected: > 0)");
        }
        int seen = (int) COUNT.getOpaque(this);
        while (true) {
            if (seen == 0 || seen + increment < 0) {
                throw new IllegalReferenceCountException(seen, increment);
            }
            int now = (int) COUNT.compareAndExchange(this, seen, seen + increment);
            if (now == seen) {
                return this;
            }
            seen = now;
        }
    }

    /**
     * {@inheritDoc}
     * <p>The holder of the only reference needs no atomic operation to give it up: nobody else may retain or release then.
     * If somebody does all the same, the pool finds the block put twice.
     */
    @Override
    public final boolean release() {
        int seen = (int) COUNT.getAcquire(this); /* pairs with the swap in release(int): what other holders did is done */
        if (seen == 1 && !strict) {
            count = 0;
            free();
            return true;
        }
        return release(1);
    }

    @Override
    public final boolean release(int decrement) {
        if (decrement <= 0) {
            throw new IllegalArgumentException("decrement: " + decrement + " (expected: > 0)");
        }
        int seen = (int) COUNT.getOpaque(this);
        while (true) {
            if (seen < decrement) {
                throw new IllegalReferenceCountException(seen, -decrement);
            }
            int now = (int) COUNT.compareAndExchange(this, seen, seen - decrement);
            if (now == seen) {
                if (seen == decrement) {
                    free();
                    return true;
                }
                return false;
            }
            seen = now;
        }
    }

    @Override
    public final ByteBuf touch() {
        return this;
    }

    @Override
    public final ByteBuf touch(Object hint) {
        return this;
    }

    @Override
    public final int capacity() {
        return length;
    }

    @Override
    public final ByteBuf capacity(int newCapacity) {
        checkNewCapacity(newCapacity);
        int room = room();
        if (newCapacity > room) {
            move(newCapacity);
        } else if (newCapacity < length) {
            trimIndicesToCapacity(newCapacity);
            if (newCapacity < room >>> 1) {
                move(newCapacity);
            }
        }
        length = newCapacity;
        return this;
    }

    @Override
    public final int maxFastWritableBytes() {
        return Math.min(room(), maxCapacity()) - writerIndex();
    }

    @Override
    public final CenoteByteBufAllocator alloc() {
        return allocator;
    }

    @Override
    @Deprecated
    public final ByteOrder order() {
        return ByteOrder.BIG_ENDIAN;
    }

    @Override
    public final @Nullable ByteBuf unwrap() {
        return null;
    }

    @Override
    public final boolean isContiguous() {
        return true;
    }

    @Override
    public final int nioBufferCount() {
        return 1;
    }
}
