package dev.cenote;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Chunks that cannot go back yet: those of shared arenas that were closed or reset while somebody was inside, and those
 * that their source refused for now. Each entry is looked at again by upkeep and by whoever takes a chunk for a shared arena.
 */
final class ArenaLimbo {

    private static final System.Logger LOG = System.getLogger(MemoryArena.class.getName());
    private static final Queue<Entry> ENTRIES = new ConcurrentLinkedQueue<>();
    private static final AtomicLong CHUNKS = new AtomicLong();

    private ArenaLimbo() {
    }

    private interface Entry {
        /** False: not yet. Called by one thread at a time. */
        boolean release();

        int size();
    }

    private record Waiting(SharedRegion region, List<ArenaChunk> chunks, @Nullable ArenaSite released) implements Entry {
        @Override
        public boolean release() {
            if (!region.areFree()) {
                return false;
            }
            region.releaseFromLimbo(chunks, released);
            return true;
        }

        @Override
        public int size() {
            return chunks.size();
        }
    }

    private record Refused(MemoryArenaProvider.Source source, ArenaChunk chunk) implements Entry {
        @Override
        public boolean release() {
            try {
                source.give(chunk.block);
                return true;
            } catch (RuntimeException e) {
                return false;
            }
        }

        @Override
        public int size() {
            return 1;
        }
    }

    private static void add(Entry entry) {
        CHUNKS.getAndAdd(entry.size());
        ENTRIES.add(entry);
    }

    static void add(SharedRegion region, List<ArenaChunk> chunks, @Nullable ArenaSite released) {
        add(new Waiting(region, List.copyOf(chunks), released));
    }

    static void refused(MemoryArenaProvider.Source source, ArenaChunk chunk, RuntimeException why) {
        LOG.log(System.Logger.Level.WARNING, () -> "the source of arenas did not take " + chunk + " back; it is asked again"
            + " every 100 ms", why);
        add(new Refused(source, chunk));
    }

    /** Releases what can go. Any thread; an entry is in one thread's hands at a time. */
    static void drain() {
        if (CHUNKS.get() == 0) {
            return;
        }
        Entry first = null;
        for (Entry entry = ENTRIES.poll(); entry != null; entry = ENTRIES.poll()) {
            boolean isRound = entry == first;
            if (!isRound && entry.release()) {
                CHUNKS.getAndAdd(-entry.size());
                continue;
            }
            ENTRIES.add(entry);
            if (isRound) {
                return;
            }
            first = first == null ? entry : first;
        }
    }

    /** {@return chunks that wait} */
    static long chunks() {
        return CHUNKS.get();
    }
}
