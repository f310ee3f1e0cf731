package dev.cenote;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the backend that was asked for cannot run here: no native library for this platform, a processor without
 * the 16-byte compare-and-swap, native access denied, the ffm backend on a JDK before 22. The text names the cause and
 * what to do.
 */
public final class BackendUnavailableException extends CenoteException {
    private static final long serialVersionUID = 1L;

    BackendUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
