package dev.cenote.gateway.experiment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The time that a virtual machine's processors were ready to run and the host ran others, as {@code /proc/stat} tells it (proc(5), "steal").
 * A pause during which that happened is longer, and no pool had part in it.
 *
 * @param stolen  ticks the host took, since the system began
 * @param wanted  ticks in which there was something to run, those included
 */
record StolenTime(long stolen, long wanted) {
    private static final int IDLE = 4; // index in the line, whose first word is its name
    private static final int IO_WAIT = 5;
    private static final int STEAL = 8; // what comes after it, guests' time, is in the user's already

    /** @throws IOException if the system does not tell */
    static StolenTime now() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/stat"))) {
            return parse(lines.findFirst().orElse(""));
        }
    }

    static StolenTime parse(String line) throws IOException {
        String[] words = line.strip().split("\\s+");
        if (!words[0].equals("cpu") || words.length <= STEAL) {
            throw new IOException("/proc/stat begins with no line of ten figures: " + line);
        }
        long wanted = 0;
        for (int i = 1; i <= STEAL; i++) {
            wanted += i == IDLE || i == IO_WAIT ? 0 : Long.parseLong(words[i]);
        }
        return new StolenTime(Long.parseLong(words[STEAL]), wanted);
    }

    /** The share of what was wanted since then that the host took, 0 to 1. */
    double shareSince(StolenTime then) {
        return wanted == then.wanted ? 0 : (double) (stolen - then.stolen) / (wanted - then.wanted);
    }
}
