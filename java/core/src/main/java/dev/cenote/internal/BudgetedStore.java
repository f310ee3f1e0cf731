package dev.cenote.internal;

import dev.cenote.binding.NativeCalls;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A store that shares its bound with others: it is kept frozen, and thawed for one growth at a time when the
 * {@link SharedBudget} has room for a chunk.
 * <p>While it is thawed, only the thread that paid for the growth is inside: others are told BUSY at the door, and those that
 * were inside before have left. So no growth is unpaid, and the bound is exact.
 * <p>Costs a call through and two atomic operations; growth, which is rare, costs a few more.
 */
public final class BudgetedStore implements BlockStore {

    private static final int STRIPES = 8;
    private static final int STRIPE_INTS = 32; /* a line pair */
    private static final long LEAVE_NANOS_MAX = 50_000; /* a longer one has no processor; the caller comes back */

    private final BlockStore store;
    private final SharedBudget budget;
    /** Threads in {@link Exchange#get}, by stripes that are {@value #STRIPE_INTS} ints apart. */
    private final AtomicIntegerArray inside = new AtomicIntegerArray(STRIPES * STRIPE_INTS);
    /** The door is shut: it is thawed, or about to be. Written by the one that has the budget's turn. */
    private volatile boolean growing;
    private final LongAdder out = new LongAdder();
    private final LongAdder back = new LongAdder();
    /* the budget's, guarded by its turn */
    private long knownBytes;
    private long backAtTrim;
    private volatile boolean frozen; /* by the pool's user */
    private volatile boolean destroyed;

    /**
     * Puts a store under a budget.
     *
     * @param store a store that nobody uses yet and that has prepared nothing
     * @param budget shared with others
     */
    public BudgetedStore(BlockStore store, SharedBudget budget) {
        this.store = store;
        this.budget = budget;
        store.freeze();
        budget.join(this);
    }

    private final class Gate implements Exchange {
        private final Exchange exchange = store.open();

        @Override
        public int get(int[] into, int from, int want) {
            int taken = getInside(exchange, into, from, want);
            if (taken == StoreCode.FROZEN.value() && !frozen) {
                taken = grow(exchange, into, from, want);
            }
            if (taken > 0) {
                out.add(taken);
            }
            return taken;
        }

        @Override
        public int put(int[] blocks, int from, int count) {
            int code = exchange.put(blocks, from, count);
            if (code == 0) {
                back.add(count);
            }
            return code;
        }

        @Override
        public void close() {
            exchange.close();
        }
    }

    private int getInside(Exchange exchange, int[] into, int from, int want) {
        int stripe = stripe();
        inside.getAndIncrement(stripe); /* before growing is read; its partner in isDeserted after growing is written */
        try {
            return growing ? StoreCode.BUSY.value() : exchange.get(into, from, want);
        } finally {
            inside.getAndDecrement(stripe);
        }
    }

    @SuppressWarnings("deprecation") /* threadId() came with 19 */
    private static int stripe() {
        return (int) (Thread.currentThread().getId() & STRIPES - 1) * STRIPE_INTS;
    }

    /** After the door was shut: waits a moment until nobody is inside; false: somebody still is. */
    private boolean isDeserted() {
        long deadline = System.nanoTime() + LEAVE_NANOS_MAX;
        for (int stripe = 0; stripe < STRIPES;) {
            if (inside.get(stripe * STRIPE_INTS) == 0) {
                stripe++; /* who comes later finds the door shut */
            } else if (System.nanoTime() - deadline > 0) {
                return false;
            } else {
                Thread.onSpinWait();
            }
        }
        return true;
    }

    private int grow(Exchange exchange, int[] into, int from, int want) {
        if (!budget.tryEnter()) {
            return StoreCode.BUSY.value();
        }
        try {
            int taken = exchange.get(into, from, want);
            if (taken != StoreCode.FROZEN.value()) {
                return taken; /* another thread grew, or put */
            }
            if (!budget.charge(store.chunkBytes(), this)) {
                return StoreCode.EXHAUSTED.value();
            }
            return growCharged(exchange, into, from, want);
        } finally {
            budget.leave();
        }
    }

    private int growCharged(Exchange exchange, int[] into, int from, int want) {
        int taken = StoreCode.BUSY.value();
        growing = true;
        try {
            if (isDeserted()) {
                taken = growAlone(exchange, into, from, want);
            }
        } finally {
            growing = false;
            budget.correct(measure() - store.chunkBytes()); /* none came, or idle ones went meanwhile */
        }
        return taken;
    }

    private int growAlone(Exchange exchange, int[] into, int from, int want) {
        store.thaw();
        try {
            return exchange.get(into, from, want);
        } finally {
            store.freeze();
        }
    }

    /** Looks how much is in service; gives the difference to the last look. Only between enter and leave. */
    long measure() {
        long before = knownBytes;
        knownBytes = committedBytes();
        return knownBytes - before;
    }

    /**
     * Gives idle chunks back if there may be some: so much is free, and enough came back since the last time that was in
     * vain. Only between enter and leave.
     *
     * @param part what part of a chunk is enough
     * @return what {@link #measure} gives
     */
    long shrink(int part) {
        long came = back.sum();
        long idle = knownBytes - (out.sum() - came) * store.stride();
        if (idle < store.chunkBytes() || came - backAtTrim < Math.max(1, store.blocksPerChunk() / part)) {
            return 0;
        }
        backAtTrim = came;
        store.trim(0);
        return measure();
    }

    /** Bytes in service now; 0 when they are gone. */
    long committedBytes() {
        try {
            return StoreCounter.BYTES_COMMITTED.of(store.counters());
        } catch (IllegalStateException e) {
            if (destroyed) {
                return 0; /* while it was asked */
            }
            throw e;
        }
    }

    @Override
    public Exchange open() {
        return new Gate();
    }

    @Override
    public int stride() {
        return store.stride();
    }

    @Override
    public long chunkBytes() {
        return store.chunkBytes();
    }

    @Override
    public int blocksPerChunk() {
        return store.blocksPerChunk();
    }

    @Override
    public int magazineBlocks() {
        return store.magazineBlocks();
    }

    @Override
    public int blocksMax() {
        return store.blocksMax();
    }

    @Override
    public ByteBuffer chunk(int chunk) {
        return store.chunk(chunk);
    }

    @Override
    public long chunkAddress(int chunk) {
        return store.chunkAddress(chunk);
    }

    @Override
    public boolean hasAddresses() {
        return store.hasAddresses();
    }

    @Override
    public @Nullable NativeCalls natives() {
        return store.natives();
    }

    @Override
    public long trim(long keepBytes) {
        return store.trim(keepBytes);
    }

    @Override
    public void onRetire(IntConsumer forget) {
        store.onRetire(forget);
    }

    /** Refuses growth also when the budget has room. */
    @Override
    public void freeze() {
        frozen = true;
    }

    @Override
    public void thaw() {
        frozen = false;
    }

    @Override
    public long[] counters() {
        return store.counters();
    }

    @Override
    public long[] growthLatencies() {
        return store.growthLatencies();
    }

    @Override
    public long latencyFloor(int bucket) {
        return store.latencyFloor(bucket);
    }

    @Override
    public long residentBytes() {
        return store.residentBytes();
    }

    @Override
    public void upkeep(long nowNanos) {
        store.upkeep(nowNanos);
    }

    @Override
    public void close() {
        store.close();
    }

    @Override
    public void destroy() {
        destroyed = true;
        budget.quit(this);
        store.destroy();
    }
}
