package dev.cenote.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Netty's leak detector at PARANOID over every test class: a report fails the class in which it appeared. Found by the test
 * engine as a service, so that no class can forget it; {@link LeakTest} shows that a leak is reported.
 */
public final class LeakWatch implements BeforeAllCallback, AfterAllCallback {

    private static final List<String> REPORTS = new CopyOnWriteArrayList<>();

    /** Netty's own test classes leave many buffers to the collector. */
    private static final boolean WATCHES = !Boolean.getBoolean("cenote.test.published");

    static {
        if (WATCHES) {
            watch();
        }
    }

    private static void watch() {
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new Factory());
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    }

    private static final class Factory extends ResourceLeakDetectorFactory {
        @Override
        @SuppressWarnings("deprecation")
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int samplingInterval, long maxActive) {
            return new Detector<>(resource, samplingInterval);
        }
    }

    private static final class Detector<T> extends ResourceLeakDetector<T> {
        @SuppressWarnings("deprecation")
        Detector(Class<T> resource, int samplingInterval) {
            super(resource, samplingInterval);
        }

        @Override
        protected boolean needReport() {
            return true;
        }

        @Override
        protected void reportTracedLeak(String resourceType, String records) {
            REPORTS.add(resourceType + records);
        }

        @Override
        protected void reportUntracedLeak(String resourceType) {
            REPORTS.add(resourceType);
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        if (WATCHES) {
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        List<String> reports = WATCHES ? collect() : List.of();
        if (!reports.isEmpty()) {
            throw new AssertionError(reports.size() + " buffers were never released, or some class before this one leaked:\n"
                + String.join("\n---\n", reports));
        }
    }

    /** What leaked so far; the next call tells of later leaks only. */
    static List<String> collect() throws InterruptedException {
        for (int i = 0; i < 2; i++) {
            System.gc();
            Thread.sleep(5); /* the collector hands over references in a thread of its own */
            ByteBuf poke = UnpooledByteBufAllocator.DEFAULT.directBuffer(1); /* a detector reports when it tracks something */
            poke.release();
        }
        List<String> reports = new ArrayList<>(REPORTS);
        REPORTS.clear();
        return reports;
    }
}
