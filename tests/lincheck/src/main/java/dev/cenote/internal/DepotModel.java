package dev.cenote.internal;

import org.jetbrains.lincheck.datastructures.Operation;

/**
 * The depot with magazines of two blocks: gets take one or two, so remainders go back, and magazines are used again.
 */
public class DepotModel {

    private final JavaDepot depot = new JavaDepot(2, new JavaCounters());

    /** For Lincheck. */
    public DepotModel() {
        depot.put(new int[] {100}, 0, 1);
    }

    /** Puts a magazine of one block. */
    @Operation
    public void put(int block) {
        depot.put(new int[] {block}, 0, 1);
    }

    /** Takes a block; null when there is none. */
    @Operation
    public Integer get() {
        int[] into = new int[1];
        return depot.get(into, 0, 1) == 0 ? null : into[0];
    }
}
