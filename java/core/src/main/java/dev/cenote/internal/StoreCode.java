package dev.cenote.internal;

/**
 * The codes of {@code cenote/errors.def} that a store can answer; a test compares the two lists.
 */
public enum StoreCode {
    /** The system refused a mapping. */
    ENOMEM(-12),
    /** An argument is out of its range. */
    EINVAL(-22),
    /** There is no such NUMA node. */
    ENODEV(-19),
    /** The kernel or the file system does not support this. */
    ENOTSUP(-95),
    /** A file that backs memory could not be opened or sized. */
    EIO(-5),
    /** At its maximum, every block in use. */
    EXHAUSTED(-200),
    /** Growth is frozen, every block in use. */
    FROZEN(-201),
    /** Another thread grows; try again. */
    BUSY(-202),
    /** Closed. */
    CLOSED(-203),
    /** The container's limit leaves no room. */
    BUDGET(-204),
    /** The processor lacks cx16. */
    NOCX16(-205),
    /** Too many pools. */
    TOOMANY(-206),
    /** No such pool. */
    NOHANDLE(-207),
    /** No such block. */
    BADBLOCK(-208),
    /** Another thread's region. */
    NOTOWNER(-209);

    private final int value;

    StoreCode(int value) {
        this.value = value;
    }

    /** {@return the number} */
    public int value() {
        return value;
    }

    /**
     * {@return the code with a number}
     *
     * @param value a negative number that a store answered
     */
    public static StoreCode of(long value) {
        for (StoreCode code : values()) {
            if (code.value == value) {
                return code;
            }
        }
        throw new AssertionError("the store answered " + value + ", which errors.def does not list");
    }
}
