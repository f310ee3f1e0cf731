package dev.cenote.bench.harness;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The JMH executor that gives every peer Netty's {@code FastThreadLocalThread}s, so that Netty runs at its best. */
public final class FastThreads extends ThreadPoolExecutor {

    /** Called by JMH, by reflection. */
    public FastThreads(int threads, String prefix) {
        super(threads, threads, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory(prefix));
    }

    static DefaultThreadFactory factory(String prefix) {
        return new DefaultThreadFactory(prefix, true);
    }
}
