package dev.cenote.binding;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes native memory by its address: the class for JDK 22 and later; the one for earlier JDKs, in
 * {@code src/main/java}, has the documentation and the same members.
 * <p>One segment, a constant, spans all addresses: the compiler folds its bounds and its scope, and what is left of an
 * access is a comparison with a constant and the move.
 */
public final class NativeMemory {

    /** Everything, or an empty segment without the grant: then asking for more would draw a warning or a refusal. */
    private static final MemorySegment ALL = everything();
    public static final boolean DIRECT = ALL.byteSize() != 0;

    private NativeMemory() {
    }

    @SuppressWarnings("restricted") // the module's native access is asked before
    private static MemorySegment everything() {
        return NativeMemory.class.getModule().isNativeAccessEnabled()
            ? MemorySegment.NULL.reinterpret(Long.MAX_VALUE) : MemorySegment.NULL;
    }

    /** Folded away where memory is direct; without it, a plain text instead of an index out of bounds. */
    private static void check() {
        if (!DIRECT) {
            throw new UnsupportedOperationException("memory can't be read by address: native access was not granted when"
                + " this class was initialised. " + NativeAccess.flag(NativeMemory.class.getModule()) + " grants it. Ask"
                + " NativeMemory.DIRECT first.");
        }
    }

    public static byte getByte(long address) {
        check();
        return ALL.get(ValueLayout.JAVA_BYTE, address);
    }

    public static void putByte(long address, byte value) {
        check();
        ALL.set(ValueLayout.JAVA_BYTE, address, value);
    }

    public static short getShort(long address) {
        check();
        return ALL.get(ValueLayout.JAVA_SHORT_UNALIGNED, address);
    }

    public static void putShort(long address, short value) {
        check();
        ALL.set(ValueLayout.JAVA_SHORT_UNALIGNED, address, value);
    }

    public static int getInt(long address) {
        check();
        return ALL.get(ValueLayout.JAVA_INT_UNALIGNED, address);
    }

    public static void putInt(long address, int value) {
        check();
        ALL.set(ValueLayout.JAVA_INT_UNALIGNED, address, value);
    }

    public static long getLong(long address) {
        check();
        return ALL.get(ValueLayout.JAVA_LONG_UNALIGNED, address);
    }

    public static void putLong(long address, long value) {
        check();
        ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, address, value);
    }

    public static void copy(long from, long to, long bytes) {
        check();
        MemorySegment.copy(ALL, from, ALL, to, bytes);
    }

    public static void copy(byte[] from, int index, long to, int bytes) {
        check();
        MemorySegment.copy(from, index, ALL, ValueLayout.JAVA_BYTE, to, bytes);
    }

    public static void copy(long from, byte[] to, int index, int bytes) {
        check();
        MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, from, to, index, bytes);
    }

    public static void set(long address, long bytes, byte value) {
        check();
        ALL.asSlice(address, bytes).fill(value);
    }

    @SuppressWarnings("restricted") // where the grant is missing and the JVM warns, this draws the one documented warning
    public static Object segment(long address, long bytes, Object arena, @Nullable Runnable cleanup) {
        try {
            return MemorySegment.ofAddress(address)
                .reinterpret(bytes, (Arena) arena, cleanup == null ? null : closed -> cleanup.run());
        } catch (IllegalCallerException e) {
            throw NativeAccess.denied(NativeMemory.class.getModule(), e);
        }
    }
}
