package dev.cenote;

/**
 * Thrown when a pool has no entry to give: it is at its limit, frozen, or the system gave no memory. The pool stays
 * usable and serves again when entries come back. Never an {@link OutOfMemoryError}.
 */
public final class PoolExhaustedException extends CenoteException {
    private static final long serialVersionUID = 1L;

    /**
     * For pools.
     *
     * @param message what happened, the numbers, and what to do
     */
    public PoolExhaustedException(String message) {
        super(message);
    }
}
