package dev.cenote.internal;

/**
 * The native core gave no memory for the library's own bookkeeping; the pool turns it into its own exception.
 */
public final class OutOfNativeMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutOfNativeMemoryException(long bytes, StoreCode code) {
        super(bytes + " bytes of native memory for bookkeeping were refused: " + code);
    }
}
