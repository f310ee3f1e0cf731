package dev.cenote;

import dev.cenote.binding.NativeCalls;
import dev.cenote.internal.DirectMemory;
import dev.cenote.internal.SharedBudget;
import dev.cenote.internal.StoreCode;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Pieces above the largest size class of a {@link SizedPool}: each has memory of its own, from general allocation or,
 * on the java backend, a direct buffer. Charged one by one, known by address, so that a wrong free is told and not done.
 */
final class LargePieces {

    private static final Cleaner CLEANER = Cleaner.create();
    private static final int THIS_NODE = -1;
    private static final long BUSY_NANOS_MAX = 1_000_000_000L;
    /** Direct buffers end here, and so do blocks. */
    static final long BUFFER_BYTES_MAX = Integer.MAX_VALUE;

    private final SharedBudget budget;
    private final @Nullable NativeCalls natives;
    private final Map<Long, Piece> byAddress = new ConcurrentHashMap<>();
    private final Map<Block, Piece> byBlock = new ConcurrentHashMap<>();
    private final LongAdder gets = new LongAdder();
    private final Forgotten forgotten;

    /** With natives: on general allocation. Without: on direct buffers. */
    LargePieces(SharedBudget budget, @Nullable NativeCalls natives) {
        this.budget = budget;
        this.natives = natives;
        this.forgotten = new Forgotten(natives, new ConcurrentHashMap<>());
    }

    /** Frees what is out when nobody can reach an object any more. */
    void watch(Object host) {
        if (natives != null) {
            CLEANER.register(host, forgotten);
        }
    }

    /** Knows memory only, no block: blocks refer to the pool whose end is waited for. */
    private record Forgotten(@Nullable NativeCalls natives, Map<Long, Piece> live) implements Runnable {
        @Override
        public void run() {
            for (Piece piece : live.values()) {
                if (natives != null) {
                    natives.free(THIS_NODE, piece.address, piece.bytes, piece.alignment);
                }
            }
        }
    }

    /**
     * One piece that is out.
     *
     * @param address 0 where it cannot be told
     * @param bytes as asked
     * @param alignment as asked
     * @param charged what it is charged with
     * @param memory keeps the memory on the java backend
     */
    record Piece(long address, long bytes, long alignment, long charged, @Nullable ByteBuffer memory) {
    }

    /** Why there is no piece. */
    static final class Refusal extends Exception {
        private static final long serialVersionUID = 1L;
        final StoreCode code;

        Refusal(StoreCode code) {
            super(code.name(), null, false, false);
            this.code = code;
        }
    }

    long usableBytes(long bytes, long alignment) {
        return natives == null ? bytes : natives.usableBytes(bytes, alignment);
    }

    /** A block of its own; its pool must have been told {@link #take}. */
    Block block(BlockPool pool, int bytes, long alignment) throws Refusal {
        Piece piece = get(bytes, alignment, false);
        ByteBuffer view = piece.memory != null ? piece.memory : viewOf(piece);
        Block block = new Block(pool, Block.LARGE, bytes, view, 0, piece.address);
        block.state = ~pool.marks().mark();
        byBlock.put(block, piece);
        return block;
    }

    private ByteBuffer viewOf(Piece piece) {
        if (natives == null) {
            throw new AssertionError("a piece without natives has a buffer");
        }
        return natives.view(piece.address, piece.bytes).order(ByteOrder.nativeOrder());
    }

    /** Takes a block back; false: it is not out. Any thread, once for each block. */
    boolean take(Block block) {
        Piece piece = byBlock.remove(block);
        if (piece == null) {
            return false;
        }
        block.retire(); /* its memory may be unmapped: whoever still has the block must not reach it */
        release(piece);
        return true;
    }

    /** A piece by address. */
    long address(long bytes, long alignment, boolean zeroed) throws Refusal {
        Piece piece = get(bytes, alignment, zeroed);
        byAddress.put(piece.address, piece);
        return piece.address;
    }

    /** Takes a piece back by its address; false: none of that size and alignment is out there. */
    boolean free(long address, long bytes, long alignment) {
        Piece piece = byAddress.get(address);
        if (piece == null || piece.bytes != bytes || piece.alignment != alignment || !byAddress.remove(address, piece)) {
            return false;
        }
        release(piece);
        return true;
    }

    private Piece get(long bytes, long alignment, boolean zeroed) throws Refusal {
        long charged = usableBytes(bytes, alignment);
        if (charged < bytes) {
            throw new Refusal(StoreCode.EXHAUSTED);
        }
        charge(charged);
        boolean done = false;
        try {
            Piece piece = map(bytes, alignment, charged, zeroed);
            done = true;
            gets.increment();
            return piece;
        } finally {
            if (!done) {
                budget.refundLarge(charged);
            }
        }
    }

    private void charge(long bytes) throws Refusal {
        long deadline = 0;
        for (;;) {
            int code = budget.chargeLarge(bytes);
            if (code == 0) {
                return;
            }
            long now = System.nanoTime();
            deadline = deadline == 0 ? now + BUSY_NANOS_MAX : deadline;
            if (code != StoreCode.BUSY.value() || now - deadline > 0) {
                throw new Refusal(StoreCode.of(code));
            }
            Thread.yield();
        }
    }

    private Piece map(long bytes, long alignment, long charged, boolean zeroed) throws Refusal {
        if (natives == null) {
            ByteBuffer memory = DirectMemory.allocate(bytes, (int) alignment);
            if (memory == null) {
                throw new Refusal(StoreCode.ENOMEM);
            }
            return new Piece(DirectMemory.address(memory), bytes, alignment, charged, memory);
        }
        long address = natives.allocate(THIS_NODE, bytes, alignment, zeroed ? NativeCalls.ZEROED : 0);
        if (address < 0) {
            throw new Refusal(StoreCode.of(address));
        }
        Piece piece = new Piece(address, bytes, alignment, charged, null);
        forgotten.live.put(address, piece);
        return piece;
    }

    private void release(Piece piece) {
        if (natives != null) {
            forgotten.live.remove(piece.address);
            natives.free(THIS_NODE, piece.address, piece.bytes, piece.alignment);
        }
        budget.refundLarge(piece.charged);
    }

    long gets() {
        return gets.sum();
    }

    int out() {
        return byAddress.size() + byBlock.size();
    }

    /** Bytes that are out, as asked. */
    long bytesOut() {
        return byAddress.values().stream().mapToLong(Piece::bytes).sum()
            + byBlock.values().stream().mapToLong(Piece::bytes).sum();
    }
}
