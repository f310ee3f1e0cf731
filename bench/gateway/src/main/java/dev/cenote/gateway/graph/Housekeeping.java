package dev.cenote.gateway.graph;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The rest of the program, which no pool of contexts can help: a thread that writes statistics as text, line by line, as scrapes,
 * access logs and health checks do. It allocates at an even rate, so that collections come while requests do not.
 */
final class Housekeeping {
    private static final int ROUTES = 40;
    private static final long TICK_MILLIS = 10;

    private final long bytesPerSecond;
    private final Thread thread;
    private volatile boolean stopping;
    /** The page of the last tick: the one that lives a little. */
    private volatile List<String> page = List.of();

    /** @param bytesPerSecond 0: it does nothing */
    Housekeeping(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
        this.thread = new Thread(this::run, "housekeeping");
        if (bytesPerSecond > 0) {
            thread.start();
        }
    }

    private void run() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long beganNanos = System.nanoTime();
        long beganBytes = threads.getCurrentThreadAllocatedBytes();
        try {
            while (!stopping) {
                double due = (System.nanoTime() - beganNanos) / 1e9 * bytesPerSecond;
                while (!stopping && threads.getCurrentThreadAllocatedBytes() - beganBytes < due) {
                    page = newPage();
                }
                Thread.sleep(TICK_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<String> newPage() {
        List<String> lines = new ArrayList<>();
        for (int route = 0; route < ROUTES; route++) {
            lines.add("gateway_requests_total{route=\"/messages/" + route + "\",code=\"200\"} " + System.nanoTime());
        }
        return lines;
    }

    /** Lines of the last page. */
    int lines() {
        return page.size();
    }

    void stop() {
        stopping = true;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
