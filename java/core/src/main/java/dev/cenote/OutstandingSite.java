package dev.cenote;

import java.time.Duration;
import java.util.List;

/**
 * Where entries were taken that have not come back: one line of code, and how many it holds.
 *
 * @param entries how many
 * @param oldest how long the oldest of them has been out; zero where there is no stack
 * @param thread the name of the thread that took the oldest; empty where there is no stack
 * @param stack from the caller of the pool outwards; empty for those that were taken without a record of the stack
 */
public record OutstandingSite(long entries, Duration oldest, String thread, List<StackTraceElement> stack) {

    /** Copies the stack. */
    public OutstandingSite {
        stack = List.copyOf(stack);
    }

    /** {@return the count, the thread, and the stack a line each, as a log wants it} */
    @Override
    public String toString() {
        if (stack.isEmpty()) {
            return entries + " taken without a record of the stack";
        }
        StringBuilder text = new StringBuilder().append(entries).append(" taken by thread \"").append(thread)
            .append("\", the oldest ").append(oldest.toMillis()).append(" ms ago");
        for (StackTraceElement frame : stack) {
            text.append(System.lineSeparator()).append("    at ").append(frame);
        }
        return text.toString();
    }
}
