package dev.cenote;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The chunks of a confined arena. All of it belongs to the owner thread, and after its death to whoever moves the state
 * away from OPEN; {@link Thread#isAlive()} orders what the thread did before (JLS 17.4.4).
 * <p>{@link #order} holds the chunks of usual size in the order they are filled; a reset starts again with the first.
 * A piece that is larger than a chunk has one of its own, beside that order, and the current chunk stays current.
 */
final class ConfinedRegion extends ArenaRegion {

    private static final System.Logger LOG = System.getLogger(MemoryArena.class.getName());
    private static final ArenaChunk[] NONE = {};
    private static final long ZEROED_AT_A_TIME = 4096;

    private final Thread owner;
    /** Whether a reset may keep one chunk. */
    private final boolean canRetain;
    private ArenaChunk[] order = NONE;
    private int ordered;
    /** Index in order of the chunk that the arena's cursor is in; -1: in none. */
    private int current = -1;
    private ArenaChunk[] large = NONE;
    private int larges;
    /** All of them by address, for accesses outside of the current one. */
    private ArenaChunk[] sorted = NONE;
    private int sorteds;
    /** Bytes given out in chunks that are not current. */
    private long usedBefore;
    private long wasted;
    private long held;
    private long taken;
    private long resets;

    ConfinedRegion(ArenaSettings settings, Thread owner) {
        super(settings);
        this.owner = owner;
        this.canRetain = !settings.isParanoid() && settings.retainedBytes() >= settings.chunkBytes();
    }

    @Override
    Thread owner() {
        return owner;
    }

    private void checkOwner() {
        if (Thread.currentThread() != owner) {
            throw ArenaTexts.wrongThread(settings, owner);
        }
    }

    private void checkUse() {
        checkOwner();
        if (!isOpen()) {
            throw ArenaTexts.closed(settings);
        }
    }

    private @Nullable ArenaChunk current() {
        return current < 0 ? null : order[current];
    }

    @Override
    long allocate(MemoryArena arena, long bytes, long alignment) {
        checkUse();
        checkPiece(bytes, alignment);
        long mask = -Math.max(alignment, ArenaSettings.ALIGNMENT_LEAST);
        try {
            while (true) {
                long start = arena.cursor() - bytes & mask;
                ArenaChunk chunk = current();
                if (chunk != null && start >= arena.floor()) {
                    arena.move(start);
                    return start;
                }
                if (chunk != null && start >= lowest(chunk)) {
                    zeroTo(arena, chunk, start);
                } else if (needed(bytes, alignment) > settings.chunkBytes()) {
                    return allocateLarge(arena, bytes, mask);
                } else {
                    advance(arena, bytes, alignment);
                }
            }
        } catch (ArenaLimitException | PoolExhaustedException e) {
            return elsewhere(bytes, alignment, e);
        }
    }

    /** How low the cursor may go in the current chunk: to the chunk's base, or to where the limit is reached. */
    private long lowest(ArenaChunk chunk) {
        long end = chunk.end();
        return end - (Math.min(end - chunk.base, settings.limitBytes() - usedBefore) & -ArenaSettings.ALIGNMENT_LEAST);
    }

    /** What is given out may be used as zeros: the arena's floor is as low as is zeroed. */
    private void zeroTo(MemoryArena arena, ArenaChunk chunk, long start) {
        long to = Math.max(lowest(chunk), Math.min(start, arena.floor() - ZEROED_AT_A_TIME));
        chunk.fill(to, arena.floor() - to, (byte) 0);
        arena.moveFloor(to);
    }

    private void checkLimit(MemoryArena arena, long bytes) {
        long used = usedBytes(arena);
        if (used + padded(bytes) > settings.limitBytes()) {
            throw ArenaTexts.limit(settings, bytes, used);
        }
    }

    private long usedBytes(MemoryArena arena) {
        return usedBefore + arena.usedHere();
    }

    /** Leaves the current chunk for the next: one that a reset kept, or a new one. Nothing has changed if it throws. */
    private void advance(MemoryArena arena, long bytes, long alignment) {
        checkLimit(arena, needed(bytes, alignment));
        if (current + 1 == ordered) {
            ArenaChunk chunk = take(settings.chunkBytes());
            order = with(order, ordered++, chunk);
            hold(chunk);
        }
        ArenaChunk left = current();
        if (left != null) {
            left.used = arena.usedHere();
            usedBefore += left.used;
            wasted += left.bytes - left.used;
        }
        current++;
        enterChunk(arena, order[current]);
    }

    private void enterChunk(MemoryArena arena, ArenaChunk chunk) {
        arena.enter(chunk, settings.zeroed() ? chunk.end() : lowest(chunk));
    }

    private long allocateLarge(MemoryArena arena, long bytes, long mask) {
        checkLimit(arena, bytes);
        ArenaChunk chunk = take(needed(bytes, -mask));
        large = with(large, larges++, chunk);
        hold(chunk);
        long start = chunk.end() - bytes & mask;
        chunk.used = chunk.end() - start;
        if (settings.zeroed()) {
            chunk.fill(start, bytes, (byte) 0);
        }
        usedBefore += padded(bytes);
        wasted += chunk.bytes - chunk.used;
        ArenaChunk open = current();
        if (open != null) {
            arena.moveFloor(Math.min(arena.cursor(), Math.max(arena.floor(), lowest(open))));
        }
        arena.count();
        return start;
    }

    private static ArenaChunk[] with(ArenaChunk[] list, int at, ArenaChunk chunk) {
        ArenaChunk[] longer = at < list.length ? list : Arrays.copyOf(list, Math.max(4, 2 * list.length));
        longer[at] = chunk;
        return longer;
    }

    private void hold(ArenaChunk chunk) {
        int at = lastBelow(chunk.base) + 1;
        sorted = with(sorted, sorteds, chunk);
        System.arraycopy(sorted, at, sorted, at + 1, sorteds - at);
        sorted[at] = chunk;
        sorteds++;
        held += chunk.bytes;
        taken++;
    }

    /** Index in sorted of the last chunk that begins at or below an address; -1: none. */
    private int lastBelow(long address) {
        int low = 0;
        int high = sorteds - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle].base <= address) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    @Override
    @Nullable ArenaChunk enter(MemoryArena arena, long address, long bytes) {
        if (settings.isChecked()) {
            checkOwner();
        }
        if (!isOpen()) {
            throw ArenaTexts.closed(settings);
        }
        int at = lastBelow(address);
        if (at >= 0 && bytes >= 0) {
            ArenaChunk chunk = sorted[at];
            long end = chunk.end();
            long lowest = chunk == current() ? arena.cursor() : end - chunk.used;
            if (address >= lowest && address <= end - bytes) {
                return chunk;
            }
        }
        if (settings.parent() != null) {
            return null;
        }
        throw ArenaTexts.outside(settings, address, bytes);
    }

    @Override
    void leave() {
        /* the owner is the only one who could close it */
    }

    @Override
    void reset(MemoryArena arena) {
        checkUse();
        resets++;
        if (sorteds == 1 && current == 0 && canRetain) { /* by far the usual case: one chunk of usual size, nothing wasted */
            if (settings.zeroed()) {
                enterChunk(arena, order[0]);
            } else {
                arena.rewind();
            }
            return;
        }
        resetMany(arena);
    }

    private void resetMany(MemoryArena arena) {
        ArenaSite released = releasing("reset");
        int keep = settings.isParanoid() ? 0 : (int) Math.min(ordered, settings.retainedBytes() / settings.chunkBytes());
        for (int i = keep; i < ordered; i++) {
            drop(order, i, released);
        }
        for (int i = 0; i < larges; i++) {
            drop(large, i, released);
        }
        ordered = keep;
        larges = 0;
        sorteds = keep;
        for (int i = 0; i < keep; i++) {
            order[i].used = 0;
            sorted[i] = order[i];
        }
        Arrays.fill(sorted, keep, sorted.length, null);
        if (keep > 1) {
            Arrays.sort(sorted, 0, keep, (a, b) -> Long.compare(a.base, b.base));
        }
        usedBefore = 0;
        wasted = 0;
        current = keep > 0 ? 0 : -1;
        if (keep > 0) {
            enterChunk(arena, order[0]);
        } else {
            arena.forget();
        }
    }

    private void drop(ArenaChunk[] list, int at, @Nullable ArenaSite released) {
        ArenaChunk chunk = list[at];
        list[at] = null;
        held -= chunk.bytes;
        give(chunk, released);
    }

    @Override
    void close(MemoryArena arena) {
        checkOwner();
        if (!step(ArenaState.OPEN, ArenaState.Event.CLOSE)) {
            throw ArenaTexts.closedTwice(settings);
        }
        usedBefore = usedBytes(arena);
        current = -1;
        arena.forget();
        release(releasing("closed"));
    }

    private void release(@Nullable ArenaSite released) {
        for (int i = 0; i < ordered; i++) {
            give(order[i], released);
        }
        for (int i = 0; i < larges; i++) {
            give(large[i], released);
        }
        order = NONE;
        large = NONE;
        sorted = NONE;
        ordered = 0;
        larges = 0;
        sorteds = 0;
        held = 0;
        ArenaTotals.CLOSED.increment();
        step(ArenaState.CLOSING, ArenaState.Event.DONE);
    }

    @Override
    void reclaim() {
        if (step(ArenaState.OPEN, ArenaState.Event.CLOSE)) {
            LOG.log(System.Logger.Level.WARNING, ArenaTexts.orphan(settings, owner, ordered + larges, held, site), site);
            ArenaTotals.RECLAIMED.increment();
            current = -1;
            release(site);
        }
    }

    @Override
    void sweep() {
        /* nothing but its owner's death concerns it */
    }

    @Override
    MemoryArenaStats stats(MemoryArena arena) {
        return new MemoryArenaStats(settings.name(), settings.kind(), isOpen(), arena.pieces(),
            Math.max(0, usedBytes(arena)), wasted, held,
            ordered + larges, taken, 0, resets);
    }
}
