package dev.cenote.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Goes into threads' parts of T0 from outside.
 * <p>A part whose owner is cautious needs its lock only. Of others the owner works without lock or fence: after the CAUTIOUS
 * bit is set, all threads are stopped at a safepoint for a moment. A thread outside {@link LocalGeneration}'s methods then has
 * finished its get or put, whose effects are visible after the safepoint, or will read the bit; one inside is left alone. It
 * is the asymmetric fence of the block pool's closer (see docs/memory-order.md).
 */
final class Raid {

    private static final String INSIDE = LocalGeneration.class.getName();

    private Raid() {
    }

    /**
     * Does something in each part that can be entered now. The parts are locked meanwhile.
     *
     * @return the parts that could not be entered: their owners are at work
     */
    static <T> List<LocalGeneration<T>> into(List<LocalGeneration<T>> parts, Consumer<LocalGeneration<T>> work) {
        List<LocalGeneration<T>> refused = new ArrayList<>();
        List<LocalGeneration<T>> free = new ArrayList<>();
        for (LocalGeneration<T> part : parts) {
            if (!part.tryLock()) {
                refused.add(part);
            } else if (part.isCautious()) {
                visit(part, work);
            } else {
                part.alarm(LocalGeneration.CAUTIOUS);
                free.add(part);
            }
        }
        if (!free.isEmpty()) {
            Map<Thread, StackTraceElement[]> stacks = stacks(free);
            for (LocalGeneration<T> part : free) {
                if (isInside(stacks.get(part.owner))) {
                    part.release();
                    part.unlock();
                    refused.add(part);
                } else {
                    visit(part, work);
                }
            }
        }
        return refused;
    }

    private static <T> void visit(LocalGeneration<T> part, Consumer<LocalGeneration<T>> work) {
        try {
            work.accept(part);
        } finally {
            part.unlock();
        }
    }

    private static <T> Map<Thread, StackTraceElement[]> stacks(List<LocalGeneration<T>> parts) {
        Thread only = parts.get(0).owner;
        return parts.size() == 1 && only != null ? Map.of(only, only.getStackTrace()) : Thread.getAllStackTraces();
    }

    private static boolean isInside(StackTraceElement[] stack) {
        if (stack != null) {
            for (StackTraceElement element : stack) {
                if (element.getClassName().equals(INSIDE)) {
                    return true;
                }
            }
        }
        return false; /* no stack: the thread is dead, and all it did is visible */
    }
}
