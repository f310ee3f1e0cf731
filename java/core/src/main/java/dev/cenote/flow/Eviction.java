package dev.cenote.flow;

/**
 * Why a pool let an entry go.
 */
public enum Eviction {

    /** It outlived its generation's time to live. */
    TIME,

    /** There was no room for it. */
    CAPACITY,

    /** It lay in the last generation and was not asked for during three garbage collections. */
    UNUSED,

    /** {@link GenerationalPool#trim()} was called. */
    TRIM,

    /** The pool was closed. */
    CLOSED,

    /** Its reset hook threw. */
    HOOK
}
