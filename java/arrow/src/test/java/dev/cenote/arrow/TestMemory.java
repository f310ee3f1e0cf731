package dev.cenote.arrow;

import dev.cenote.Backend;
import dev.cenote.SizedPool;
import dev.cenote.SizedPoolBuilder;
import java.util.Locale;

/**
 * What the tests share: pools on the backend under test.
 */
final class TestMemory {

    /** The backend this run is about: {@code -Dcenote.test.backend}. */
    static final Backend BACKEND =
        Backend.valueOf(System.getProperty("cenote.test.backend", "jni").toUpperCase(Locale.ROOT));

    private TestMemory() {
    }

    static SizedPoolBuilder builder() {
        return SizedPool.builder().backend(BACKEND).name("arrow-test").maximumBytes(256 << 20);
    }
}
