package dev.cenote;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What stands behind a {@link MemoryArena}: its chunks, its state, and everything that does not happen once a piece.
 * <p>It does not refer to the arena, so that an automatic one can be found unreachable while its chunks name their holder.
 */
abstract class ArenaRegion {

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(ArenaRegion.class, "state", ArenaState.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final ArenaSettings settings;
    final @Nullable ArenaSite site;
    private volatile ArenaState state = ArenaState.OPEN;

    ArenaRegion(ArenaSettings settings) {
        this.settings = settings;
        this.site = ArenaSite.ofOpening(settings);
        ArenaTotals.OPENED.increment();
    }

    final ArenaState state() {
        return state;
    }

    final boolean isOpen() {
        return state == ArenaState.OPEN;
    }

    /** The only writer of the state. False: somebody moved first, or there is no such move. */
    final boolean step(ArenaState from, ArenaState.Event event) {
        ArenaState to = from.after(event);
        return to != null && STATE.compareAndSet(this, from, to);
    }

    /** The slow half of {@link MemoryArena#allocate(long)}, with every check. */
    abstract long allocate(MemoryArena arena, long bytes, long alignment);

    /**
     * Begins an access: checks everything and makes sure that the memory stays the arena's until {@link #leave}.
     *
     * @return the chunk in which the bytes lie; null, and no access begun, if the parent has to be asked
     */
    abstract @Nullable ArenaChunk enter(MemoryArena arena, long address, long bytes);

    /** Ends an access that {@link #enter} let in. */
    abstract void leave();

    abstract void reset(MemoryArena arena);

    abstract void close(MemoryArena arena);

    abstract MemoryArenaStats stats(MemoryArena arena);

    /** The thread whose death leaves the arena without an owner; null: none does. */
    abstract @Nullable Thread owner();

    /** Called by the sweep when {@link #owner} is dead: reports and closes. */
    abstract void reclaim();

    /** Called by the sweep of an open arena: what dead threads left in it. */
    abstract void sweep();

    /** Takes a chunk for this arena. */
    final ArenaChunk take(long bytes) {
        Block block = settings.source().take(bytes);
        if (block.bytes() < bytes) {
            settings.source().give(block);
            throw new CenoteException("arena \"" + settings.name() + "\" asked its provider's source for " + bytes
                + " bytes and got a block of " + block.bytes() + "; a source must give at least what it is asked for");
        }
        ArenaChunk chunk = ArenaChunk.of(block);
        chunk.used = 0;
        chunk.hold(this);
        ArenaTotals.TAKEN.increment();
        if (chunk.isUsed) {
            ArenaTotals.REUSED.increment();
        }
        return chunk;
    }

    /** Gives a chunk back. Nobody of this arena can touch it any more. */
    final void give(ArenaChunk chunk, @Nullable ArenaSite released) {
        chunk.isUsed = true;
        chunk.hold(null);
        ArenaTotals.GIVEN.increment();
        if (settings.isParanoid()) {
            ArenaQuarantine.add(chunk, settings, site, released);
        } else {
            giveToSource(settings.source(), chunk);
        }
    }

    /** A source that has no memory for its bookkeeping just now is asked again later; other chunks must not wait for it. */
    static void giveToSource(MemoryArenaProvider.Source source, ArenaChunk chunk) {
        try {
            source.give(chunk.block);
        } catch (RuntimeException e) {
            ArenaLimbo.refused(source, chunk, e);
        }
    }

    /** The stack that releases memory now; null but on the level that reports it. */
    final @Nullable ArenaSite releasing(String what) {
        return settings.isParanoid() ? ArenaSite.here(what, settings) : null;
    }

    final void checkPiece(long bytes, long alignment) {
        if (bytes < 1 || bytes > ArenaSettings.PIECE_BYTES_MAX) {
            throw ArenaTexts.badBytes(settings, bytes);
        }
        if (alignment < 1 || alignment > ArenaSettings.ALIGNMENT_MAX || Long.bitCount(alignment) != 1) {
            throw ArenaTexts.badAlignment(settings, alignment);
        }
    }

    /** Over the limit, or nothing to be had: the parent serves, else what it was is thrown. */
    final long elsewhere(long bytes, long alignment, CenoteException otherwise) {
        MemoryArena parent = settings.parent();
        if (parent == null) {
            throw otherwise;
        }
        ArenaTotals.FALLBACKS.increment();
        return settings.zeroed() ? parent.allocateZeroed(bytes, alignment) : parent.allocate(bytes, alignment);
    }

    /** Bytes that a piece takes of its chunk: whole words. */
    static long padded(long bytes) {
        return bytes + (ArenaSettings.ALIGNMENT_LEAST - 1) & -ArenaSettings.ALIGNMENT_LEAST;
    }

    /** An address rounded up to an alignment; what a cursor says is a multiple of 8 already. */
    static long aligned(long address, long alignment) {
        return address + (alignment - 1) & -alignment;
    }

    /** What a chunk must have, so that a piece fits wherever the chunk begins. */
    static long needed(long bytes, long alignment) {
        return padded(bytes) + Math.max(0, alignment - ArenaSettings.ALIGNMENT_LEAST);
    }
}
