package dev.cenote.segment;

import com.google.errorprone.annotations.MustBeClosed;
import dev.cenote.ArenaKind;
import dev.cenote.ArenaLimitException;
import dev.cenote.MemoryArena;
import dev.cenote.MemoryArenaStats;
import dev.cenote.PoolExhaustedException;
import dev.cenote.binding.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/**
 * An {@link Arena} whose memory comes from a {@link MemoryArena}: allocation moves a cursor through pooled chunks instead of
 * calling {@code malloc}, and closing gives chunks back instead of freeing piece by piece.
 * <p>The scope is one of the JDK's, so a segment is checked as any other: after {@link #close()} or {@link #reset()} an
 * access is an {@link IllegalStateException}, and in a confined arena one by another thread is a
 * {@link WrongThreadException}. Segments are zeroed and do not overlap.
 * <p><b>Cost.</b> {@link #allocate}: the cursor, the zeroing, a segment object; no call into native code until a chunk is
 * full. {@link #close()} of a confined arena: O(chunks). Of one that threads share: besides, the JVM stops each of its
 * threads for a moment, to see that none is inside an access; that takes microseconds and grows with the number of threads,
 * as with {@link Arena#ofShared()}. Close such arenas seldom, or use a confined one for each task.
 * <p>Any thread may use a shared one; a confined one belongs to the thread that opened it.
 */
public final class SegmentArena implements Arena {

    private final MemoryArena memory;
    private final ArenaKind kind;
    /** Of a confined one. */
    private final @Nullable Thread owner;
    /** Of the JDK: what is alive as long as no close or reset has ended it. Replaced by the reset, after the memory's. */
    private volatile Arena life;

    private SegmentArena(MemoryArena memory) {
        this.memory = memory;
        this.kind = memory.kind();
        this.owner = kind == ArenaKind.CONFINED ? Thread.currentThread() : null;
        this.life = newLife();
        if (kind == ArenaKind.AUTOMATIC) {
            /* segments keep their scope reachable, and the scope keeps this, which keeps the memory */
            NativeMemory.segment(0, 0, life, () -> Reference.reachabilityFence(memory));
        }
    }

    private Arena newLife() {
        return switch (kind) {
            case CONFINED -> Arena.ofConfined();
            case SHARED, PER_THREAD -> Arena.ofShared();
            case AUTOMATIC -> Arena.ofAuto();
        };
    }

    /**
     * Opens an arena for the calling thread alone.
     *
     * @return an open arena
     */
    @MustBeClosed
    @SuppressWarnings("exports")
    public static SegmentArena confined() {
        return new SegmentArena(MemoryArena.confined());
    }

    /**
     * Opens an arena for all threads.
     *
     * @return an open arena
     */
    @MustBeClosed
    @SuppressWarnings("exports")
    public static SegmentArena shared() {
        return new SegmentArena(MemoryArena.shared());
    }

    /**
     * Opens an arena for all threads in which each fills chunks of its own.
     *
     * @return an open arena
     */
    @MustBeClosed
    @SuppressWarnings("exports")
    public static SegmentArena perThread() {
        return new SegmentArena(MemoryArena.perThread());
    }

    /**
     * Opens an arena for all threads that ends when neither it nor one of its segments is reachable. It can't be closed.
     *
     * @return an open arena
     */
    public static SegmentArena automatic() {
        return new SegmentArena(MemoryArena.automatic());
    }

    /**
     * Makes an arena of memory with settings of your own: limit, parent, backend, NUMA policy.
     * <p>The memory is this arena's from now on: what closes or resets it otherwise takes memory away under segments that
     * seem alive. Memory of its parent must not be freed before this arena is closed.
     *
     * @param memory an open arena; a confined one of the calling thread
     * @return an open arena of the same {@link MemoryArena#kind() kind}
     * @throws IllegalStateException if the memory is closed
     */
    @MustBeClosed
    @SuppressWarnings("exports")
    public static SegmentArena of(MemoryArena memory) {
        if (!memory.isOpen()) {
            throw new IllegalStateException("arena \"" + memory.name() + "\" is closed; open one for this SegmentArena alone");
        }
        return new SegmentArena(memory);
    }

    /**
     * {@inheritDoc}
     *
     * @param byteSize 0 to 2^29
     * @param byteAlignment a power of two, 1 to 2^20
     * @throws IllegalArgumentException if size or alignment are out of range
     * @throws IllegalStateException if the arena is closed, or was reset by another thread at this moment
     * @throws WrongThreadException if it is confined to another thread
     * @throws ArenaLimitException if the arena is at its limit and has no parent
     * @throws PoolExhaustedException if there is no memory
     */
    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
        Requests.check(byteSize, byteAlignment);
        Arena current = life; /* before the memory: a reset in between ends this life, and the segment is refused */
        checkAlive(current);
        long address;
        try {
            address = memory.allocate(Math.max(byteSize, 1), byteAlignment);
        } catch (IllegalStateException e) {
            checkAlive(current); /* ended meanwhile: the JDK's exceptions */
            throw e;
        }
        /* Zeroed through the scope: its end waits for the zeroing, or stops it, before the memory gets a new owner. */
        return ((MemorySegment) NativeMemory.segment(address, byteSize, current, null)).fill((byte) 0);
    }

    private void checkAlive(Arena current) {
        if (owner != null && owner != Thread.currentThread()) {
            throw new WrongThreadException("arena \"" + memory.name() + "\" is confined to thread \"" + owner.getName()
                + "\", and this is \"" + Thread.currentThread().getName() + "\"; use a shared or per-thread one");
        }
        if (!current.scope().isAlive()) {
            throw new IllegalStateException("arena \"" + memory.name() + "\" is closed, or was reset at this moment");
        }
    }

    /**
     * {@inheritDoc}
     *
     * @return the scope of the segments allocated since the last reset
     */
    @Override
    public MemorySegment.Scope scope() {
        return life.scope();
    }

    /**
     * Ends all segments and keeps chunks for the next ones: for a loop that allocates in each turn. As {@link #close()} and
     * opening anew, without giving the chunks back.
     * <p>Segments that other threads allocate at the same moment end with the others, or are refused.
     *
     * @throws IllegalStateException if the arena is closed, or a segment is in use by native code; nothing has changed then
     * @throws WrongThreadException if it is confined to another thread
     * @throws UnsupportedOperationException if it is automatic
     */
    public void reset() {
        life.close();
        memory.reset();
        life = newLife();
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if the arena was closed before, or a segment is in use by native code; nothing has
     *     changed then
     * @throws WrongThreadException if it is confined to another thread
     * @throws UnsupportedOperationException if it is automatic
     */
    @Override
    public void close() {
        life.close();
        memory.close();
    }

    /** {@return what its memory is used for, in numbers} */
    public MemoryArenaStats stats() {
        return memory.stats();
    }

    @Override
    public String toString() {
        return "SegmentArena on " + memory + (life.scope().isAlive() ? "" : ", closed");
    }
}
