package dev.cenote;

import dev.cenote.binding.NativeLoader;
import dev.cenote.binding.NativeMemory;
import java.nio.ByteBuffer;

/**
 * Reads and writes what an address points at, on every JDK on which tests have addresses.
 */
final class TestMemory {

    private TestMemory() {
    }

    private static ByteBuffer view(long address) {
        try {
            return NativeLoader.load().view(address, 1);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static void put(long address, byte value) {
        if (NativeMemory.DIRECT) {
            NativeMemory.putByte(address, value);
        } else {
            view(address).put(0, value);
        }
    }

    static byte get(long address) {
        return NativeMemory.DIRECT ? NativeMemory.getByte(address) : view(address).get(0);
    }

    /** Marks the first and the last byte. */
    static void mark(long address, long bytes, byte value) {
        put(address, value);
        put(address + bytes - 1, value);
    }

    static boolean isMarked(long address, long bytes, byte value) {
        return get(address) == value && get(address + bytes - 1) == value;
    }
}
