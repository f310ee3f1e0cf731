package dev.cenote;

import org.jspecify.annotations.Nullable;

/**
 * The stack that opened, reset or closed an arena: kept for each arena on the level PARANOID, for one in
 * {@value #SAMPLED_ONE_IN} on SAMPLED. Never thrown by itself; it is the cause of what is thrown or logged.
 */
final class ArenaSite extends Throwable {
    private static final long serialVersionUID = 1L;

    private static final int SAMPLED_ONE_IN = 128;
    private static final int FRAMES_MAX = 6;
    private static int opened; /* plain: a lost update samples a little more or less often */

    private ArenaSite(String message) {
        super(message);
    }

    /** The stack that opens an arena now, if it is this one's turn. */
    static @Nullable ArenaSite ofOpening(ArenaSettings settings) {
        return switch (settings.checks()) {
            case OFF, BASIC -> null;
            case SAMPLED -> opened++ % SAMPLED_ONE_IN == 0 ? here("opened", settings) : null;
            case PARANOID -> here("opened", settings);
        };
    }

    static ArenaSite here(String what, ArenaSettings settings) {
        return new ArenaSite("arena \"" + settings.name() + "\" was " + what + " here, by thread \""
            + Thread.currentThread().getName() + "\"");
    }

    /** The first frames outside of arenas themselves, in one line. */
    String line() {
        StringBuilder line = new StringBuilder();
        int frames = 0;
        for (StackTraceElement frame : getStackTrace()) {
            boolean isOurs = frames == 0 && (frame.getClassName().startsWith("dev.cenote.MemoryArena")
                || frame.getClassName().startsWith("dev.cenote.Arena") || frame.getClassName().endsWith("Region"));
            if (!isOurs && frames < FRAMES_MAX) {
                line.append(frames == 0 ? "" : " < ").append(frame);
                frames++;
            }
        }
        return line.toString();
    }
}
