package dev.cenote;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A chunk while a shared arena fills it: one word with the cursor and the number of pieces, moved by compare-and-swap.
 * <p>Made anew whenever an arena begins to fill a chunk and never used again, so a thread that comes late moves the word of
 * a run that is sealed, and not that of the chunk's next owner: no stamp is needed.
 *
 * <pre>
 * bit 63  sealed: no more pieces
 * 62..32  pieces
 * 31..0   cursor: bytes from the base that were given out
 * </pre>
 */
final class ArenaRun {

    private static final VarHandle WORD;
    private static final VarHandle RESERVED;
    private static final VarHandle IS_CLOSED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            WORD = lookup.findVarHandle(ArenaRun.class, "word", long.class);
            RESERVED = lookup.findVarHandle(ArenaRun.class, "reserved", int.class);
            IS_CLOSED = lookup.findVarHandle(ArenaRun.class, "isClosed", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final long SEALED = Long.MIN_VALUE;
    private static final long ONE_PIECE = 1L << 32;
    private static final long OFFSET = ONE_PIECE - 1;

    final ArenaChunk chunk;
    final long base;
    /** Bytes that may be given out: the whole chunk, or what the arena's limit leaves. */
    final int bytes;
    /** Whether it serves one piece only, larger than a usual chunk. */
    final boolean isLarge;
    /** What of the arena's limit it stands for; taken back once, see {@link #settle}. */
    private int reserved;
    /** Of a run with one filler, whose stores could overwrite the bit in the word. */
    private volatile boolean isClosed;
    private volatile long word;

    ArenaRun(ArenaChunk chunk, int bytes, boolean isLarge) {
        this.chunk = chunk;
        this.base = chunk.base;
        this.bytes = bytes & -ArenaSettings.ALIGNMENT_LEAST;
        this.isLarge = isLarge;
        this.reserved = this.bytes;
    }

    /** Takes a piece; 0: it does not fit, or the run is sealed. Any thread, lock-free. */
    long bump(long size, long alignment) {
        long seen = word;
        while (seen >= 0) {
            long start = ArenaRegion.aligned(base + (seen & OFFSET), alignment);
            long next = start - base + ArenaRegion.padded(size);
            if (next > bytes) {
                return 0;
            }
            long witness = (long) WORD.compareAndExchange(this, seen, (seen & ~OFFSET) + ONE_PIECE + next);
            if (witness == seen) {
                return start;
            }
            seen = witness;
        }
        return 0;
    }

    /** As {@link #bump} for the only thread that moves this run, which saves the locked instruction; see {@link #seal}. */
    long bumpAlone(long size, long alignment) {
        long seen = (long) WORD.getOpaque(this);
        long start = ArenaRegion.aligned(base + (seen & OFFSET), alignment);
        long next = start - base + ArenaRegion.padded(size);
        if (next > bytes || isClosed) {
            return 0;
        }
        WORD.setRelease(this, (seen & ~OFFSET) + ONE_PIECE + next);
        return start;
    }

    /** No piece is given out from now on, but for one that a lone filler is at just now. */
    void seal() {
        IS_CLOSED.setRelease(this, true); /* ahead of the swap, which is a fence: a lone filler sees it no later than that */
        WORD.getAndBitwiseOr(this, SEALED);
    }

    /** {@return what of the limit comes back now that it is full: the part that was not given out} */
    int settle() {
        int used = used();
        return RESERVED.compareAndSet(this, bytes, used) ? bytes - used : 0;
    }

    /** {@return what of the limit comes back now that its pieces are gone} */
    int settleAll() {
        return (int) RESERVED.getAndSet(this, 0);
    }

    /** {@return bytes given out, from the base} */
    int used() {
        return (int) (word & OFFSET);
    }

    /** {@return pieces given out} */
    int pieces() {
        return (int) ((word & ~SEALED) >>> 32);
    }

    boolean contains(long address, long length) {
        return length >= 0 && address >= base && address - base <= used() - length;
    }
}
