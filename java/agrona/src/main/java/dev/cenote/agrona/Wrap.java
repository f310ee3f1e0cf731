package dev.cenote.agrona;

import dev.cenote.ArenaKind;
import dev.cenote.Block;
import dev.cenote.MemoryArena;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Lays one of Agrona's buffers over memory of Cenote: no copy, and no garbage once the block has a view of its own.
 * <p>The flyweight does not own the memory and does not know when it goes: whoever gives the memory back should
 * {@link #nothing empty} the flyweights that lie over it. One that was forgotten reads and writes what the memory's next
 * owner has there, without a word; {@link BlockBuffer#checked} is a wrapper that cannot be forgotten.
 * <p>Any thread may call; a flyweight is published to other threads like any object, after it was wrapped.
 */
public final class Wrap {

    private static final byte[] NOTHING = new byte[0];

    private Wrap() {
    }

    /**
     * Lays a flyweight over a whole block. O(1).
     *
     * @param flyweight such as an {@link org.agrona.concurrent.UnsafeBuffer}, used again and again; its
     *     {@link DirectBuffer#byteBuffer()} is then the block's own view
     * @param block a block that the caller owns
     */
    public static void block(DirectBuffer flyweight, Block block) {
        flyweight.wrap(block.buffer());
    }

    /**
     * Lays a flyweight over a part of a block. O(1).
     *
     * @param flyweight as {@link #block(DirectBuffer, Block)}
     * @param block a block that the caller owns
     * @param offset where the part begins in the block
     * @param length its bytes
     * @throws IndexOutOfBoundsException if the part does not lie in the block, whatever Agrona's own bounds checks are set to
     */
    public static void block(DirectBuffer flyweight, Block block, int offset, int length) {
        if ((offset | length | (block.bytes() - length - offset)) < 0 || offset > block.bytes()) {
            throw new IndexOutOfBoundsException(length + " bytes from offset " + offset + " on do not lie in a block of "
                + block.bytes() + " bytes of pool \"" + block.pool().name() + "\"");
        }
        flyweight.wrap(block.buffer(), offset, length);
    }

    /**
     * Allocates a piece of an arena that begins at a multiple of 8 and lays a flyweight over it.
     *
     * @param flyweight as {@link #piece(DirectBuffer, MemoryArena, int, int)}
     * @param arena an open arena
     * @param bytes 1 to 2^29
     */
    public static void piece(DirectBuffer flyweight, MemoryArena arena, int bytes) {
        piece(flyweight, arena, bytes, AtomicBuffer.ALIGNMENT);
    }

    /**
     * Allocates a piece of an arena and lays a flyweight over it, without garbage where the arena knows addresses: not on
     * the {@link dev.cenote.Backend#JAVA} backend before JDK 22. Contents are undefined, unless the arena zeroes.
     * <p>After the arena was reset or closed the flyweight meets memory that may belong to somebody else; {@link ArenaBuffers}
     * takes its buffers off in time. Over an {@link ArenaKind#AUTOMATIC} arena the flyweight keeps the memory itself.
     *
     * @param flyweight its {@link DirectBuffer#byteBuffer()} is null where there was an address
     * @param arena an open arena
     * @param bytes 1 to 2^29
     * @param alignment a power of two, 1 to 2^20; atomic operations want {@value AtomicBuffer#ALIGNMENT}
     * @throws dev.cenote.CenoteException as {@link MemoryArena#allocate(long, long)}; the flyweight is as it was then
     */
    public static void piece(DirectBuffer flyweight, MemoryArena arena, int bytes, int alignment) {
        if (arena.kind() == ArenaKind.AUTOMATIC) {
            flyweight.wrap(arena.allocateBuffer(bytes, alignment));
            return;
        }
        long address = arena.allocate(bytes, alignment);
        if (MemoryArena.isMemoryAddress(address)) {
            flyweight.wrap(address, bytes);
        } else {
            flyweight.wrap(arena.buffer(address, bytes));
        }
    }

    /**
     * Takes a flyweight off its memory: its capacity is 0 from now on, and every access throws an
     * {@link IndexOutOfBoundsException} unless Agrona's bounds checks are disabled.
     *
     * @param flyweight any of Agrona's buffers that can be wrapped
     */
    public static void nothing(DirectBuffer flyweight) {
        flyweight.wrap(NOTHING);
    }
}
