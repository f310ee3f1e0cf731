package dev.cenote;

import dev.cenote.binding.NativeMemory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A block in the service of arenas: its address, its view, and who holds it. Hangs on its block for good, so an arena that
 * takes a chunk makes no object.
 * <p>Where a block tells no address (java backend before JDK 22), the chunk has a token instead: unique in this process,
 * with the address's low {@value #TOKEN_BITS} bits, so that alignment works alike.
 */
final class ArenaChunk {

    private static final int TOKEN_BITS = 20; /* of the address, for alignments up to 1 MiB */
    private static final long TOKENS_FROM = 1L << 61; /* no address of this size exists */
    private static final AtomicLong TOKENS = new AtomicLong();

    private static final VarHandle HOLDER;

    static {
        try {
            HOLDER = MethodHandles.lookup().findVarHandle(ArenaChunk.class, "holder", ArenaRegion.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final Block block;
    final long base;
    final int bytes;
    final ByteBuffer view;
    /** The arena that holds it, for the sweep and for lists of what is live. Null: none does. Set by {@link #hold}. */
    private @Nullable ArenaRegion holder;
    /** Confined arenas: bytes before the end that were given out, valid while it is not the current chunk. */
    long used;
    /** Whether an arena had it before: the opposite of fresh memory. */
    boolean isUsed;

    private ArenaChunk(Block block) {
        this.block = block;
        this.bytes = block.bytes();
        this.view = block.buffer().duplicate().clear().order(ByteOrder.nativeOrder());
        this.base = hasAddress(block) ? block.address() : token(view);
    }

    /** The chunk of a block that the caller owns. */
    static ArenaChunk of(Block block) {
        if (block.attachment() instanceof ArenaChunk chunk && chunk.block == block) {
            return chunk;
        }
        ArenaChunk made = new ArenaChunk(block);
        block.attach(made);
        ArenaWatch.register(made);
        return made;
    }

    /** Names the holder, or null before the chunk goes back to its source. The sweep may see it late; it comes often. */
    void hold(@Nullable ArenaRegion region) {
        HOLDER.setRelease(this, region);
    }

    @Nullable ArenaRegion holder() {
        return (ArenaRegion) HOLDER.getAcquire(this);
    }

    /** Where pieces end: a multiple of 8. */
    long end() {
        return base + bytes & -ArenaSettings.ALIGNMENT_LEAST;
    }

    private static boolean hasAddress(Block block) {
        return block.pool().backend() != Backend.JAVA || Runtime.version().feature() >= 22;
    }

    /** Whether what the arenas gave out is memory's address and no token. */
    static boolean isReal(long address) {
        return address < TOKENS_FROM;
    }

    private static long token(ByteBuffer view) {
        return TOKENS_FROM + (TOKENS.getAndIncrement() << 32) + view.alignmentOffset(0, 1 << TOKEN_BITS);
    }

    /** Sets a range of bytes, within the chunk. */
    void fill(long address, long length, byte value) {
        if (NativeMemory.DIRECT) {
            NativeMemory.set(address, length, value);
            return;
        }
        int from = (int) (address - base);
        int to = from + (int) length;
        long eight = (value & 0xFFL) * 0x0101_0101_0101_0101L;
        int at = from;
        for (; at <= to - Long.BYTES; at += Long.BYTES) {
            view.putLong(at, eight);
        }
        for (; at < to; at++) {
            view.put(at, value);
        }
    }

    /** The offset of the first byte of the whole chunk that is not the one given, or -1. */
    int mismatch(byte value) {
        long eight = (value & 0xFFL) * 0x0101_0101_0101_0101L;
        int at = 0;
        while (at <= bytes - Long.BYTES && view.getLong(at) == eight) {
            at += Long.BYTES;
        }
        for (; at < bytes; at++) {
            if (view.get(at) != value) {
                return at;
            }
        }
        return -1;
    }

    void putByte(long address, byte value) {
        if (NativeMemory.DIRECT) {
            NativeMemory.putByte(address, value);
        } else {
            view.put((int) (address - base), value);
        }
    }

    byte getByte(long address) {
        return NativeMemory.DIRECT ? NativeMemory.getByte(address) : view.get((int) (address - base));
    }

    void putInt(long address, int value) {
        if (NativeMemory.DIRECT) {
            NativeMemory.putInt(address, value);
        } else {
            view.putInt((int) (address - base), value);
        }
    }

    int getInt(long address) {
        return NativeMemory.DIRECT ? NativeMemory.getInt(address) : view.getInt((int) (address - base));
    }

    void putLong(long address, long value) {
        if (NativeMemory.DIRECT) {
            NativeMemory.putLong(address, value);
        } else {
            view.putLong((int) (address - base), value);
        }
    }

    long getLong(long address) {
        return NativeMemory.DIRECT ? NativeMemory.getLong(address) : view.getLong((int) (address - base));
    }

    void put(long address, byte[] from, int offset, int length) {
        view.put((int) (address - base), from, offset, length);
    }

    void get(long address, byte[] into, int offset, int length) {
        view.get((int) (address - base), into, offset, length);
    }

    /** A view of a part of its own: position 0, limit its length, native order. */
    ByteBuffer slice(long address, int length) {
        return view.slice((int) (address - base), length).order(ByteOrder.nativeOrder());
    }

    @Override
    public String toString() {
        return "chunk of " + bytes + " bytes at 0x" + Long.toHexString(base);
    }
}
