package dev.cenote;

import org.jspecify.annotations.Nullable;

/**
 * Texts of what goes wrong with arenas: what happened, the numbers, what to do.
 */
final class ArenaTexts {

    private ArenaTexts() {
    }

    private static String arena(ArenaSettings settings) {
        return "arena \"" + settings.name() + "\"";
    }

    static IllegalStateException closed(ArenaSettings settings) {
        return new IllegalStateException(arena(settings) + " is closed; its pieces are gone. Open another one, or close it"
            + " later");
    }

    static IllegalStateException closedTwice(ArenaSettings settings) {
        return new IllegalStateException(arena(settings) + " was closed before; close it once, or ask isOpen()");
    }

    static IllegalStateException wrongThread(ArenaSettings settings, Thread owner) {
        return new IllegalStateException(arena(settings) + " is confined to thread \"" + owner.getName() + "\" and was used by"
            + " thread \"" + Thread.currentThread().getName() + "\"; use a shared or per-thread arena");
    }

    static IllegalArgumentException badBytes(ArenaSettings settings, long bytes) {
        return new IllegalArgumentException(arena(settings) + " was asked for a piece of " + bytes + " bytes; pieces have 1 to "
            + ArenaSettings.PIECE_BYTES_MAX);
    }

    static IllegalArgumentException badAlignment(ArenaSettings settings, long alignment) {
        return new IllegalArgumentException(arena(settings) + " was asked for an alignment of " + alignment + "; it must be a"
            + " power of two from 1 to " + ArenaSettings.ALIGNMENT_MAX);
    }

    static IndexOutOfBoundsException outside(ArenaSettings settings, long address, long bytes) {
        return new IndexOutOfBoundsException(bytes + " bytes at 0x" + Long.toHexString(address) + " do not lie in a piece of "
            + arena(settings) + ": they begin outside of its chunks or go past what it has given out, or were given out before"
            + " a reset");
    }

    static ArenaLimitException limit(ArenaSettings settings, long bytes, long used) {
        return new ArenaLimitException(arena(settings) + " has no room for " + bytes + " bytes: " + used + " of "
            + settings.limitBytes() + " are in use. Reset it, raise limitBytes, or give it a parent");
    }

    static String orphan(ArenaSettings settings, Thread owner, long chunks, long bytes, @Nullable ArenaSite site) {
        return arena(settings) + " was left open by thread \"" + owner.getName() + "\", which has ended; its " + chunks
            + " chunks (" + bytes + " bytes) go back now. Close arenas in a finally or try-with-resources."
            + (site != null ? " Opened at " + site.line() : " To see where it was opened, use checks(Checks.PARANOID)");
    }
}
