package dev.cenote;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * 64 KiB of small blocks of one size, which one thread owns and takes from.
 * <p>Which blocks are free stands in a bitmap outside of them: their memory is not touched, a double free is seen by its
 * bit, and the lowest free block of a word comes first, so that blocks in use draw together. Only the owner takes, and
 * only it counts; other threads give back by setting a bit in a second bitmap, one atomic operation, which the owner
 * collects when it runs out. So memory goes back to the thread it came from, and two threads do not get blocks of the same
 * cache line. (After Leijen, Zorn and de Moura, Mimalloc: Free List Sharding in Action, 2019, with bitmaps for lists.)
 */
final class Slab extends SlabPad {

    static final int BYTES_LOG = 16;
    static final int BYTES = 1 << BYTES_LOG;
    static final int NO_CLASS = -1;

    private static final int WORD_LOG = 6;
    private static final int LINE_LONGS = 8;
    private static final byte[] ZEROS = new byte[8192];
    private static final VarHandle BITS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle NOTIFIED;
    private static final VarHandle OWNER;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            NOTIFIED = lookup.findVarHandle(SlabFields.class, "notified", int.class);
            OWNER = lookup.findVarHandle(SlabFields.class, "owner", SlabCache.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Fills free places of tables and stands for "no slab to take from": it has no block. Never written. */
    static final Slab NONE = new Slab(0);

    /** The block of the pool of slabs that it is. */
    final @Nullable Block memory;
    /* the owner's */
    /** The word to take from. */
    int word;
    @Nullable Slab next;
    @Nullable Slab previous;

    Slab(Block memory) {
        super(memory.address());
        this.memory = memory;
    }

    /** Bookkeeping without memory: of no slab at all, and of those that are only stressed. */
    Slab(long base) {
        super(base);
        this.memory = null;
    }

    /** Cuts it into blocks of a class, all free. Nobody owns it, and none of its blocks is out. */
    void cut(int index) {
        stride = (int) SizeClasses.bytes(index);
        reciprocal = ((1L << 32) + stride - 1) / stride;
        capacity = BYTES / stride;
        lastWhole = (capacity & 63) == 0 ? -1L : (1L << capacity) - 1;
        int words = words();
        span = (words + LINE_LONGS - 1) / LINE_LONGS * LINE_LONGS + LINE_LONGS;
        if (bits.length != 2 * span) {
            bits = new long[2 * span];
        }
        for (int i = 0; i < words; i++) {
            bits[i] = whole(i);
            bits[span + i] = 0;
        }
        word = 0;
        sizeClass = index;
    }

    private int words() {
        return capacity + 63 >>> WORD_LOG;
    }

    /** Takes a block from the current word, which has one. The owner. */
    long take(long free) {
        int at = word;
        bits[at] = free & (free - 1);
        return base + (long) ((at << WORD_LOG) + Long.numberOfTrailingZeros(free)) * stride;
    }

    /** Takes a certain block if it is free. The owner. */
    boolean take(int number) {
        int at = number >>> WORD_LOG;
        long free = bits[at];
        long bit = 1L << number;
        bits[at] = free & ~bit;
        return (free & bit) != 0;
    }

    /** {@return true when an address lies in it; of {@link #NONE}, when it is 0 or next to it} */
    boolean holds(long address) {
        return address - base >>> BYTES_LOG == 0;
    }

    /**
     * {@return its owner, loaded plainly: enough to find out whether that is the calling thread, since nobody else makes that
     * true or untrue}
     */
    @Nullable SlabCache ownerPlain() {
        return (SlabCache) OWNER.get(this);
    }

    /** Free blocks of the current word. The owner. */
    long free() {
        return bits[word];
    }

    /** Goes to a word with a free block and gives its bits; 0: there is none. The owner. */
    long seek() {
        int words = words();
        for (int i = 0, at = word; i < words; i++) {
            if (bits[at] != 0) {
                word = at;
                return bits[at];
            }
            at = at + 1 == words ? 0 : at + 1;
        }
        return 0;
    }

    boolean hasFree() {
        return seek() != 0;
    }

    /** True when all blocks are free, as far as the owner knows; looks at a certain word first. */
    boolean isEmpty(int first) {
        int words = words();
        for (int i = 0, at = first; i < words; i++) {
            if (bits[at] != whole(at)) {
                return false;
            }
            at = at + 1 == words ? 0 : at + 1;
        }
        return true;
    }

    private long whole(int at) {
        return at + 1 < words() ? -1L : lastWhole;
    }

    /** {@return the number of the block that starts at an address inside; -1: none does} */
    int number(long address) {
        long offset = address - base;
        int number = (int) (offset * reciprocal >>> 32); /* exact: offset < 2^16, and the reciprocal's error < 2^13 */
        return (long) number * stride == offset && number < capacity ? number : -1;
    }

    /** {@return true when a block is not out} */
    boolean isFree(int number) {
        int at = number >>> WORD_LOG;
        return ((bits[at] | bits[span + at]) & 1L << number) != 0;
    }

    /** Gives a block back that is out; true: {@link SlabCache#settle} is due, perhaps. The owner. */
    boolean give(int number) {
        int at = number >>> WORD_LOG;
        long free = bits[at] | 1L << number;
        bits[at] = free;
        return isFull || free == -1L || free == lastWhole; /* all of a word's blocks are free, or seem so */
    }

    /**
     * Gives a block back from another thread. Lock-free.
     *
     * @return false when another thread gave it back at the same moment
     */
    boolean giveRemotely(int number) {
        int at = span + (number >>> WORD_LOG);
        long bit = 1L << number;
        long seen = (long) BITS.getOpaque(bits, at);
        for (;;) {
            if ((seen & bit) != 0) {
                return false;
            }
            /* release: what was written to the block; pairs with collect */
            long found = (long) BITS.compareAndExchangeRelease(bits, at, seen, seen | bit);
            if (found == seen) {
                break;
            }
            seen = found;
        }
        announce();
        return true;
    }

    /** Puts it on its owner's stack, unless it stands in one. A missed one is found by {@link SlabCache#search}. */
    void announce() {
        if (notified == 0 && NOTIFIED.compareAndSet(this, 0, 1)) {
            SlabCache to = owner;
            if (to != null) {
                to.push(this);
            } else {
                notified = 0; /* the owner saw the bit already, and all its blocks are back */
            }
        }
    }

    /** Takes over what other threads gave back; tells whether there was something. The owner. */
    boolean collect() {
        boolean came = false;
        long[] both = bits;
        for (int i = 0; i < words(); i++) {
            if (both[span + i] != 0) {
                long given = (long) BITS.getAndSetAcquire(both, span + i, 0L); /* pairs with giveRemotely */
                long fresh = given & ~both[i]; /* a bit that is there already: freed twice at the same moment */
                both[i] |= fresh;
                came |= fresh != 0;
            }
        }
        return came;
    }

    /** Sets bytes of a block to zero. */
    void zero(long address, long bytes) {
        if (memory == null) {
            throw new AssertionError("a slab that nobody takes from has no block");
        }
        zero(memory.buffer(), (int) (address - base), (int) bytes);
    }

    static void zero(ByteBuffer buffer, int from, int bytes) {
        for (int done = 0; done < bytes; done += ZEROS.length) {
            buffer.put(from + done, ZEROS, 0, Math.min(ZEROS.length, bytes - done));
        }
    }

    /** Blocks that are out, about: exact while no thread works. */
    int out() {
        int free = 0;
        for (int i = 0; i < words(); i++) {
            free += Long.bitCount(bits[i] | bits[span + i]);
        }
        return capacity - free;
    }

    /** No block is free twice, and none exists that does not lie in the slab. Only while no other thread uses it. */
    boolean isValid() {
        for (int i = 0; i < words(); i++) {
            if ((bits[i] & bits[span + i]) != 0 || ((bits[i] | bits[span + i]) & ~whole(i)) != 0) {
                return false;
            }
        }
        return true;
    }
}
