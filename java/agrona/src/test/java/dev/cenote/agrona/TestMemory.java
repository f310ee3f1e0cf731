package dev.cenote.agrona;

import dev.cenote.ArenaKind;
import dev.cenote.Backend;
import dev.cenote.BlockPool;
import dev.cenote.BlockPoolBuilder;
import dev.cenote.MemoryArena;
import dev.cenote.MemoryArenaBuilder;
import dev.cenote.SizedPool;
import dev.cenote.SizedPoolBuilder;
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

    static boolean hasAddresses() {
        return BACKEND != Backend.JAVA || Runtime.version().feature() >= 22;
    }

    static SizedPoolBuilder sized() {
        return SizedPool.builder().backend(BACKEND).name("agrona-sizes").maximumBytes(64 << 20);
    }

    static MemoryArenaBuilder arena(ArenaKind kind) {
        return MemoryArena.builder().backend(BACKEND).name("agrona-arena").kind(kind);
    }

    static BlockPoolBuilder builder() {
        return BlockPool.builder().backend(BACKEND).name("agrona-test").blockBytes(4096).maximumBytes(4 << 20);
    }
}
