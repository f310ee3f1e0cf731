package dev.cenote.internal;

import org.jetbrains.lincheck.datastructures.Operation;

/**
 * Carving: threads cut blocks from one chunk.
 */
public class CarveModel {

    private final JavaCarve carve = new JavaCarve(new JavaShape(4096, 5 * 4096, 5, 3, 5, 1, 0));

    /** For Lincheck. */
    public CarveModel() {
        carve.publish(0);
    }

    /** Cuts one block; its number or -1. */
    @Operation
    public int takeOne() {
        int[] into = new int[1];
        return carve.take(into, 0, 1) == 0 ? -1 : into[0];
    }

    /** Cuts up to two; the sum of ten times the lower one and how many. */
    @Operation
    public int takeTwo() {
        int[] into = new int[2];
        int taken = carve.take(into, 0, 2);
        return taken == 0 ? -1 : 10 * into[taken - 1] + taken;
    }

    /** Blocks that are left. */
    @Operation
    public int left() {
        return carve.left();
    }
}
