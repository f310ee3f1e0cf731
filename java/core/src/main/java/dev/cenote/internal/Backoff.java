package dev.cenote.internal;

/**
 * Waiting for another thread that needs a moment: first on the processor, then beside it, since that thread may be off its
 * own (more threads than processors, a container's quota), and would not come on while others spin.
 */
public final class Backoff {

    private static final int SPINS = 100;

    private Backoff() {
    }

    /**
     * Waits a little.
     *
     * @param tries how often it was called before for the same wait
     */
    public static void pause(int tries) {
        if (tries < SPINS) {
            Thread.onSpinWait();
        } else {
            Thread.yield();
        }
    }
}
