package dev.cenote;

import org.jspecify.annotations.Nullable;

/**
 * The root of the library's exceptions. Unchecked; the text says what happened, the numbers, and what to do.
 */
public class CenoteException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CenoteException(String message) {
        super(message);
    }

    CenoteException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
