package dev.cenote.gateway.memory;

import dev.cenote.Backend;

/** Cenote's block pool on its native core. */
public final class CenoteJniKind implements MemoryKind {
    @Override
    public String id() {
        return "cenote-jni";
    }

    @Override
    public String about() {
        return "Cenote BlockPool, backend jni: the native core";
    }

    @Override
    public String colour() {
        return "#149a8f";
    }

    @Override
    public MessageMemory open(MemorySettings settings) {
        return new CenoteMemory(Backend.JNI, settings);
    }
}
