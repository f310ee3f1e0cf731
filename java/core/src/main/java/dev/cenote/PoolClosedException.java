package dev.cenote;

/**
 * Thrown when a closed pool is asked for an entry, or is given one that it does not expect any more.
 */
public final class PoolClosedException extends CenoteException {
    private static final long serialVersionUID = 1L;

    /**
     * For pools.
     *
     * @param message what happened, the numbers, and what to do
     */
    public PoolClosedException(String message) {
        super(message);
    }
}
