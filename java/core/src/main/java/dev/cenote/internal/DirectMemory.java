package dev.cenote.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Direct buffers of the JDK for one large piece each: what the java backend has for general allocation.
 */
public final class DirectMemory {

    private DirectMemory() {
    }

    /**
     * Allocates zeroed memory; it goes back when the garbage collector finds the buffer unreachable.
     *
     * @param bytes 1 or more
     * @param alignment a power of two
     * @return a buffer in native byte order; null when there is no memory, or no buffer is that large
     */
    public static @Nullable ByteBuffer allocate(long bytes, int alignment) {
        long whole = (bytes + alignment - 1) / alignment * alignment + alignment; /* alignedSlice keeps whole multiples */
        if (whole > Integer.MAX_VALUE) {
            return null;
        }
        try {
            return ByteBuffer.allocateDirect((int) whole).alignedSlice(alignment).slice(0, (int) bytes)
                .order(ByteOrder.nativeOrder());
        } catch (OutOfMemoryError e) {
            return null; /* -XX:MaxDirectMemorySize or the system */
        }
    }

    /**
     * {@return the address of a buffer's first byte; 0 before JDK 22, where it cannot be told}
     *
     * @param buffer a direct buffer at position 0
     */
    public static long address(ByteBuffer buffer) {
        return JavaBufferAddress.of(buffer);
    }
}
