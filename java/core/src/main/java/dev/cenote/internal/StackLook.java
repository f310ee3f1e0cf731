package dev.cenote.internal;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The far half of an asymmetric fence: whether threads are at work in certain classes at this moment.
 * <p>A thread that works without a fence reads a flag and then does something, in methods of these classes. Who has set the flag
 * looks at that thread's stack, which stops it for a moment. If it is in none of them, it has finished what it did before, whose
 * effects are visible after the look, and will read the flag anew. If it is in one, it is to be left alone, or looked at again later.
 * The idea is that of membarrier(2).
 * <p>Any thread may look. A handshake with one thread (JDK 17: a safepoint), a safepoint for several; each look allocates stacks.
 * Virtual threads are not seen: they need a lock.
 */
public final class StackLook {

    private final Set<String> names;

    private StackLook(Set<String> names) {
        this.names = names;
    }

    /**
     * {@return looks at work in these classes, not in those that they call}
     *
     * @param classes every read of the flag stands in a method of one of them
     */
    public static StackLook into(Class<?>... classes) {
        return new StackLook(Arrays.stream(classes).map(Class::getName).collect(Collectors.toUnmodifiableSet()));
    }

    /**
     * {@return true when a thread is inside} One that has died is not, and all it did is visible.
     *
     * @param thread not the caller
     */
    public boolean finds(Thread thread) {
        return isInside(thread.getStackTrace());
    }

    /** {@return true when any thread but the caller is inside} */
    public boolean findsAnybody() {
        Thread self = Thread.currentThread();
        for (Map.Entry<Thread, StackTraceElement[]> each : Thread.getAllStackTraces().entrySet()) {
            if (each.getKey() != self && isInside(each.getValue())) {
                return true;
            }
        }
        return false;
    }

    /**
     * {@return those that are inside, and perhaps others that were not asked about} One look at all of them.
     *
     * @param threads not the caller
     */
    public Set<Thread> among(Collection<Thread> threads) {
        Set<Thread> inside = Collections.newSetFromMap(new IdentityHashMap<>());
        if (threads.size() == 1) {
            threads.stream().filter(this::finds).forEach(inside::add);
        } else if (!threads.isEmpty()) {
            Thread.getAllStackTraces().forEach((thread, stack) -> {
                if (isInside(stack)) {
                    inside.add(thread);
                }
            });
        }
        return inside;
    }

    private boolean isInside(StackTraceElement[] stack) {
        for (StackTraceElement frame : stack) {
            if (names.contains(frame.getClassName())) {
                return true;
            }
        }
        return false;
    }
}
