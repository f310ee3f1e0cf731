package dev.cenote;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * 64 KiB of small blocks of one size, which one thread owns and takes from.
 * <p>Two things are kept for each block, outside of the memory. A <em>state</em>, one byte: out, given back by another
 * thread, or neither; it is the check for double frees and foreign addresses. And a bit: <em>at home</em>, so that the owner
 * may take it. A block that is neither out nor at home lies in the owner's magazine, see {@link SlabCache}.
 * <p>Only the owner moves blocks to and from home. Other threads give back by a plain byte store into the state and one
 * into a mark for its group of 64, which the owner collects when it runs out: so memory goes back to the thread it came from,
 * and two threads do not get blocks of the same cache line. (After Leijen, Zorn and de Moura, Mimalloc: Free List Sharding
 * in Action, 2019, with bitmaps for lists.)
 */
final class Slab extends SlabPad {

    static final int BYTES_LOG = 16;
    static final int BYTES = 1 << BYTES_LOG;
    static final int NO_CLASS = -1;
    static final byte IN = 0;
    /** Given back by another thread, and the owner has not seen it. What is out has its class and 1. */
    static final byte RETURNED = -1;

    private static final int BLOCKS_MAX = BYTES / SizeClasses.STEP;
    private static final int WORD_LOG = 6; /* blocks whose bits share a word share a mark, too */
    private static final int MARKS = BLOCKS_MAX >> WORD_LOG;
    /** Of eight bytes: those below 0, and the multiplier that brings their signs, at bit 0, to the highest eight bits. */
    private static final long SIGNS = 0x8080808080808080L;
    private static final long GATHER = 0x0102040810204080L;
    private static final byte[] ZEROS = new byte[8192];
    private static final VarHandle STATES = MethodHandles.arrayElementVarHandle(byte[].class);
    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
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
    /** A bit is 1 while its block is at home. */
    private long[] bits = new long[0];
    /** How many are 1. */
    private int home;
    /** The word to take from next. */
    private int word;
    /** It stands in its owner's list of full slabs. */
    boolean isFull;
    @Nullable Slab next;
    @Nullable Slab previous;

    Slab(Block memory) {
        super(memory.address(), new byte[BLOCKS_MAX + MARKS]);
        this.memory = memory;
    }

    /** Bookkeeping without memory: of no slab at all, and of those that are only stressed. */
    Slab(long base) {
        super(base, new byte[BLOCKS_MAX + MARKS]);
        this.memory = null;
    }

    /** Cuts it into blocks of a class, all at home. Nobody owns it, and none of its blocks is out. */
    void cut(int index) {
        stride = (int) SizeClasses.bytes(index);
        reciprocal = ((1L << 32) + stride - 1) / stride;
        capacity = BYTES / stride;
        int words = capacity + 63 >>> WORD_LOG;
        if (bits.length != words) {
            bits = new long[words];
        }
        java.util.Arrays.fill(bits, -1L);
        if ((capacity & 63) != 0) {
            bits[words - 1] = (1L << capacity) - 1;
        }
        home = capacity;
        word = 0;
        sizeClass = index;
    }

    /** {@return true when an address lies in it; of {@link #NONE}, when it is 0 or next to it} */
    boolean holds(long address) {
        return address - base >>> BYTES_LOG == 0;
    }

    /**
     * {@return its owner, loaded plainly: enough to find out whether that is the calling thread, since nobody else makes that
     * true or untrue while the thread is its cache's user}
     */
    @Nullable SlabCache ownerPlain() {
        return (SlabCache) OWNER.get(this);
    }

    /**
     * {@return the number of the block that an address inside lies in, shifted to the left by 32, and below it what is less than
     * {@link #reciprocal} only where the block begins}
     * <p>Exact: the offset is below 2^16, and the reciprocal's error below 2^13 / 2^32. (The test for divisibility is Lemire,
     * Kaser and Kurz, Faster Remainder by Direct Computation, 2019.)
     */
    long place(long address) {
        return (address - base) * reciprocal;
    }

    /** {@return the number of the block that an address inside lies in} */
    int number(long address) {
        return (int) (place(address) >>> 32);
    }

    /** {@return true when a block starts at an address inside} */
    boolean starts(long address) {
        return (place(address) & 0xFFFFFFFFL) < reciprocal && number(address) < capacity;
    }

    /** {@return true when it has blocks at home} The owner. */
    boolean hasFree() {
        return home != 0;
    }

    /** {@return how many blocks are at home} The owner. */
    int atHome() {
        return home;
    }

    /** {@return true when seven of eight blocks are at home} The owner. */
    boolean isNearlyHome() {
        return home >= capacity - (capacity >>> 3);
    }

    /** {@return true when all of its blocks are at home} The owner. */
    boolean isEmpty() {
        return home == capacity;
    }

    /**
     * Takes blocks from home, in the order of their addresses from a certain word on. The owner.
     *
     * @param into gets their addresses
     * @param end where in it they end
     * @param most how many at most
     * @return how many
     */
    int take(long[] into, int end, int most) {
        int first = end - most;
        int at = first;
        for (int i = 0; i < bits.length && at != end; i++) {
            long free = bits[word];
            while (free != 0 && at != end) {
                int number = (word << WORD_LOG) + Long.numberOfTrailingZeros(free);
                free &= free - 1;
                home--;
                if (states[number] == IN) { /* else freed twice at the same moment, and handed out from a magazine */
                    into[at++] = base + (long) number * stride;
                }
            }
            bits[word] = free;
            if (free == 0) {
                word = word + 1 == bits.length ? 0 : word + 1;
            }
        }
        if (at != end) {
            System.arraycopy(into, first, into, end - (at - first), at - first);
        }
        return at - first;
    }

    /** The next block to be taken is the first one: so those in use draw together. The owner. */
    void rewind() {
        word = 0;
    }

    /** A block comes home from a magazine. The owner. */
    void bring(int number) {
        long bit = 1L << number;
        if (states[number] == IN && (bits[number >>> WORD_LOG] & bit) == 0) { /* else freed twice at the same moment */
            bits[number >>> WORD_LOG] |= bit;
            home++;
        }
    }

    /** Gives a block back that is out; by another thread than the owner. Wait-free but for the first since the owner looked. */
    void giveRemotely(int number) {
        STATES.setRelease(states, number, RETURNED); /* what was written to the block; pairs with collect */
        STATES.setRelease(states, BLOCKS_MAX + (number >>> WORD_LOG), (byte) 1); /* after the state; pairs with collect */
        announce();
    }

    /** Puts it on its owner's stack, unless it stands in one. A missed one is found by {@link SlabCache#search}. */
    void announce() {
        if (notified == 0 && NOTIFIED.compareAndSet(this, 0, 1)) {
            SlabCache to = owner;
            if (to != null) {
                to.push(this);
            } else {
                notified = 0; /* the owner saw the state already, and all its blocks are back */
            }
        }
    }

    /** Takes over what other threads gave back; tells whether there was something. The owner. */
    boolean collect() {
        long marked = 0;
        for (int mark = 0; mark < bits.length; mark += Long.BYTES) {
            if ((long) EIGHT.get(states, BLOCKS_MAX + mark) != 0) {
                for (int i = mark; i < mark + Long.BYTES; i++) {
                    if (states[BLOCKS_MAX + i] != 0) {
                        states[BLOCKS_MAX + i] = 0;
                        marked |= i < bits.length ? 1L << i : 0; /* else set late: of a block seen home before the slab was cut anew */
                    }
                }
            }
        }
        if (marked == 0) {
            return false;
        }
        VarHandle.fullFence(); /* the marks are gone before the states are read: what is not seen now is marked again */
        int before = home;
        for (; marked != 0; marked &= marked - 1) {
            collect(Long.numberOfTrailingZeros(marked));
        }
        VarHandle.acquireFence(); /* before the blocks are used; pairs with giveRemotely */
        return home != before;
    }

    private void collect(int at) {
        long came = 0;
        for (int i = 0; i < Long.SIZE; i += Long.BYTES) {
            int eight = (at << WORD_LOG) + i;
            long seen = (long) EIGHT.get(states, eight);
            if (seen == -1L) {
                EIGHT.set(states, eight, 0L); /* nobody else writes to what was given back */
                came |= 0xFFL << i;
            } else if ((seen & SIGNS) != 0) {
                long back = ((seen & SIGNS) >>> 7) * GATHER >>> 56;
                came |= back << i;
                for (; back != 0; back &= back - 1) {
                    states[eight + Long.numberOfTrailingZeros(back)] = IN; /* not all: others may be giving the rest back */
                }
            }
        }
        home += Long.bitCount(came & ~bits[at]);
        bits[at] |= came;
    }

    /** After the pool's close: nobody will take from it any more. */
    void retire() {
        java.util.Arrays.fill(states, IN);
        home = capacity;
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
        int out = 0;
        for (int number = 0; number < capacity; number++) {
            out += states[number] > IN ? 1 : 0;
        }
        return out;
    }

    /** {@return true when none of its blocks is out, wherever they lie} Any thread; exact while no thread works. */
    boolean isUnused() {
        for (int number = 0; number < capacity; number++) {
            if (states[number] > IN) {
                return false;
            }
        }
        return true;
    }

    /** Blocks at home have no state, and no block is outside of the slab. Only while no other thread uses it. */
    boolean isValid() {
        int atHome = 0;
        int told = 0;
        for (int i = 0; i < bits.length << WORD_LOG; i++) {
            boolean free = (bits[i >>> WORD_LOG] & 1L << i) != 0;
            if (free && (i >= capacity || states[i] != IN)) {
                return false;
            }
            atHome += free ? 1 : 0;
            told += i < capacity && states[i] != IN ? 1 : 0;
        }
        for (int i = 0; i < BLOCKS_MAX; i++) {
            told -= states[i] != IN ? 1 : 0; /* a state of no block */
        }
        return atHome == home && told == 0;
    }
}
