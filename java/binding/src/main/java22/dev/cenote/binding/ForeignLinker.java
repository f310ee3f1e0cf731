package dev.cenote.binding;

import java.lang.foreign.MemorySegment;

/**
 * Makes the calls through {@code java.lang.foreign}: the class for JDK 22 and later; the one for earlier JDKs, in
 * {@code src/main/java}, refuses.
 */
final class ForeignLinker {

    private ForeignLinker() {
    }

    static void checkBefore() {
        /* the package is there; native access is the loader's question */
    }

    @SuppressWarnings("restricted")
    static NativeCalls link() {
        try {
            MemorySegment.NULL.reinterpret(0); // asks for the grant here, where the refusal can be told
        } catch (IllegalCallerException e) {
            throw NativeAccess.denied(ForeignLinker.class.getModule(), e);
        }
        return new FfmCalls();
    }
}
