package dev.cenote.gateway.memory;

import dev.cenote.Backend;

/** Cenote's block pool in pure Java. */
public final class CenoteJavaKind implements MemoryKind {
    @Override
    public String id() {
        return "cenote-java";
    }

    @Override
    public String about() {
        return "Cenote BlockPool, backend java: direct buffers, a 64-bit stamped CAS";
    }

    @Override
    public String colour() {
        return "#7fbf6a";
    }

    @Override
    public MessageMemory open(MemorySettings settings) {
        return new CenoteMemory(Backend.JAVA, settings);
    }
}
