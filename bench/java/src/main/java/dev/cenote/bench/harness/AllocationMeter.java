package dev.cenote.bench.harness;

import com.sun.management.ThreadMXBean;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.management.ManagementFactory;

/**
 * Heap bytes that the calling thread has allocated. The JVM does not count for a virtual thread: there it is what all platform
 * threads have allocated, the carriers among them.
 */
final class AllocationMeter {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int TOTAL_SINCE = 21;
    private static final MethodHandle TOTAL = total();

    private AllocationMeter() {
    }

    private static MethodHandle total() {
        if (Runtime.version().feature() < TOTAL_SINCE) {
            return MethodHandles.empty(MethodType.methodType(long.class));   // nor are there virtual threads
        }
        try {
            return MethodHandles.publicLookup().findVirtual(ThreadMXBean.class, "getTotalThreadAllocatedBytes",
                    MethodType.methodType(long.class)).bindTo(THREADS);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    static long bytes() {
        long own = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
        try {
            return own >= 0 ? own : (long) TOTAL.invokeExact();
        } catch (Throwable e) {   // what a method handle may throw
            throw new IllegalStateException("the JVM does not tell what was allocated", e);
        }
    }
}
