package dev.cenote;

/**
 * Thrown when a piece does not fit under an arena's {@link MemoryArenaBuilder#limitBytes} and there is no parent to fall
 * back to. The arena stays as it was; smaller pieces may still fit, and a reset makes room.
 */
public final class ArenaLimitException extends CenoteException {
    private static final long serialVersionUID = 1L;

    ArenaLimitException(String message) {
        super(message);
    }
}
