package dev.cenote.gateway.pool;

import com.sun.management.GarbageCollectionNotificationInfo;
import dev.cenote.gateway.graph.RequestContext;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import javax.management.NotificationEmitter;
import org.jspecify.annotations.Nullable;

/**
 * A pool per thread that each collection empties, as Go's {@code sync.Pool} does it: a collection turns what is idle into victims
 * and drops the victims of the one before. A get looks at the thread's own entries, then steals from other threads, then from the
 * victims.
 * <p>Go empties its pools while the world is stopped; here it happens right after, when the JVM tells of the collection, so
 * entries that are dropped become garbage of the next one.
 */
final class EmptiedPool implements ContextPool {

    /** One thread's entries; a lock of its own, which others take only to steal. */
    private static final class Local {
        private final ArrayDeque<RequestContext> idle = new ArrayDeque<>();
        private final ArrayDeque<RequestContext> victims = new ArrayDeque<>();

        synchronized @Nullable RequestContext takeIdle(boolean own) {
            return own ? idle.pollLast() : idle.pollFirst();
        }

        synchronized @Nullable RequestContext takeVictim() {
            return victims.pollLast();
        }

        synchronized void give(RequestContext context) {
            idle.addLast(context);
        }

        synchronized void collected() {
            victims.clear();
            victims.addAll(idle);
            idle.clear();
        }

        synchronized int size() {
            return idle.size() + victims.size();
        }
    }

    private final List<Local> all = new CopyOnWriteArrayList<>();
    private final ThreadLocal<Local> own = ThreadLocal.withInitial(this::newLocal);
    private final LongAdder gets = new LongAdder();
    private final LongAdder misses = new LongAdder();

    EmptiedPool() {
        for (GarbageCollectorMXBean bean : ManagementFactory.getGarbageCollectorMXBeans()) {
            ((NotificationEmitter) bean).addNotificationListener((notification, handback) -> {
                if (notification.getType().equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)
                        && !bean.getName().equals("G1 Concurrent GC") && !bean.getName().endsWith("Pauses")) {
                    all.forEach(Local::collected);
                }
            }, null, null);
        }
    }

    private Local newLocal() {
        Local local = new Local();
        all.add(local);
        return local;
    }

    @Override
    public RequestContext get() {
        gets.increment();
        Local mine = own.get();
        RequestContext context = mine.takeIdle(true);
        if (context == null) {
            context = steal(mine);
        }
        if (context == null) {
            misses.increment();
            context = new RequestContext();
        }
        return context;
    }

    private @Nullable RequestContext steal(Local mine) {
        for (Local other : all) {
            RequestContext context = other == mine ? null : other.takeIdle(false);
            if (context != null) {
                return context;
            }
        }
        RequestContext context = mine.takeVictim();
        for (Local other : all) {
            if (context != null) {
                break;
            }
            context = other.takeVictim();
        }
        return context;
    }

    @Override
    public void put(RequestContext context) {
        context.reset();
        own.get().give(context);
    }

    @Override
    public PoolStatus status() {
        return PoolStatus.of(gets.sum(), misses.sum(), all.stream().mapToLong(Local::size).sum());
    }
}
