package dev.cenote.agrona;

import dev.cenote.Backend;
import dev.cenote.BlockPool;
import dev.cenote.BlockPoolBuilder;
import java.util.Locale;

/**
 * What the tests share: pools on the backend under test.
 */
final class TestMemory {

    /** The backend this run is about: {@code -Dcenote.test.backend}. */
    static final Backend BACKEND =
        Backend.valueOf(System.getProperty("cenote.test.backend", "java").toUpperCase(Locale.ROOT));

    private TestMemory() {
    }

    static BlockPoolBuilder builder() {
        return BlockPool.builder().backend(BACKEND).name("agrona-test").blockBytes(4096).maximumBytes(4 << 20);
    }
}
