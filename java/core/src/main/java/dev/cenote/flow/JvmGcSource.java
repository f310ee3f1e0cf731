package dev.cenote.flow;

import com.sun.management.GarbageCollectionNotificationInfo;
import java.lang.System.Logger.Level;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.ListenerNotFoundException;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;

/** Collections and allocation of the running JVM, from its management beans; what is missing is said once and left out. */
final class JvmGcSource implements GcSource {

    private static final System.Logger LOG = System.getLogger(JvmGcSource.class.getName());

    private final List<NotificationEmitter> heard = new ArrayList<>();
    private final AtomicLong cycles = new AtomicLong();
    private final AtomicLong pauseMillis = new AtomicLong();
    private volatile String cause = "";
    private final NotificationListener listener = this::onNotification;
    private HeapAllocation allocation = HeapAllocation.UNKNOWN;

    @Override
    public void open() {
        String missing = "";
        try {
            /* without jdk.management the beans take listeners, and tell them nothing */
            Objects.requireNonNull(GarbageCollectionNotificationInfo.class);
            for (GarbageCollectorMXBean bean : ManagementFactory.getGarbageCollectorMXBeans()) {
                if (bean instanceof NotificationEmitter emitter) {
                    emitter.addNotificationListener(listener, null, null);
                    heard.add(emitter);
                }
            }
            if (heard.isEmpty()) {
                missing = "its collectors notify nobody";
            }
        } catch (LinkageError | RuntimeException e) {
            missing = e.toString();
        }
        if (!missing.isEmpty()) {
            LOG.log(Level.WARNING, "this JVM tells nothing about its garbage collections ({0}): entries age by time instead, a"
                + " cycle every {1} s; add the module jdk.management to the runtime", missing, FlowScheduler.CYCLE_SECONDS_DEGRADED);
        }
        allocation = HeapAllocation.open();
    }

    @Override
    public GcReading read() {
        boolean known = !heard.isEmpty();
        return new GcReading(known ? cycles.get() : GcReading.UNKNOWN,
            known ? pauseMillis.get() * 1_000_000 : GcReading.UNKNOWN, allocation.bytes(), cause);
    }

    @Override
    public void close() {
        for (NotificationEmitter emitter : heard) {
            try {
                emitter.removeNotificationListener(listener);
            } catch (ListenerNotFoundException e) {
                LOG.log(Level.DEBUG, "a collector's bean had forgotten us", e);
            }
        }
        heard.clear();
    }

    /** Called by the JVM's notification thread. */
    private void onNotification(Notification notification, Object handback) {
        if (notification.getType().equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)) {
            GarbageCollectionNotificationInfo info = GarbageCollectionNotificationInfo.from((CompositeData) notification.getUserData());
            count(info.getGcName(), info.getGcCause(), info.getGcInfo().getDuration());
        }
    }

    /**
     * Sorts a collection by its bean. Concurrent collectors have two beans, one for whole cycles, whose duration is no pause,
     * and one for pauses, of which a cycle has several; G1's bean for concurrent marking collects nothing by itself.
     */
    void count(String bean, String because, long millis) {
        boolean pausesOnly = bean.endsWith("Pauses") || bean.equals("G1 Concurrent GC");
        boolean cyclesOnly = bean.endsWith("Cycles");
        if (!pausesOnly) {
            cause = because;
            cycles.incrementAndGet();
        }
        if (!cyclesOnly) {
            pauseMillis.addAndGet(millis);
        }
    }
}
