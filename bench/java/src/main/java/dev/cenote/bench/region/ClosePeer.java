package dev.cenote.bench.region;

/** Arenas that are opened, used once, and closed: the closing is timed by itself. */
public abstract class ClosePeer {

    /** Arenas of a round. */
    public static final int CLOSES = 64;
    /** The piece in each. */
    public static final int BYTES = 1 << 12;

    /** Made by reflection, one per measured JVM. */
    protected ClosePeer() {
    }

    /** Opens an arena, allocates a piece, writes its first word. */
    public abstract void open(int index);

    /** Closes it. */
    public abstract void close(int index);
}
