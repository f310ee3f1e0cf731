package dev.cenote.flow;

import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/** Bytes allocated on the Java heap by all threads, as far as this JVM tells; never falls. One thread at a time. */
abstract class HeapAllocation {

    private static final System.Logger LOG = System.getLogger(HeapAllocation.class.getName());

    static final HeapAllocation UNKNOWN = new HeapAllocation() {
        @Override
        long bytes() {
            return GcReading.UNKNOWN;
        }
    };

    abstract long bytes();

    static HeapAllocation open() {
        String missing;
        try {
            if (ManagementFactory.getThreadMXBean() instanceof com.sun.management.ThreadMXBean bean
                    && bean.isThreadAllocatedMemorySupported() && bean.isThreadAllocatedMemoryEnabled()) {
                MethodHandle total = total();
                return total != null ? new Total(bean, total) : new Sum(bean);
            }
            missing = "its thread bean counts no allocation";
        } catch (LinkageError | RuntimeException e) {
            missing = e.toString();
        }
        LOG.log(Level.WARNING, "this JVM does not tell how much it allocates ({0}): the flow scheduler goes on without", missing);
        return UNKNOWN;
    }

    /** {@code getTotalThreadAllocatedBytes} came with JDK 21. */
    private static @Nullable MethodHandle total() {
        try {
            return MethodHandles.publicLookup().findVirtual(com.sun.management.ThreadMXBean.class, "getTotalThreadAllocatedBytes",
                MethodType.methodType(long.class));
        } catch (NoSuchMethodException | IllegalAccessException e) {
            return null;
        }
    }

    /** The JVM's own total, dead threads included. */
    private static final class Total extends HeapAllocation {
        private final com.sun.management.ThreadMXBean bean;
        private final MethodHandle total;

        Total(com.sun.management.ThreadMXBean bean, MethodHandle total) {
            this.bean = bean;
            this.total = total;
        }

        @Override
        long bytes() {
            try {
                return (long) total.invoke(bean);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException("getTotalThreadAllocatedBytes throws no checked exception", e);
            }
        }
    }

    /**
     * The sum over live threads: what dead ones allocated is lost, so a fall counts as nothing. Costs an array and a look at
     * every thread, so it is taken at every fourth call.
     */
    private static final class Sum extends HeapAllocation {
        private static final int CALLS = 4;

        private final com.sun.management.ThreadMXBean bean;
        private int calls;
        private long seen;
        private long total;

        Sum(com.sun.management.ThreadMXBean bean) {
            this.bean = bean;
        }

        @Override
        long bytes() {
            if (calls++ % CALLS == 0) {
                long sum = 0;
                for (long bytes : bean.getThreadAllocatedBytes(bean.getAllThreadIds())) {
                    sum += Math.max(0, bytes);
                }
                total += Math.max(0, sum - seen);
                seen = sum;
            }
            return total;
        }
    }
}
