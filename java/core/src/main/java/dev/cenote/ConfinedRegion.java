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
        try {
            while (true) {
                long start = aligned(arena.cursor, alignment);
                long next = start + padded(bytes);
                ArenaChunk chunk = current();
                if (chunk != null && next <= arena.end) {
                    arena.cursor = next;
                    arena.pieces++;
                    return start;
                }
                if (chunk != null && next <= lastOf(chunk)) {
                    zeroTo(arena, chunk, next);
                } else if (needed(bytes, alignment) > settings.chunkBytes()) {
                    return allocateLarge(arena, bytes, alignment);
                } else {
                    advance(arena, bytes, alignment);
                }
            }
        } catch (ArenaLimitException | PoolExhaustedException e) {
            return elsewhere(bytes, alignment, e);
        }
    }

    /** Where the current chunk ends for this arena: at its own end, or where the limit is reached. */
    private long lastOf(ArenaChunk chunk) {
        return chunk.base + Math.min(chunk.bytes & -ArenaSettings.ALIGNMENT_LEAST, settings.limitBytes() - usedBefore);
    }

    /** What is given out may be used as zeros: the arena's end runs ahead of its cursor by what is zeroed. */
    private void zeroTo(MemoryArena arena, ArenaChunk chunk, long next) {
        long to = Math.min(lastOf(chunk), Math.max(next, arena.end + ZEROED_AT_A_TIME)) & -ArenaSettings.ALIGNMENT_LEAST;
        chunk.fill(arena.end, to - arena.end, (byte) 0);
        arena.end = to;
    }

    private void checkLimit(MemoryArena arena, long used, long bytes) {
        if (used + padded(bytes) > settings.limitBytes()) {
            throw ArenaTexts.limit(settings, bytes, usedBytes(arena));
        }
    }

    private long usedBytes(MemoryArena arena) {
        return usedBefore + (current < 0 ? 0 : arena.cursor - arena.base);
    }

    /** Leaves the current chunk for the next: one that a reset kept, or a new one. Nothing has changed if it throws. */
    private void advance(MemoryArena arena, long bytes, long alignment) {
        ArenaChunk left = current();
        long used = left == null ? 0 : arena.cursor - left.base;
        checkLimit(arena, usedBefore + used, needed(bytes, alignment));
        if (current + 1 == ordered) {
            ArenaChunk chunk = take(settings.chunkBytes());
            order = with(order, ordered++, chunk);
            hold(chunk);
        }
        if (left != null) {
            left.used = used;
            usedBefore += used;
            wasted += left.bytes - used;
        }
        current++;
        enterChunk(arena, order[current]);
    }

    private void enterChunk(MemoryArena arena, ArenaChunk chunk) {
        arena.base = chunk.base;
        arena.cursor = chunk.base;
        arena.view = chunk.view;
        arena.end = settings.zeroed() ? chunk.base : lastOf(chunk) & -ArenaSettings.ALIGNMENT_LEAST;
    }

    private long allocateLarge(MemoryArena arena, long bytes, long alignment) {
        checkLimit(arena, usedBytes(arena), bytes);
        ArenaChunk chunk = take(needed(bytes, alignment));
        large = with(large, larges++, chunk);
        hold(chunk);
        long start = aligned(chunk.base, alignment);
        chunk.used = start - chunk.base + padded(bytes);
        if (settings.zeroed()) {
            chunk.fill(start, bytes, (byte) 0);
        }
        usedBefore += padded(bytes);
        wasted += chunk.bytes - chunk.used;
        ArenaChunk open = current();
        if (open != null) {
            arena.end = Math.max(arena.cursor, Math.min(arena.end, lastOf(open) & -ArenaSettings.ALIGNMENT_LEAST));
        }
        arena.pieces++;
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
            long used = chunk == current() ? arena.cursor - chunk.base : chunk.used;
            if (address - chunk.base <= used - bytes) {
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
        resets++;
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
        return new MemoryArenaStats(settings.name(), settings.kind(), isOpen(), arena.pieces,
            Math.max(0, usedBytes(arena)), wasted, held,
            ordered + larges, taken, 0, resets);
    }
}
