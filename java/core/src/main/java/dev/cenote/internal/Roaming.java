package dev.cenote.internal;

import dev.cenote.binding.NativeCalls;
import org.jspecify.annotations.Nullable;

/**
 * Frees threads that work in the background from the processor of the thread that started them. A new thread inherits the processors that
 * its starter is bound to, and a program that binds its busy threads often opens its pools on one of them.
 * <p>Java has no call for that, the native library has: where it is not loaded, nothing is done.
 */
public final class Roaming {

    private static volatile @Nullable NativeCalls natives;

    private Roaming() {
    }

    /** The native library is loaded. */
    static void enable(NativeCalls loaded) {
        natives = loaded;
    }

    /**
     * Lets the calling thread run wherever the process may; a system that refuses is not asked again.
     *
     * @return false: there is no native library as yet, and nothing was asked
     */
    public static boolean roam() {
        NativeCalls loaded = natives;
        if (loaded != null) {
            loaded.threadRoam();
        }
        return loaded != null;
    }
}
