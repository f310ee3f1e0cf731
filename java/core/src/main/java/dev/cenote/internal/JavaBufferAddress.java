package dev.cenote.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Tells the address of a direct buffer by {@code java.lang.foreign}, which came with JDK 22; before, no supported API
 * tells it.
 */
final class JavaBufferAddress {

    private static final int FOREIGN_SINCE = 22;
    private static final @Nullable MethodHandle ADDRESS = find(); /* (ByteBuffer)long */

    private JavaBufferAddress() {
    }

    private static @Nullable MethodHandle find() {
        if (Runtime.version().feature() < FOREIGN_SINCE) {
            return null;
        }
        try {
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
            MethodHandle ofBuffer = lookup.findStatic(segment, "ofBuffer", MethodType.methodType(segment, Buffer.class));
            MethodHandle address = lookup.findVirtual(segment, "address", MethodType.methodType(long.class));
            return MethodHandles.filterReturnValue(ofBuffer, address)
                .asType(MethodType.methodType(long.class, ByteBuffer.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    static boolean isKnown() {
        return ADDRESS != null;
    }

    /** The address of a direct buffer's first byte; position is 0. Or 0 when {@link #isKnown} is false. */
    static long of(ByteBuffer buffer) {
        if (ADDRESS == null) {
            return 0;
        }
        try {
            return (long) ADDRESS.invokeExact(buffer);
        } catch (Throwable e) {
            throw new AssertionError("MemorySegment.ofBuffer throws nothing for a direct buffer", e);
        }
    }
}
