package dev.cenote.gateway.run;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells on standard error what is going on: one line that renews itself on a terminal, else a line per step. */
public final class Progress {
    private final PrintStream out;
    private final boolean terminal;

    public Progress(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    public static Progress ofStandardError() {
        return new Progress(System.err, isTerminal());
    }

    private static boolean isTerminal() {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    /** A new step: shown either way. */
    public void step(String text) {
        if (terminal) {
            update(text);
        } else {
            out.println(text);
        }
    }

    /** News within a step: shown on a terminal only. */
    public void update(String text) {
        if (terminal) {
            out.print("\r\u001b[K" + text);
            out.flush();
        }
    }

    /** A line that stays. */
    public void line(String text) {
        if (terminal) {
            out.print("\r\u001b[K");
        }
        out.println(text);
    }
}
