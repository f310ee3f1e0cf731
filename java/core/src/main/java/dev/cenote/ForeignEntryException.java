package dev.cenote;

/**
 * Thrown when an entry or an address is given to a pool that it does not belong to. The pool is unchanged.
 */
public final class ForeignEntryException extends CenoteException {
    private static final long serialVersionUID = 1L;

    /**
     * For pools.
     *
     * @param message what happened, the numbers, and what to do
     */
    public ForeignEntryException(String message) {
        super(message);
    }
}
