package dev.cenote.flow;

import dev.cenote.internal.StackLook;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Goes into threads' parts of T0 from outside.
 * <p>A part whose owner is cautious needs its lock only. Of others the owner works without lock or fence: after the CAUTIOUS
 * bit is set, it is {@linkplain StackLook looked at}, and left alone if it is inside {@link LocalGeneration}'s methods.
 */
final class Raid {

    private static final StackLook LOOK = StackLook.into(LocalGeneration.class);

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
            Set<Thread> atWork = LOOK.among(free.stream().map(part -> part.owner).filter(Objects::nonNull).toList());
            for (LocalGeneration<T> part : free) {
                if (part.owner != null && atWork.contains(part.owner)) {
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
}
