package dev.cenote.segment;

import dev.cenote.Backend;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.function.Executable;
import org.jspecify.annotations.Nullable;

/** What the tests share: the backend under test, and another thread. */
final class Tests {

    /** The backend this run is about: {@code -Dcenote.test.backend=jni|ffm|java}. */
    static final Backend BACKEND =
        Backend.valueOf(System.getProperty("cenote.test.backend", "java").toUpperCase(Locale.ROOT));

    private Tests() {
    }

    /** Runs it in a thread of its own; gives what it threw, or null. */
    static @Nullable Throwable inThread(Executable body) throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                body.execute();
            } catch (Throwable e) {
                thrown.set(e);
            }
        });
        thread.start();
        thread.join();
        return thrown.get();
    }
}
