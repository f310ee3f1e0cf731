package dev.cenote;

import java.nio.ByteBuffer;

/**
 * How far a confined arena has filled its current chunk, from the end down to a floor. The hot half of {@link MemoryArena},
 * which it is a part of: one more object would be one more load a piece. Of the owner thread alone.
 * <p>Everything is a distance from the floor. So one unsigned comparison tells whether a piece fits and is not empty; and an
 * access to the piece that was just allocated compares its distance with itself, which the compiler drops.
 */
abstract sealed class ArenaCursor permits MemoryArena {

    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);
    /** Cuts a room to a multiple of 8, of which the compiler then knows that it is an int and not negative. */
    static final long WHOLE_WORDS = 0x7FFF_FFF8;
    private static final int FLOOR_SHIFT = 2;
    /** From 20 on the compiler knows {@link Long#compareUnsigned}; before, two comparisons are cheaper. */
    private static final boolean KNOWS_UNSIGNED = Runtime.version().feature() >= 20;

    /** Bytes from the floor up to where the last piece begins: the next one ends there. A multiple of 8; 0: no chunk. */
    long room;
    /** Bytes from the floor up to where the first piece of the current chunk ends. A multiple of 8; 0: no chunk. */
    long span;
    private long floorShifted;
    /** The current chunk's view, and where in it the floor is. */
    ByteBuffer view = NOTHING;
    int viewFloor;
    final boolean isCounting;
    /** Pieces given out, if they are counted. */
    long pieces;

    ArenaCursor(boolean isCounting) {
        this.isCounting = isCounting;
    }

    /** From 0 on, and below a bound: as unsigned numbers one comparison, since the bound is not negative. */
    static boolean isBelow(long value, long bound) {
        return KNOWS_UNSIGNED ? Long.compareUnsigned(value, bound) < 0 : value >= 0 && value < bound;
    }

    /**
     * How low the pieces may go in the current chunk; a multiple of 8. The shift leaves out the numbers that no address
     * reaches: so the compiler knows that floor and room together are one, and drops the comparison with the end of memory.
     */
    final long floor() {
        return floorShifted >>> FLOOR_SHIFT;
    }

    /** Where the last piece begins. */
    final long cursor() {
        return floor() + room;
    }

    /** Bytes that were given out of the current chunk. */
    final long usedHere() {
        return span - room;
    }

    /** Pieces come from a chunk from now on: the first one ends at the chunk's end. */
    final void enter(ArenaChunk chunk, long floor) {
        view = chunk.view;
        viewFloor = (int) (floor - chunk.base);
        span = chunk.end() - floor;
        room = span;
        floorShifted = floor << FLOOR_SHIFT;
    }

    /** How low the pieces of the current chunk may go has changed. */
    final void moveFloor(long floor) {
        long down = floor() - floor;
        floorShifted = floor << FLOOR_SHIFT;
        viewFloor -= (int) down;
        room += down;
        span += down;
    }

    /** A piece begins at an address of the current chunk. */
    final void move(long start) {
        room = start - floor();
        count();
    }

    final void count() {
        if (isCounting) {
            pieces++;
        }
    }

    /** {@return pieces given out; less than 0: nobody counts them} */
    final long pieces() {
        return isCounting ? pieces : MemoryArenaStats.NOT_COUNTED;
    }

    /** The pieces of the current chunk are free. */
    final void rewind() {
        room = span;
    }

    /** No memory is current any more: all but the checks of the slow paths is out of reach. */
    final void forget() {
        room = 0;
        span = 0;
        floorShifted = 0;
        view = NOTHING;
        viewFloor = 0;
    }
}
