package dev.cenote.agrona;

import dev.cenote.MemoryArena;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Pieces of an arena as Agrona's buffers, which are taken off the memory before the arena is reset or closed: a buffer used
 * too late throws an {@link IndexOutOfBoundsException} instead of meeting somebody else's bytes.
 * <pre>{@code
 * try (ArenaBuffers buffers = new ArenaBuffers(MemoryArena.confined())) {
 *     UnsafeBuffer message = buffers.allocate(256);
 *     ...
 *     buffers.reset();     // message.capacity() is 0 from here on
 * }
 * }</pre>
 * <p>That costs an object for each buffer and a list of them; {@link Wrap#piece} does without both, and without the check.
 * The check is Agrona's and can be disabled like all its bounds checks. A buffer must not be wrapped around other memory.
 * <p>For one thread at a time, whatever the arena's kind; a thread that is inside of a buffer at the moment of the reset or
 * close may still reach the memory.
 */
public final class ArenaBuffers implements AutoCloseable {

    private final MemoryArena arena;
    private final List<UnsafeBuffer> given = new ArrayList<>();

    /**
     * Takes over an arena.
     *
     * @param arena closed by {@link #close()}; reset and close it through this object only
     */
    public ArenaBuffers(MemoryArena arena) {
        this.arena = arena;
    }

    /**
     * Allocates a piece that begins at a multiple of 8.
     *
     * @param bytes 1 to 2^29
     * @return a new buffer over it; its contents are undefined
     */
    public UnsafeBuffer allocate(int bytes) {
        return allocate(bytes, UnsafeBuffer.ALIGNMENT);
    }

    /**
     * Allocates a piece.
     *
     * @param bytes 1 to 2^29
     * @param alignment a power of two, 1 to 2^20
     * @return a new buffer over it; its contents are undefined
     * @throws dev.cenote.CenoteException as {@link MemoryArena#allocate(long, long)}
     */
    public UnsafeBuffer allocate(int bytes, int alignment) {
        UnsafeBuffer buffer = new UnsafeBuffer();
        Wrap.piece(buffer, arena, bytes, alignment);
        given.add(buffer);
        return buffer;
    }

    /** {@return the arena that the pieces come from} */
    public MemoryArena arena() {
        return arena;
    }

    /** {@return how many buffers lie over the arena's memory} */
    public int size() {
        return given.size();
    }

    private void takeOff() {
        given.forEach(Wrap::nothing);
        given.clear();
    }

    /** Takes all buffers off and frees their pieces. O(buffers). */
    public void reset() {
        takeOff();
        arena.reset();
    }

    /**
     * Takes all buffers off and closes the arena. O(buffers).
     *
     * @throws IllegalStateException if the arena was closed before, or the thread is not its owner
     */
    @Override
    public void close() {
        takeOff();
        arena.close();
    }

    @Override
    public String toString() {
        return "ArenaBuffers, " + given.size() + " over " + arena;
    }
}
