package dev.cenote.bench.peer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A bounded ring between one sender and one receiver: indices in lines of their own, each side with a cached copy of
 * the other's index, so that a steady stream moves few lines.
 */
public abstract class Ring {

    private static final VarHandle INDEX = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int PAD = 32;   // longs: 256 bytes, two line pairs
    private static final int PAUSES = 8;
    private static final int FEW = 4;   // less than this part of the slots
    private static final int SENT = PAD;
    private static final int SENT_LIMIT = PAD + 1;
    private static final int TAKEN = 3 * PAD;
    private static final int TAKEN_LIMIT = 3 * PAD + 1;

    private final long[] indices = new long[5 * PAD];
    private final int slots;

    private Ring(int slots) {
        if (Integer.bitCount(slots) != 1) {
            throw new IllegalArgumentException("slots must be a power of two: " + slots);
        }
        this.slots = slots;
    }

    /**
     * Waits about half a microsecond, so that the other side gets ahead by a few dozen entries and the two do not
     * fight for each line: without it the ring alone costs several times what most peers do.
     */
    public static void pause() {
        for (int i = 0; i < PAUSES; i++) {
            Thread.onSpinWait();
        }
    }

    /**
     * A side that has caught up with the other would from now on ask for its index at every entry, and both would wait for
     * lines of the ring: so it lets the other one get ahead first.
     */
    private void pauseIfFew(long entries) {
        if (entries < slots / FEW) {
            pause();
        }
    }

    /** Index to write at, or -1 if the ring is full. */
    final long nextToSend() {
        long sent = indices[SENT];
        if (sent == indices[SENT_LIMIT]) {
            long limit = (long) INDEX.getAcquire(indices, TAKEN) + slots;   // pairs with took(): the slot was read
            indices[SENT_LIMIT] = limit;
            if (sent == limit) {
                return -1;
            }
            pauseIfFew(limit - sent);
        }
        return sent;
    }

    final void sent(long index) {
        INDEX.setRelease(indices, SENT, index + 1);   // shows the slot; pairs with nextToTake()
    }

    /** Index to read at, or -1 if the ring is empty. */
    final long nextToTake() {
        long taken = indices[TAKEN];
        if (taken == indices[TAKEN_LIMIT]) {
            long limit = (long) INDEX.getAcquire(indices, SENT);
            indices[TAKEN_LIMIT] = limit;
            if (taken == limit) {
                return -1;
            }
            pauseIfFew(limit - taken);
        }
        return taken;
    }

    final void took(long index) {
        INDEX.setRelease(indices, TAKEN, index + 1);
    }

    /** The ring of object peers. */
    public static final class OfObjects extends Ring {
        private final @Nullable Object[] entries;

        public OfObjects(int slots) {
            super(slots);
            entries = new @Nullable Object[slots];
        }

        public boolean offer(Object entry) {
            long index = nextToSend();
            if (index < 0) {
                return false;
            }
            entries[(int) index & (entries.length - 1)] = entry;
            sent(index);
            return true;
        }

        public @Nullable Object poll() {
            long index = nextToTake();
            if (index < 0) {
                return null;
            }
            Object entry = entries[(int) index & (entries.length - 1)];
            took(index);
            return entry;
        }
    }

    /** The ring of address peers; zero means empty. */
    public static final class OfLongs extends Ring {
        private final long[] entries;

        public OfLongs(int slots) {
            super(slots);
            entries = new long[slots];
        }

        public boolean offer(long entry) {
            long index = nextToSend();
            if (index < 0) {
                return false;
            }
            entries[(int) index & (entries.length - 1)] = entry;
            sent(index);
            return true;
        }

        public long poll() {
            long index = nextToTake();
            if (index < 0) {
                return 0;
            }
            long entry = entries[(int) index & (entries.length - 1)];
            took(index);
            return entry;
        }
    }
}
