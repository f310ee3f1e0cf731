package dev.cenote.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The chunks of a store: direct buffers by number, and what state each is in.
 * <pre>
 *           claim             settle            takeSpare            retire
 *   NONE  -------> CLAIMED ----------> SPARE -------------> ACTIVE ---------> IDLE ----> (claim)
 *                     |                  |                                     ^
 *                     +---- no memory ---+-------------- retireSpare ----------+
 * </pre>
 * A number outlives its memory: an idle chunk has none, and gets new memory when it is claimed again. Chunks change
 * state rarely (growth, upkeep, trimming), so one lock guards them; memory is allocated outside of it.
 */
final class JavaChunks {

    static final int NONE = -1;

    private static final int ALIGN = 64;

    private enum State { CLAIMED, SPARE, ACTIVE, IDLE }

    private final JavaShape shape;
    private @Nullable ByteBuffer[] memory = new ByteBuffer[4];
    private State[] states = new State[4];
    private int spares;
    private int actives;
    private int idles;
    private int claims;
    private boolean released;
    private volatile int published;

    JavaChunks(JavaShape shape) {
        this.shape = shape;
    }

    /** Chunks 0 to this - 1 have been in service. */
    int published() {
        return published;
    }

    synchronized int spares() {
        return spares;
    }

    synchronized int actives() {
        return actives;
    }

    synchronized int idles() {
        return idles;
    }

    /** Active and spare chunks: those that have memory. */
    synchronized int inService() {
        return actives + spares;
    }

    /** Takes the spare chunk of the lowest number into service, or gives NONE. */
    synchronized int takeSpare() {
        int chunk = find(State.SPARE);
        if (chunk != NONE) {
            move(chunk, State.ACTIVE);
        }
        return chunk;
    }

    /**
     * Makes one more spare chunk. Allocates and zeroes its memory, so every page is touched.
     *
     * @return 0, or EXHAUSTED when every number is in use, BUSY when the last one is being made by another thread,
     *     ENOMEM, or CLOSED after {@link #release}
     */
    int makeSpare() {
        int chunk = claim();
        return chunk < 0 ? chunk : settle(chunk, allocate());
    }

    private @Nullable ByteBuffer allocate() {
        int bytes = (int) shape.chunkBytes();
        try {
            return ByteBuffer.allocateDirect(bytes + ALIGN).alignedSlice(ALIGN).slice(0, bytes);
        } catch (OutOfMemoryError e) {
            return null; /* -XX:MaxDirectMemorySize or the system; the code ENOMEM tells it */
        }
    }

    /** A number whose memory is to be made, or a code. */
    private synchronized int claim() {
        int chunk = find(State.IDLE);
        if (chunk != NONE) {
            move(chunk, State.CLAIMED);
            return chunk;
        }
        chunk = published;
        if (chunk == shape.chunksMax()) {
            return (claims != 0 ? StoreCode.BUSY : StoreCode.EXHAUSTED).value();
        }
        if (chunk == states.length) {
            int length = (int) Math.min(shape.chunksMax(), 2L * chunk);
            states = Arrays.copyOf(states, length);
            memory = Arrays.copyOf(memory, length);
        }
        states[chunk] = State.CLAIMED;
        claims++;
        published = chunk + 1;
        return chunk;
    }

    private synchronized int settle(int chunk, @Nullable ByteBuffer made) {
        if (made == null || released) {
            move(chunk, State.IDLE);
            return (made == null ? StoreCode.ENOMEM : StoreCode.CLOSED).value();
        }
        memory[chunk] = made;
        move(chunk, State.SPARE);
        return 0;
    }

    /** Takes a chunk whose every block is free, and with nobody, out of service. */
    synchronized void retire(int chunk) {
        if (states[chunk] != State.ACTIVE) {
            throw new AssertionError("chunk " + chunk + " is " + states[chunk] + ", not in service");
        }
        memory[chunk] = null;
        move(chunk, State.IDLE);
    }

    /** Takes the memory of the spare chunk of the highest number; false when not more than {@code keep} are there. */
    synchronized boolean retireSpare(int keep) {
        if (spares <= keep) {
            return false;
        }
        int chunk = published - 1;
        while (states[chunk] != State.SPARE) {
            chunk--;
        }
        memory[chunk] = null;
        move(chunk, State.IDLE);
        return true;
    }

    /** Drops all memory, for good; the store is closed and nobody uses a block. */
    synchronized void release() {
        released = true;
        for (int chunk = 0; chunk < published; chunk++) {
            if (states[chunk] == State.ACTIVE || states[chunk] == State.SPARE) {
                memory[chunk] = null;
                move(chunk, State.IDLE);
            }
        }
    }

    /** A new view of a chunk in native byte order. */
    synchronized ByteBuffer view(int chunk) {
        ByteBuffer whole = chunk < 0 || chunk >= published ? null : memory[chunk];
        if (whole == null) {
            throw new IllegalStateException("chunk " + chunk + " has no memory: its blocks were given back");
        }
        return whole.duplicate().order(ByteOrder.nativeOrder());
    }

    private int find(State state) {
        if (state == State.SPARE && spares == 0 || state == State.IDLE && idles == 0) {
            return NONE;
        }
        for (int i = 0; i < published; i++) {
            if (states[i] == state) {
                return i;
            }
        }
        return NONE;
    }

    private void move(int chunk, State to) {
        count(states[chunk], -1);
        count(to, 1);
        states[chunk] = to;
    }

    private void count(State state, int by) {
        switch (state) {
            case SPARE -> spares += by;
            case ACTIVE -> actives += by;
            case IDLE -> idles += by;
            case CLAIMED -> claims += by;
        }
    }
}
