package dev.cenote.bench.peer;

import org.lwjgl.system.jemalloc.JEmalloc;

/** jemalloc as LWJGL binds it: malloc and free through JNI, jemalloc's own thread caches. */
final class LwjglJemalloc extends AddressPeer {

    LwjglJemalloc(int bytes) {
        super(bytes);
    }

    @Override
    protected long get() {
        return JEmalloc.nje_malloc(bytes());
    }

    @Override
    protected void put(long address) {
        JEmalloc.nje_free(address);
    }
}
