package dev.cenote.segment;

/** The arguments of {@code SegmentAllocator.allocate}, refused in its words. */
final class Requests {

    private Requests() {
    }

    static void check(long bytes, long alignment) {
        if (bytes < 0) {
            throw new IllegalArgumentException("a segment of " + bytes + " bytes; sizes go from 0 on");
        }
        if (alignment <= 0 || (alignment & (alignment - 1)) != 0) {
            throw new IllegalArgumentException("alignment " + alignment + " is no power of two");
        }
    }

    /** {@return the least multiple of a power of two that is not below the address} */
    static long roundUp(long address, long alignment) {
        return (address + alignment - 1) & -alignment;
    }
}
