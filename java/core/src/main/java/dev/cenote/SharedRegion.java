package dev.cenote;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The chunks of an arena that many threads use. Lock-free, but for what its source and the registration of a thread do.
 * <p>All runs stand in one array that is replaced by compare-and-swap. Closing replaces it by {@link #NO_MORE}, so a run is
 * either in what the closer got, and is sealed, or was never used. Taking a piece does not touch its memory and needs no
 * more; accesses, and filling with zeros, are counted by {@link ArenaPins}.
 */
final class SharedRegion extends ArenaRegion {

    private static final VarHandle RUNS;
    private static final VarHandle PINS;
    private static final VarHandle SPARES;
    private static final VarHandle RESERVED;
    private static final VarHandle LIMBO;
    private static final VarHandle LIMBO_BYTES;
    private static final VarHandle PIECES;
    private static final VarHandle LAST_PIECES;
    private static final VarHandle TAKEN;
    private static final VarHandle RESETS;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            RUNS = lookup.findVarHandle(SharedRegion.class, "runs", ArenaRun[].class);
            PINS = lookup.findVarHandle(SharedRegion.class, "pins", ArenaPins.class);
            SPARES = lookup.findVarHandle(SharedRegion.class, "spares", Queue.class);
            RESERVED = lookup.findVarHandle(SharedRegion.class, "reserved", long.class);
            LIMBO = lookup.findVarHandle(SharedRegion.class, "inLimbo", int.class);
            LIMBO_BYTES = lookup.findVarHandle(SharedRegion.class, "bytesInLimbo", long.class);
            PIECES = lookup.findVarHandle(SharedRegion.class, "piecesBefore", long.class);
            LAST_PIECES = lookup.findVarHandle(SharedRegion.class, "lastPieces", long.class);
            TAKEN = lookup.findVarHandle(SharedRegion.class, "taken", long.class);
            RESETS = lookup.findVarHandle(SharedRegion.class, "resets", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final ArenaRun[] NONE = {};
    private static final ArenaRun[] NO_MORE = new ArenaRun[0];

    /** Sorted by base. NONE after a reset, NO_MORE after the close. */
    private volatile ArenaRun[] runs = NONE;
    /** Made with the first access: an arena whose pieces are only passed on needs none. */
    private volatile @Nullable ArenaPins pins;
    private final ArenaPlaces places;
    /** Made with the first chunk that is kept: an arena that is closed without a reset needs none. */
    private volatile @Nullable Queue<ArenaChunk> spares;
    /** Of the limit; not moved if there is none. */
    private volatile long reserved;
    private volatile int inLimbo;
    private volatile long bytesInLimbo;
    /** Of runs that resets took; those of the last ones are written by the closer alone. */
    private volatile long piecesBefore;
    private long lastPieces;
    private volatile long taken;
    private volatile long resets;

    SharedRegion(ArenaSettings settings) {
        super(settings);
        this.places = new ArenaPlaces(settings.kind() == ArenaKind.PER_THREAD);
    }

    @Override
    @Nullable Thread owner() {
        return null;
    }

    @Override
    long allocate(MemoryArena arena, long bytes, long alignment) {
        checkPiece(bytes, alignment);
        ArenaPlaces.Place place = places.find();
        long start = place.bump(bytes, alignment);
        if (start == 0) {
            try {
                start = allocateSlowly(place, bytes, alignment);
            } catch (ArenaLimitException | PoolExhaustedException e) {
                return elsewhere(bytes, alignment, e);
            }
        }
        if (settings.zeroed()) {
            arena.fill(start, bytes, (byte) 0);
        }
        return start;
    }

    private long allocateSlowly(ArenaPlaces.Place place, long bytes, long alignment) {
        long needed = needed(bytes, alignment);
        while (true) {
            if (!isOpen()) {
                throw ArenaTexts.closed(settings);
            }
            if (needed > settings.chunkBytes()) {
                long alone = begin(needed, needed, true).bump(bytes, alignment);
                if (alone != 0) {
                    return alone;
                }
                continue; /* reset or closed meanwhile */
            }
            ArenaRun seen = place.run;
            long start = place.bump(bytes, alignment);
            if (start != 0) {
                return start;
            }
            replace(place, seen, needed);
        }
    }

    /** Gives a place a new run, unless somebody else just did. */
    private void replace(ArenaPlaces.Place place, @Nullable ArenaRun seen, long needed) {
        if (place.run != seen) {
            return;
        }
        ArenaRun run = begin(needed, settings.chunkBytes(), false);
        if (place.replace(seen, run)) {
            if (seen != null) {
                seen.seal();
                unreserve(seen.settle());
            }
        } else {
            cancel(run);
        }
    }

    /** A new run that stands in the array; at least {@code least} bytes of it are under the limit. */
    private ArenaRun begin(long least, long most, boolean isLarge) {
        ArenaLimbo.drain();
        long granted = reserve(least, most);
        ArenaChunk chunk = null;
        ArenaRun run;
        try {
            chunk = isLarge ? null : takeSpare();
            if (chunk == null) {
                chunk = take(most);
                TAKEN.getAndAdd(this, 1L);
            }
            run = new ArenaRun(chunk, (int) granted, isLarge);
        } catch (RuntimeException | Error e) {
            unreserve(granted);
            throw e;
        }
        if (!publish(run)) {
            unreserve(granted);
            release(List.of(chunk), releasing("closed"));
            throw ArenaTexts.closed(settings);
        }
        return run;
    }

    private long reserve(long least, long most) {
        if (!isLimited()) {
            return most & -ArenaSettings.ALIGNMENT_LEAST;
        }
        while (true) {
            long seen = reserved;
            long granted = Math.min(most, settings.limitBytes() - seen) & -ArenaSettings.ALIGNMENT_LEAST;
            if (granted < least) {
                throw ArenaTexts.limit(settings, least, seen);
            }
            if (RESERVED.compareAndSet(this, seen, seen + granted)) {
                return granted;
            }
        }
    }

    private boolean isLimited() {
        return settings.limitBytes() != Long.MAX_VALUE;
    }

    private void unreserve(long bytes) {
        if (isLimited()) {
            RESERVED.getAndAdd(this, -bytes);
        }
    }

    /** False: the arena is closed. */
    private boolean publish(ArenaRun run) {
        while (true) {
            ArenaRun[] seen = runs;
            if (seen == NO_MORE) {
                return false;
            }
            int at = lastBelow(seen, run.base) + 1;
            ArenaRun[] more = new ArenaRun[seen.length + 1];
            System.arraycopy(seen, 0, more, 0, at);
            more[at] = run;
            System.arraycopy(seen, at, more, at + 1, seen.length - at);
            if (RUNS.compareAndSet(this, seen, more)) {
                return true;
            }
        }
    }

    /** Another thread was faster: takes the run out again, unless a reset or the close already did. */
    private void cancel(ArenaRun run) {
        while (true) {
            ArenaRun[] seen = runs;
            int at = lastBelow(seen, run.base);
            if (at < 0 || seen[at] != run) {
                return;
            }
            ArenaRun[] fewer = new ArenaRun[seen.length - 1];
            System.arraycopy(seen, 0, fewer, 0, at);
            System.arraycopy(seen, at + 1, fewer, at, fewer.length - at);
            if (RUNS.compareAndSet(this, seen, fewer)) {
                unreserve(run.settleAll());
                spare(run.chunk);
                return;
            }
        }
    }

    /** Keeps a chunk for the next run; if the arena closes meanwhile, one of both gives it back. */
    private void spare(ArenaChunk chunk) {
        spares().add(chunk);
        if (!isOpen()) {
            List<ArenaChunk> back = drained();
            if (!back.isEmpty()) {
                release(back, releasing("closed"));
            }
        }
    }

    @SuppressWarnings("unchecked")
    private Queue<ArenaChunk> spares() {
        Queue<ArenaChunk> seen = spares;
        if (seen != null) {
            return seen;
        }
        Queue<ArenaChunk> made = new ConcurrentLinkedQueue<>();
        Queue<ArenaChunk> other = (Queue<ArenaChunk>) SPARES.compareAndExchange(this, null, made);
        return other != null ? other : made;
    }

    private @Nullable ArenaChunk takeSpare() {
        Queue<ArenaChunk> seen = spares;
        return seen == null ? null : seen.poll();
    }

    private List<ArenaChunk> drained() {
        if (spares == null) {
            return List.of();
        }
        List<ArenaChunk> all = new ArrayList<>();
        for (ArenaChunk chunk = takeSpare(); chunk != null; chunk = takeSpare()) {
            all.add(chunk);
        }
        return all;
    }

    private static int lastBelow(ArenaRun[] sorted, long address) {
        int low = 0;
        int high = sorted.length - 1;
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
            pins().enter();
        }
        ArenaChunk chunk = null;
        try {
            chunk = isOpen() ? find(address, bytes) : null;
        } finally {
            if (chunk == null) {
                leave();
            }
        }
        if (chunk != null) {
            return chunk;
        }
        if (!isOpen()) {
            throw ArenaTexts.closed(settings);
        }
        if (settings.parent() != null) {
            return null;
        }
        throw ArenaTexts.outside(settings, address, bytes);
    }

    private @Nullable ArenaChunk find(long address, long bytes) {
        ArenaRun[] seen = runs;
        int at = lastBelow(seen, address);
        return at >= 0 && seen[at].contains(address, bytes) ? seen[at].chunk : null;
    }

    @Override
    void leave() {
        if (settings.isChecked()) {
            pins().leave();
        }
    }

    private ArenaPins pins() {
        ArenaPins seen = pins;
        if (seen != null) {
            return seen;
        }
        ArenaPins made = new ArenaPins();
        ArenaPins other = (ArenaPins) PINS.compareAndExchange(this, null, made);
        return other != null ? other : made;
    }

    @Override
    void reset(MemoryArena arena) {
        ArenaRun[] old;
        do {
            old = runs;
            if (old == NO_MORE || !isOpen()) {
                throw ArenaTexts.closed(settings);
            }
        } while (!RUNS.compareAndSet(this, old, NONE));
        places.forgetDead();
        PIECES.getAndAdd(this, seal(old));
        RESETS.getAndAdd(this, 1L);
        long keep = settings.isParanoid() ? 0 : settings.retainedBytes() / settings.chunkBytes() - spares().size();
        List<ArenaChunk> back = new ArrayList<>();
        for (ArenaRun run : old) {
            unreserve(run.settleAll());
            if (!run.isLarge && keep > 0) {
                keep--;
                spare(run.chunk);
            } else {
                back.add(run.chunk);
            }
        }
        if (!back.isEmpty()) {
            release(back, releasing("reset"));
        }
    }

    /** No piece comes from these runs any more; how many did. */
    private static long seal(ArenaRun[] old) {
        long pieces = 0;
        for (ArenaRun run : old) {
            run.seal();
            pieces += run.pieces();
        }
        return pieces;
    }

    @Override
    void close(MemoryArena arena) {
        if (!shut("closed")) {
            throw ArenaTexts.closedTwice(settings);
        }
    }

    /** Nobody can reach the arena any more. */
    void forgotten() {
        shut("found unreachable");
    }

    private boolean shut(String how) {
        if (!step(ArenaState.OPEN, ArenaState.Event.CLOSE)) {
            return false;
        }
        ArenaRun[] last = (ArenaRun[]) RUNS.getAndSet(this, NO_MORE);
        LAST_PIECES.setRelease(this, seal(last)); /* what they reserved of the limit nobody asks for any more */
        List<ArenaChunk> back = last.length == 1 && spares == null ? List.of(last[0].chunk) : everything(last);
        ArenaTotals.CLOSED.increment();
        release(back, releasing(how));
        return true;
    }

    private List<ArenaChunk> everything(ArenaRun[] last) {
        List<ArenaChunk> all = new ArrayList<>(drained());
        for (ArenaRun run : last) {
            all.add(run.chunk);
        }
        return all;
    }

    /** Gives chunks back: now, or when those who are inside have left. */
    private void release(List<ArenaChunk> back, @Nullable ArenaSite released) {
        if (areFree()) {
            giveAll(back, released);
        } else {
            LIMBO_BYTES.getAndAdd(this, bytes(back));
            LIMBO.getAndAdd(this, back.size());
            ArenaLimbo.add(this, back, released);
        }
        settle();
    }

    private void giveAll(List<ArenaChunk> back, @Nullable ArenaSite released) {
        for (ArenaChunk chunk : back) {
            give(chunk, released);
        }
    }

    private static long bytes(List<ArenaChunk> chunks) {
        long bytes = 0;
        for (ArenaChunk chunk : chunks) {
            bytes += chunk.bytes;
        }
        return bytes;
    }

    /** Nobody is inside who may have seen the arena as it was before what the caller did. */
    boolean areFree() {
        ArenaPins seen = pins;
        return seen == null || seen.areFree();
    }

    /** Called once for what {@link ArenaLimbo#add} was given. */
    void releaseFromLimbo(List<ArenaChunk> back, @Nullable ArenaSite released) {
        giveAll(back, released);
        LIMBO_BYTES.getAndAdd(this, -bytes(back));
        LIMBO.getAndAdd(this, -back.size());
        settle();
    }

    private void settle() {
        if (inLimbo == 0) {
            step(ArenaState.CLOSING, ArenaState.Event.DONE);
        }
    }

    @Override
    void reclaim() {
        /* has no owner */
    }

    @Override
    void sweep() {
        if (settings.kind() == ArenaKind.PER_THREAD) {
            places.collectDead();
        }
    }

    @Override
    MemoryArenaStats stats(MemoryArena arena) {
        long used = 0;
        long wasted = 0;
        long pieces = piecesBefore + (long) LAST_PIECES.getAcquire(this);
        int waiting = inLimbo;
        long bytes = bytesInLimbo;
        int chunks = waiting;
        for (ArenaRun run : runs) {
            used += run.used();
            pieces += run.pieces();
            wasted += places.isFilled(run) ? 0 : run.chunk.bytes - run.used();
            bytes += run.chunk.bytes;
            chunks++;
        }
        Queue<ArenaChunk> kept = spares;
        if (kept != null) {
            for (ArenaChunk chunk : kept) {
                bytes += chunk.bytes;
                chunks++;
            }
        }
        return new MemoryArenaStats(settings.name(), settings.kind(), isOpen(), pieces, used, wasted, bytes, chunks, taken,
            waiting, resets);
    }
}
