package dev.cenote;

/**
 * Thrown when an entry is given back that is not out: it was put already. The pool is unchanged.
 */
public final class DoublePutException extends CenoteException {
    private static final long serialVersionUID = 1L;

    /**
     * For pools.
     *
     * @param message what happened, the numbers, and what to do
     */
    public DoublePutException(String message) {
        super(message);
    }
}
