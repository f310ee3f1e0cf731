package dev.cenote;

/**
 * Which sizes a {@link SizedPool} keeps ready: 16-byte steps up to 128 bytes, then eight steps in each doubling.
 * <p>Above 128 bytes at most a ninth of a block (11.2 %) is rounding.
 */
final class SizeClasses {

    /** The step of the small sizes; every size is a multiple of it. */
    static final int STEP = 16;
    /** Above this, sizes grow by eighths of a power of two. */
    static final int FINE_BYTES = 128;

    private static final int STEPS_LOG = 3;
    private static final int FINE = FINE_BYTES / STEP;
    private static final int FINE_LOG = 7;

    /** Classes of small sizes, by 16-byte steps: one load instead of the arithmetic. */
    private static final byte[] SMALL = new byte[SmallSizes.BYTES_MAX / STEP + 1];

    static {
        for (int i = 1; i < SMALL.length; i++) {
            SMALL[i] = (byte) of((long) i * STEP);
        }
    }

    private SizeClasses() {
    }

    /**
     * {@return the same as {@link #of}}
     *
     * @param bytes 1 to {@link SmallSizes#BYTES_MAX}
     */
    static int ofSmall(int bytes) {
        return SMALL[bytes + STEP - 1 >>> 4];
    }

    /**
     * {@return the index of the smallest class that holds a request}
     *
     * @param bytes 1 or more
     */
    static int of(long bytes) {
        long last = bytes - 1;
        if (last < FINE_BYTES) {
            return (int) last >> 4;
        }
        int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(last) - STEPS_LOG;
        return ((shift - FINE_LOG + STEPS_LOG) << STEPS_LOG) + (int) (last >>> shift);
    }

    /**
     * {@return the bytes of a class}
     *
     * @param index from 0
     */
    static long bytes(int index) {
        if (index < FINE) {
            return (long) (index + 1) << 4;
        }
        int shift = FINE_LOG - STEPS_LOG + (index - FINE >> STEPS_LOG);
        return (((index - FINE) & 7) + 9L) << shift;
    }

    /**
     * {@return the smallest class whose blocks hold a request and lie on multiples of an alignment in aligned chunks}
     *
     * @param bytes 1 or more
     * @param alignment a power of two
     */
    static int of(long bytes, long alignment) {
        int index = of(Math.max(bytes, alignment));
        while ((bytes(index) & (alignment - 1)) != 0) {
            index++; /* the next power of two at the latest, so at most seven times */
        }
        return index;
    }
}
