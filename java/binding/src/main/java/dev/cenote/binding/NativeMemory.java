package dev.cenote.binding;

import org.jspecify.annotations.Nullable;

/**
 * Reads and writes native memory by its address, where the JVM offers that without {@code sun.misc.Unsafe}: from JDK 22
 * on, by a memory segment over everything. This is the class for JDK 17 to 21, where {@link #DIRECT} is false; the jar has
 * another one for later JDKs.
 * <p>Nothing is checked: an address outside of mapped memory crashes the JVM. Callers check before. Addresses need no
 * alignment; the byte order is the machine's. Any thread; accesses are plain.
 */
public final class NativeMemory {

    /**
     * True when the methods work: on JDK 22 and later, with native access granted to this module (or, on the class path,
     * to all). Where the grant is missing and the JVM only warns, it is true from the first load of the native library
     * on, which has drawn the one warning; this class draws none. Decided once, when the class is initialised.
     */
    public static final boolean DIRECT = isDirect();

    private NativeMemory() {
    }

    /** No constant to javac, or the classes compiled against this one would hold it. */
    private static boolean isDirect() {
        return false;
    }

    private static UnsupportedOperationException unsupported() {
        return new UnsupportedOperationException("memory can be read by address from JDK 22 on; this is "
            + Runtime.version().feature() + ". Ask NativeMemory.DIRECT first.");
    }

    /**
     * {@return the byte at an address}
     *
     * @param address where
     */
    public static byte getByte(long address) {
        throw unsupported();
    }

    /**
     * Sets the byte at an address.
     *
     * @param address where
     * @param value   the byte
     */
    public static void putByte(long address, byte value) {
        throw unsupported();
    }

    /**
     * {@return the short at an address}
     *
     * @param address where
     */
    public static short getShort(long address) {
        throw unsupported();
    }

    /**
     * Sets the short at an address.
     *
     * @param address where
     * @param value   the short
     */
    public static void putShort(long address, short value) {
        throw unsupported();
    }

    /**
     * {@return the int at an address}
     *
     * @param address where
     */
    public static int getInt(long address) {
        throw unsupported();
    }

    /**
     * Sets the int at an address.
     *
     * @param address where
     * @param value   the int
     */
    public static void putInt(long address, int value) {
        throw unsupported();
    }

    /**
     * {@return the long at an address}
     *
     * @param address where
     */
    public static long getLong(long address) {
        throw unsupported();
    }

    /**
     * Sets the long at an address.
     *
     * @param address where
     * @param value   the long
     */
    public static void putLong(long address, long value) {
        throw unsupported();
    }

    /**
     * Copies bytes; the two places may overlap. O(bytes).
     *
     * @param from  the first byte to read
     * @param to    the first byte to write
     * @param bytes how many, 0 or more
     */
    public static void copy(long from, long to, long bytes) {
        throw unsupported();
    }

    /**
     * Copies bytes of an array into memory. O(bytes).
     *
     * @param from  the array
     * @param index its first byte to read
     * @param to    the first byte to write
     * @param bytes how many, 0 or more
     * @throws IndexOutOfBoundsException if the array has no such bytes
     */
    public static void copy(byte[] from, int index, long to, int bytes) {
        throw unsupported();
    }

    /**
     * Copies bytes of memory into an array. O(bytes).
     *
     * @param from  the first byte to read
     * @param to    the array
     * @param index its first byte to write
     * @param bytes how many, 0 or more
     * @throws IndexOutOfBoundsException if the array has no such bytes
     */
    public static void copy(long from, byte[] to, int index, int bytes) {
        throw unsupported();
    }

    /**
     * Sets bytes to one value. O(bytes).
     *
     * @param address the first byte
     * @param bytes   how many, 0 or more
     * @param value   what each becomes
     */
    public static void set(long address, long bytes, byte value) {
        throw unsupported();
    }

    /**
     * Makes a memory segment over native memory that lives as long as an arena; the caller keeps the memory alive for that
     * time. Objects, since this class is also for JDKs that have no such types.
     *
     * @param address where the memory starts
     * @param bytes   how much of it, 0 or more
     * @param arena   a {@code java.lang.foreign.Arena}, open and of this thread
     * @param cleanup what runs when the arena is closed, or null
     * @return a {@code java.lang.foreign.MemorySegment}
     * @throws IllegalStateException if the arena is closed; the cleanup does not run then
     * @throws NativeLoadException   if the JVM denies native access; the text has the flag that grants it
     */
    public static Object segment(long address, long bytes, Object arena, @Nullable Runnable cleanup) {
        throw unsupported();
    }
}
