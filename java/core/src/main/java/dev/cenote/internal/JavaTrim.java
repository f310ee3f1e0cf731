package dev.cenote.internal;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Takes idle memory out of service: finds chunks whose blocks are all in the depot and lets go of their buffers.
 * <p>The stack of full magazines is detached by one compare-and-swap; its hot top goes straight back; the cold rest is
 * private to the trimmer, so a chunk whose every carved block is in it belongs to nobody else. Whoever keeps objects by
 * block number is told before the chunk can be used again. One thread trims at a time.
 */
final class JavaTrim {

    private final JavaShape shape;
    private final JavaDepot depot;
    private final JavaCarve carve;
    private final JavaChunks chunks;
    private final JavaCounters counters;
    private final JavaMagazines magazines;
    private final AtomicBoolean turn = new AtomicBoolean();
    /** Told a chunk's number when all of its blocks are free and out of circulation. */
    private volatile IntConsumer forget = chunk -> { };
    /** The depot's stack is detached for a moment: who finds it empty waits instead of growing. */
    private volatile boolean detached;
    /** Odd while the trimmer holds magazines: whoever finds nothing meanwhile must not call the store exhausted. */
    private final AtomicInteger turns = new AtomicInteger();

    JavaTrim(JavaShape shape, JavaDepot depot, JavaCarve carve, JavaChunks chunks, JavaCounters counters) {
        this.shape = shape;
        this.depot = depot;
        this.carve = carve;
        this.chunks = chunks;
        this.counters = counters;
        this.magazines = depot.magazines;
    }

    void onRetire(IntConsumer listener) {
        forget = listener;
    }

    /** The store is destroyed. */
    void forgetAll() {
        for (int chunk = 0; chunk < chunks.published(); chunk++) {
            forget.accept(chunk);
        }
    }

    boolean isDetached() {
        return detached;
    }

    int turns() {
        return turns.get();
    }

    /** True when the trimmer held magazines at some moment since {@link #turns} gave {@code seen}. */
    boolean heldSome(int seen) {
        return seen % 2 != 0 || turns.get() != seen;
    }

    /** Takes idle memory out of service until at most {@code keepBytes} are left; gives the bytes, or BUSY while another thread trims. */
    long trim(long keepBytes) {
        long idle = depotBytes() + (long) chunks.spares() * shape.chunkBytes() + (long) carve.left() * shape.stride();
        if (idle <= keepBytes) {
            return 0;
        }
        if (!turn.compareAndSet(false, true)) {
            return StoreCode.BUSY.value();
        }
        try {
            long wanted = (idle - Math.max(0, keepBytes) + shape.chunkBytes() - 1) / shape.chunkBytes();
            long gone = trimSpares(0, quota(wanted));
            gone += trimDepot(Long.MAX_VALUE, quota(wanted - gone));
            return gone * shape.chunkBytes();
        } finally {
            turn.set(false);
        }
    }

    /** Gives back what nobody needed during the last period; {@code sparesKept}: spare chunks to leave. */
    void trimSurplus(int sparesKept) {
        if (!turn.compareAndSet(false, true)) {
            return;
        }
        try {
            trimSpares(sparesKept, quota(Long.MAX_VALUE));
            trimDepot(depot.surplus(), quota(Long.MAX_VALUE));
        } finally {
            turn.set(false);
        }
    }

    /** Holds the bound on idle memory: at least a chunk over it, and chunks go. */
    void trimExcess(long retainedBytes) {
        long held = depotBytes();
        if (held < shape.chunkBytes() || held - shape.chunkBytes() < retainedBytes || !turn.compareAndSet(false, true)) {
            return;
        }
        try {
            trimDepot(Long.MAX_VALUE, quota((held - retainedBytes) / shape.chunkBytes()));
        } finally {
            turn.set(false);
        }
    }

    private long depotBytes() {
        long out = counters.sum(StoreCounter.BLOCKS_OUT) - counters.sum(StoreCounter.BLOCKS_IN);
        return Math.max(0, counters.sum(StoreCounter.BLOCKS_CARVED) - out) * shape.stride();
    }

    /** Chunks that may go without falling below the initial bytes. */
    private long quota(long wanted) {
        return Math.min(wanted, Math.max(0, chunks.inService() - shape.initialChunks()));
    }

    private long trimSpares(int keep, long quota) {
        long gone = 0;
        while (gone < quota && chunks.retireSpare(keep)) {
            gone++;
        }
        countGone(gone);
        return gone;
    }

    private void countGone(long gone) {
        counters.add(StoreCounter.CHUNKS_RETIRED, gone);
        counters.add(StoreCounter.BYTES_PURGED, gone * shape.chunkBytes());
    }

    private long trimDepot(long coldMagazines, long quota) {
        if (quota <= 0 || coldMagazines <= 0) {
            return 0;
        }
        turns.incrementAndGet();
        try {
            return retireFree(coldMagazines, quota);
        } finally {
            turns.incrementAndGet();
        }
    }

    private long retireFree(long coldMagazines, long quota) {
        int cold = detach(depot.length() - coldMagazines);
        if (cold == JavaStack.NONE) {
            return 0;
        }
        Map<Integer, BitSet> found = tally(cold);
        BitSet going = choose(found, quota);
        giveBack(cold, going);
        for (int chunk = going.nextSetBit(0); chunk >= 0; chunk = going.nextSetBit(chunk + 1)) {
            counters.add(StoreCounter.BLOCKS_CARVED, -found.get(chunk).cardinality());
            forget.accept(chunk);
            chunks.retire(chunk);
        }
        countGone(going.cardinality());
        return going.cardinality();
    }

    /** Detaches the magazines below the {@code hot} newest ones; the first of them or NONE. */
    private int detach(long hot) {
        detached = true;
        try {
            int first = depot.takeAll();
            if (first == JavaStack.NONE || hot <= 0) {
                return first;
            }
            int last = first;
            long count = 1;
            while (count < hot && magazines.next(last) != JavaStack.NONE) {
                last = magazines.next(last);
                count++;
            }
            int cold = magazines.next(last);
            depot.giveBack(first, last, count);
            return cold;
        } finally {
            detached = false;
        }
    }

    /** Which slots of which chunks are here. A block that stands here twice (put by two threads at once) counts once. */
    private Map<Integer, BitSet> tally(int cold) {
        Map<Integer, BitSet> found = new HashMap<>();
        for (int m = cold; m != JavaStack.NONE; m = magazines.next(m)) {
            for (int i = 0; i < magazines.count(m); i++) {
                int block = magazines.entry(m, i);
                found.computeIfAbsent(block / shape.blocksPerChunk(), chunk -> new BitSet(shape.blocksPerChunk()))
                    .set(block % shape.blocksPerChunk());
            }
        }
        return found;
    }

    /** From the end: low chunks stay, so the pool's memory draws together. */
    private BitSet choose(Map<Integer, BitSet> found, long quota) {
        BitSet going = new BitSet();
        for (int chunk = chunks.published() - 1; chunk >= 0 && going.cardinality() < quota; chunk--) {
            BitSet slots = found.get(chunk);
            if (slots != null && owns(chunk, slots.cardinality())) {
                going.set(chunk);
            }
        }
        return going;
    }

    /** True when every block that was ever carved from the chunk is here, and no more will be carved. */
    private boolean owns(int chunk, int slots) {
        long cursor = carve.cursor();
        if (cursor == JavaCarve.NONE || JavaCarve.chunk(cursor) != chunk) {
            return slots == shape.capacity(chunk);
        }
        return slots == JavaCarve.slot(cursor) && carve.detach(cursor);
    }

    /** Packs the blocks that stay into as few magazines as possible and gives all magazines back. */
    private void giveBack(int cold, BitSet going) {
        int into = JavaStack.NONE;
        int filled = 0;
        long kept = 0;
        int next;
        for (int m = cold; m != JavaStack.NONE; m = next) {
            next = magazines.next(m);
            int count = magazines.count(m);
            magazines.setCount(m, 0);
            for (int i = 0; i < count; i++) {
                int block = magazines.entry(m, i);
                if (going.get(block / shape.blocksPerChunk())) {
                    continue;
                }
                if (into == JavaStack.NONE || filled == shape.magazineBlocks()) {
                    /* never ahead of m, and never behind it with entries unread: what is filled was read before */
                    into = into == JavaStack.NONE ? cold : magazines.next(into);
                    filled = 0;
                    kept++;
                }
                magazines.setEntry(into, filled++, block);
                magazines.setCount(into, filled);
            }
        }
        int empty = into == JavaStack.NONE ? cold : magazines.next(into);
        if (into != JavaStack.NONE) {
            depot.giveBack(cold, into, kept);
        }
        depot.giveBackEmpty(empty);
    }
}
