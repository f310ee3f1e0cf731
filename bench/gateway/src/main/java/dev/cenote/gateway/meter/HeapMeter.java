package dev.cenote.gateway.meter;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;

/**
 * What this JVM's threads have allocated on the Java heap. Threads that ended since the last reading count with what they had then: Netty
 * has some that live for a second, and a sum over live threads would fall when they end. (A JDK before 21 has no total.)
 */
public final class HeapMeter {
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Map<Long, Long> seen = new HashMap<>();

    /** {@return bytes since the JVM's start, never fewer than the reading before} */
    public synchronized long bytes() {
        long[] ids = threads.getAllThreadIds();
        long[] bytes = threads.getThreadAllocatedBytes(ids);
        for (int i = 0; i < ids.length; i++) {
            seen.merge(ids[i], Math.max(0, bytes[i]), Math::max);
        }
        return seen.values().stream().mapToLong(Long::longValue).sum();
    }
}
