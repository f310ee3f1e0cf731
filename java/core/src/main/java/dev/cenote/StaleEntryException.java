package dev.cenote;

/**
 * An entry was used after it was put back, through the handle that its last owner had. Only {@link Checks#PARANOID} finds
 * this out; the suppressed exceptions show where the entry was taken and where it was put.
 */
public final class StaleEntryException extends CenoteException {

    private static final long serialVersionUID = 1L;

    /**
     * Says which.
     *
     * @param message what happened, the numbers, what to do
     */
    public StaleEntryException(String message) {
        super(message);
    }
}
