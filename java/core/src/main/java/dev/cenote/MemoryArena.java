package dev.cenote;

import com.google.errorprone.annotations.MustBeClosed;
import dev.cenote.binding.NativeMemory;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A region of off-heap memory: many pieces are allocated one after the other and freed all at once.
 * <p>Allocation moves a cursor through chunks of {@value MemoryArenaBuilder#CHUNK_BYTES_DEFAULT} bytes that come from pools
 * which all arenas share; it is Java alone, without call, lock or garbage, until a chunk is full. Pieces are never freed
 * one by one: {@link #reset()} frees all and keeps chunks for the next round, {@link #close()} gives the chunks back, O(1)
 * each. Contents of a new piece are undefined, unless {@link #allocateZeroed} or {@link MemoryArenaBuilder#zeroed} asks for
 * zeros. What the kinds allow, and what they cost, is told by {@link ArenaKind} and {@code docs/arenas.md}.
 * <p><b>Addresses.</b> A piece is known by its address, a {@code long}. It is real memory's address on the native backends,
 * and on every backend from JDK 22 on; on the {@link Backend#JAVA} backend before that it is a token, good for this class's
 * methods only, with which one may calculate all the same (the bytes of a piece have consecutive addresses).
 * <p><b>Accesses</b> by {@code getX} and {@code putX} take any address inside what the arena has given out since the last
 * reset, aligned or not, in native byte order; others are an {@link IndexOutOfBoundsException}. They know chunks, not pieces:
 * an access past one piece into the next is not found. In an arena that several threads use, an access and a close are
 * ordered: one that began before keeps the memory where it is until it has ended; one that comes later throws.
 * <p>Raw use of an address, and buffers of {@link #allocateBuffer(int)}, are not checked. Used after the reset or close they
 * meet memory that may belong to somebody else, but that is mapped: they do not crash the JVM.
 * <p><b>Errors.</b> Every method throws {@link IllegalStateException} when the arena is closed, and, if it is confined, in
 * another thread than its owner.
 */
public final class MemoryArena extends ArenaCursor implements AutoCloseable {

    /* Of a confined arena; all others have no owner and leave the hot path at its first comparison. */
    private final @Nullable Thread owner;
    final ArenaRegion region;

    MemoryArena(ArenaSettings settings) {
        super(settings.isCounting());
        if (settings.kind() == ArenaKind.CONFINED) {
            Thread thread = Thread.currentThread();
            this.owner = thread;
            this.region = new ConfinedRegion(settings, thread);
        } else {
            SharedRegion shared = new SharedRegion(settings);
            this.owner = null;
            this.region = shared;
            if (settings.kind() == ArenaKind.AUTOMATIC) {
                ArenaCleaner.watch(this, shared);
            }
        }
    }

    /**
     * Opens an arena for the calling thread alone, with defaults.
     *
     * @return an open arena of kind {@link ArenaKind#CONFINED}
     */
    @MustBeClosed
    @SuppressWarnings("exports")
    public static MemoryArena confined() {
        return new MemoryArena(MemoryArenaBuilder.Defaults.CONFINED);
    }

    /**
     * Opens an arena for all threads, with defaults.
     *
     * @return an open arena of kind {@link ArenaKind#SHARED}
     */
    @MustBeClosed
    @SuppressWarnings("exports")
    public static MemoryArena shared() {
        return new MemoryArena(MemoryArenaBuilder.Defaults.SHARED);
    }

    /**
     * Opens an arena for all threads in which each fills chunks of its own, with defaults.
     *
     * @return an open arena of kind {@link ArenaKind#PER_THREAD}
     */
    @MustBeClosed
    @SuppressWarnings("exports")
    public static MemoryArena perThread() {
        return new MemoryArena(MemoryArenaBuilder.Defaults.PER_THREAD);
    }

    /**
     * Opens an arena for all threads that is closed when nobody can reach it any more. Keep it reachable while its addresses
     * are in use; its buffers keep themselves.
     *
     * @return an open arena of kind {@link ArenaKind#AUTOMATIC}
     */
    public static MemoryArena automatic() {
        return new MemoryArena(MemoryArenaBuilder.Defaults.AUTOMATIC);
    }

    /** {@return a builder with the defaults} */
    public static MemoryArenaBuilder builder() {
        return new MemoryArenaBuilder();
    }

    /**
     * Allocates a piece that begins at a multiple of 8. Its contents are undefined.
     * <p>Confined and per-thread: wait-free while the chunk lasts; shared: lock-free. A new chunk comes from the pool's
     * magazines.
     *
     * @param bytes 1 to 2^29
     * @return its address, never 0
     * @throws IllegalArgumentException if bytes are out of range
     * @throws ArenaLimitException if the arena is at its limit and has no parent
     * @throws PoolExhaustedException if there is no memory
     */
    public long allocate(long bytes) {
        long top = room;
        long left = top - bytes;
        if (isBelow(left, top) && owner == Thread.currentThread()) { /* bytes < 1 leave as much as there was, or more */
            long start = left & WHOLE_WORDS;
            room = start;
            if (isCounting) {
                pieces++;
            }
            return floor() + start;
        }
        return allocateSlowly(bytes, ArenaSettings.ALIGNMENT_LEAST);
    }

    /**
     * Allocates a piece that begins at a multiple of an alignment.
     *
     * @param bytes 1 to 2^29
     * @param alignment a power of two, 1 to 2^20
     * @return its address, never 0
     * @throws IllegalArgumentException if bytes or alignment are out of range
     * @throws ArenaLimitException if the arena is at its limit and has no parent
     * @throws PoolExhaustedException if there is no memory
     */
    public long allocate(long bytes, long alignment) {
        long top = room;
        long floor = floor();
        long left = (floor + top - bytes & -alignment) - floor;
        if (isBelow(left, top) && bytes > 0 && (alignment & alignment - 1) == 0 && alignment - 1 >>> 20 == 0
                && owner == Thread.currentThread()) {
            long start = left & WHOLE_WORDS;
            room = start;
            if (isCounting) {
                pieces++;
            }
            return floor + start;
        }
        return allocateSlowly(bytes, alignment);
    }

    private long allocateSlowly(long bytes, long alignment) {
        try {
            return region.allocate(this, bytes, alignment);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Allocates a piece of zeros that begins at a multiple of 8.
     *
     * @param bytes 1 to 2^29
     * @return its address, never 0
     * @see #allocate(long)
     */
    public long allocateZeroed(long bytes) {
        return allocateZeroed(bytes, ArenaSettings.ALIGNMENT_LEAST);
    }

    /**
     * Allocates a piece of zeros that begins at a multiple of an alignment.
     *
     * @param bytes 1 to 2^29
     * @param alignment a power of two, 1 to 2^20
     * @return its address, never 0
     * @see #allocate(long, long)
     */
    public long allocateZeroed(long bytes, long alignment) {
        long start = allocate(bytes, alignment);
        if (!region.settings.zeroed()) {
            fill(start, bytes, (byte) 0);
        }
        return start;
    }

    /**
     * Allocates a piece that begins at a multiple of 8 and gives a view of it. The view is an object on the heap.
     *
     * @param bytes 1 to 2^29
     * @return a direct buffer of so many bytes in native byte order
     * @see #allocateBuffer(int, int)
     */
    public ByteBuffer allocateBuffer(int bytes) {
        return allocateBuffer(bytes, ArenaSettings.ALIGNMENT_LEAST);
    }

    /**
     * Allocates a piece that begins at a multiple of an alignment and gives a view of it. The view is an object on the heap.
     * <p>It must not be used after the reset or close, which nothing checks. An {@link ArenaKind#AUTOMATIC} arena gives
     * zeroed memory of the JDK's instead of a piece of its chunks, since a buffer may outlive the arena; it does not count
     * against the limit.
     *
     * @param bytes 1 to 2^29
     * @param alignment a power of two, 1 to 2^20
     * @return a direct buffer of so many bytes in native byte order
     * @throws IllegalArgumentException if bytes or alignment are out of range
     * @throws ArenaLimitException if the arena is at its limit and has no parent
     * @throws PoolExhaustedException if there is no memory
     */
    public ByteBuffer allocateBuffer(int bytes, int alignment) {
        if (region.settings.kind() == ArenaKind.AUTOMATIC) {
            return ArenaCleaner.allocateBuffer(region, bytes, alignment);
        }
        return slice(allocate(bytes, alignment), bytes);
    }

    /**
     * Tells addresses from tokens, for code that uses addresses raw.
     *
     * @param address what an arena gave out
     * @return true if memory is there; false on the {@link Backend#JAVA} backend before JDK 22
     */
    public static boolean isMemoryAddress(long address) {
        return ArenaChunk.isReal(address);
    }

    /**
     * Gives a view of a piece that was allocated by its address. The view is an object on the heap, and must not be used
     * after the reset or close, which nothing checks. It does not keep an {@link ArenaKind#AUTOMATIC} arena open.
     *
     * @param address in a piece
     * @param bytes how many from there on
     * @return a direct buffer of so many bytes in native byte order
     * @throws IndexOutOfBoundsException if the arena has not given them out
     */
    public ByteBuffer buffer(long address, int bytes) {
        return slice(address, bytes);
    }

    private ByteBuffer slice(long address, int bytes) {
        ArenaChunk chunk = region.enter(this, address, bytes);
        if (chunk == null) {
            return parent().slice(address, bytes);
        }
        try {
            return chunk.slice(address, bytes);
        } finally {
            leave();
        }
    }

    /** Asked where {@link ArenaRegion#enter} found nothing and there is one. */
    private MemoryArena parent() {
        return Objects.requireNonNull(region.settings.parent());
    }

    private void leave() {
        region.leave();
        Reference.reachabilityFence(this);
    }

    /**
     * {@return the byte at an address}
     *
     * @param address of the byte in a piece, aligned or not
     * @throws IndexOutOfBoundsException if the arena has not given them out
     */
    public byte getByte(long address) {
        long at = address - floor();
        if (at >= room && at <= span - Byte.BYTES && owner == Thread.currentThread()) {
            return NativeMemory.DIRECT ? NativeMemory.getByte(address) : view.get((int) at + viewFloor);
        }
        ArenaChunk chunk = region.enter(this, address, Byte.BYTES);
        if (chunk == null) {
            return parent().getByte(address);
        }
        try {
            return chunk.getByte(address);
        } finally {
            leave();
        }
    }

    /**
     * Sets the byte at an address.
     *
     * @param address of the byte in a piece, aligned or not
     * @param value the byte
     * @throws IndexOutOfBoundsException if the arena has not given them out
     */
    public void putByte(long address, byte value) {
        long at = address - floor();
        if (at >= room && at <= span - Byte.BYTES && owner == Thread.currentThread()) {
            if (NativeMemory.DIRECT) {
                NativeMemory.putByte(address, value);
            } else {
                view.put((int) at + viewFloor, value);
            }
        } else {
            putByteSlowly(address, value);
        }
    }

    private void putByteSlowly(long address, byte value) {
        ArenaChunk chunk = region.enter(this, address, Byte.BYTES);
        if (chunk == null) {
            parent().putByte(address, value);
            return;
        }
        try {
            chunk.putByte(address, value);
        } finally {
            leave();
        }
    }

    /**
     * {@return the int at an address}
     *
     * @param address of its 4 bytes in a piece, aligned or not
     * @throws IndexOutOfBoundsException if the arena has not given them out
     */
    public int getInt(long address) {
        long at = address - floor();
        if (at >= room && at <= span - Integer.BYTES && owner == Thread.currentThread()) {
            return NativeMemory.DIRECT ? NativeMemory.getInt(address) : view.getInt((int) at + viewFloor);
        }
        ArenaChunk chunk = region.enter(this, address, Integer.BYTES);
        if (chunk == null) {
            return parent().getInt(address);
        }
        try {
            return chunk.getInt(address);
        } finally {
            leave();
        }
    }

    /**
     * Sets the int at an address.
     *
     * @param address of its 4 bytes in a piece, aligned or not
     * @param value the int
     * @throws IndexOutOfBoundsException if the arena has not given them out
     */
    public void putInt(long address, int value) {
        long at = address - floor();
        if (at >= room && at <= span - Integer.BYTES && owner == Thread.currentThread()) {
            if (NativeMemory.DIRECT) {
                NativeMemory.putInt(address, value);
            } else {
                view.putInt((int) at + viewFloor, value);
            }
        } else {
            putIntSlowly(address, value);
        }
    }

    private void putIntSlowly(long address, int value) {
        ArenaChunk chunk = region.enter(this, address, Integer.BYTES);
        if (chunk == null) {
            parent().putInt(address, value);
            return;
        }
        try {
            chunk.putInt(address, value);
        } finally {
            leave();
        }
    }

    /**
     * {@return the long at an address}
     *
     * @param address of its 8 bytes in a piece, aligned or not
     * @throws IndexOutOfBoundsException if the arena has not given them out
     */
    public long getLong(long address) {
        long at = address - floor();
        if (at >= room && at <= span - Long.BYTES && owner == Thread.currentThread()) {
            return NativeMemory.DIRECT ? NativeMemory.getLong(address) : view.getLong((int) at + viewFloor);
        }
        ArenaChunk chunk = region.enter(this, address, Long.BYTES);
        if (chunk == null) {
            return parent().getLong(address);
        }
        try {
            return chunk.getLong(address);
        } finally {
            leave();
        }
    }

    /**
     * Sets the long at an address.
     *
     * @param address of its 8 bytes in a piece, aligned or not
     * @param value the long
     * @throws IndexOutOfBoundsException if the arena has not given them out
     */
    public void putLong(long address, long value) {
        long at = address - floor();
        if (at >= room && at <= span - Long.BYTES && owner == Thread.currentThread()) {
            if (NativeMemory.DIRECT) {
                NativeMemory.putLong(address, value);
            } else {
                view.putLong((int) at + viewFloor, value);
            }
        } else {
            putLongSlowly(address, value);
        }
    }

    private void putLongSlowly(long address, long value) {
        ArenaChunk chunk = region.enter(this, address, Long.BYTES);
        if (chunk == null) {
            parent().putLong(address, value);
            return;
        }
        try {
            chunk.putLong(address, value);
        } finally {
            leave();
        }
    }

    /**
     * Sets bytes to one value. O(bytes).
     *
     * @param address the first byte
     * @param bytes how many, 0 or more, all in one chunk's pieces
     * @param value what each becomes
     * @throws IndexOutOfBoundsException if the arena has not given them out
     */
    public void fill(long address, long bytes, byte value) {
        ArenaChunk chunk = region.enter(this, address, bytes);
        if (chunk == null) {
            parent().fill(address, bytes, value);
            return;
        }
        try {
            chunk.fill(address, bytes, value);
        } finally {
            leave();
        }
    }

    /**
     * Copies bytes of an array into pieces. O(length).
     *
     * @param address the first byte to write
     * @param from the array
     * @param offset its first byte to read
     * @param length how many, 0 or more, all in one chunk's pieces
     * @throws IndexOutOfBoundsException if the arena has not given them out, or the array has them not
     */
    public void put(long address, byte[] from, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, from.length);
        ArenaChunk chunk = region.enter(this, address, length);
        if (chunk == null) {
            parent().put(address, from, offset, length);
            return;
        }
        try {
            chunk.put(address, from, offset, length);
        } finally {
            leave();
        }
    }

    /**
     * Copies bytes of pieces into an array. O(length).
     *
     * @param address the first byte to read
     * @param into the array
     * @param offset its first byte to write
     * @param length how many, 0 or more, all in one chunk's pieces
     * @throws IndexOutOfBoundsException if the arena has not given them out, or the array has them not
     */
    public void get(long address, byte[] into, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, into.length);
        ArenaChunk chunk = region.enter(this, address, length);
        if (chunk == null) {
            parent().get(address, into, offset, length);
            return;
        }
        try {
            chunk.get(address, into, offset, length);
        } finally {
            leave();
        }
    }

    /**
     * Frees all pieces and keeps chunks for the next ones, up to {@link MemoryArenaBuilder#retainedBytes}. O(chunks).
     * <p>Of an arena that several threads use, a piece that another thread allocates at the same moment may be freed with the
     * others, or belong to the new round.
     */
    public void reset() {
        region.reset(this);
        Reference.reachabilityFence(this);
    }

    /**
     * Frees all pieces and gives the chunks back. O(chunks), no waiting: memory that another thread is inside of follows when
     * that thread has left.
     * <p>An allocation at the same moment is served, if it came first, or throws.
     *
     * @throws IllegalStateException if it was closed before, or the thread is not the owner; nothing has changed then
     */
    @Override
    public void close() {
        region.close(this);
        Reference.reachabilityFence(this);
    }

    /** {@return true until {@link #close()}} */
    public boolean isOpen() {
        return region.isOpen();
    }

    /** {@return who may use it} */
    public ArenaKind kind() {
        return region.settings.kind();
    }

    /** {@return its name, for texts and lists} */
    public String name() {
        return region.settings.name();
    }

    /** {@return what it holds and has done; any thread, also after the close} */
    public MemoryArenaStats stats() {
        try {
            return region.stats(this);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** {@return what all arenas have done together} */
    public static ArenaTotals totals() {
        return ArenaTotals.now();
    }

    /**
     * Lists the arenas that hold memory, by where they were opened: known of those of {@link Checks#PARANOID}, and of one in
     * 128 of {@link Checks#SAMPLED}. O(chunks of all arenas).
     *
     * @return a line per site, with arenas, chunks and bytes
     */
    public static String dumpOutstanding() {
        return ArenaWatch.dump();
    }

    @Override
    public String toString() {
        return "MemoryArena \"" + name() + "\", " + kind() + ", " + region.state();
    }
}
