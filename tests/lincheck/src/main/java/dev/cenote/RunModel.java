package dev.cenote;

import org.jetbrains.lincheck.datastructures.Operation;

/**
 * A run of a shared arena: threads take pieces, one seals it. Behind the seal there are no more pieces, and no two pieces
 * are the same.
 */
public abstract class RunModel {

    private static final int PIECE = 64;
    private static final int PIECES = 4;

    /** Only its address matters here: nothing touches the memory. */
    private static final ArenaChunk CHUNK = ArenaChunk.of(BlockPool.builder().backend(Backend.JAVA).name("lincheck")
        .blockBytes(PIECES * PIECE).build().get());

    private final ArenaRun run = new ArenaRun(CHUNK, PIECES * PIECE, false);
    private final boolean seals;
    private volatile boolean closed;

    RunModel(boolean seals) {
        this.seals = seals;
    }

    /** Takes a piece; its number, or -1: full or sealed. */
    @Operation
    public int take() {
        if (!seals && closed) {
            return -1;
        }
        long piece = run.bump(PIECE, 8);
        return piece == 0 ? -1 : (int) (piece - CHUNK.base) / PIECE;
    }

    /** Seals; pieces that were given out. */
    @Operation
    public int seal() {
        if (seals) {
            run.seal();
        } else {
            closed = true;
        }
        return run.pieces();
    }

    /** As it is used. */
    public static final class Sealed extends RunModel {
        /** For Lincheck. */
        public Sealed() {
            super(true);
        }
    }

    /** The canary: a flag beside the word, looked at before the swap. */
    public static final class Unsealed extends RunModel {
        /** For Lincheck. */
        public Unsealed() {
            super(false);
        }
    }
}
