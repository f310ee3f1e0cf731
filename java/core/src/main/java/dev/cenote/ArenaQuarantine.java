package dev.cenote;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Released chunks of paranoid arenas: poisoned, kept apart for a second or until there are {@value #BYTES_MAX} bytes of
 * them, and looked through before they serve again. Who wrote in one of them after its release is found, if not by name,
 * then by the stacks that opened and released the arena.
 */
final class ArenaQuarantine {

    private static final System.Logger LOG = System.getLogger(MemoryArena.class.getName());
    private static final byte POISON = (byte) 0xDE;
    private static final long BYTES_MAX = 16 << 20;
    private static final long NANOS_MAX = 1_000_000_000L;
    private static final Queue<Entry> ENTRIES = new ArrayDeque<>();
    private static long bytes;

    private ArenaQuarantine() {
    }

    private record Entry(ArenaChunk chunk, ArenaSettings settings, @Nullable ArenaSite opened, @Nullable ArenaSite released,
                         long since) {

        void verifyAndGive() {
            int at = chunk.mismatch(POISON);
            if (at >= 0) {
                ArenaTotals.WRITTEN.increment();
                LOG.log(System.Logger.Level.ERROR, text(at), cause());
            }
            ArenaRegion.giveToSource(settings.source(), chunk);
        }

        private String text(int at) {
            return "arena \"" + settings.name() + "\": somebody wrote into memory after its release, at offset " + at + " of "
                + chunk + " (address 0x" + Long.toHexString(chunk.base + at) + "), where the poison 0x"
                + Integer.toHexString(POISON & 0xFF) + " became 0x" + Integer.toHexString(chunk.view.get(at) & 0xFF)
                + ". A piece was used after reset() or close(); the stacks below tell who released and who opened the arena";
        }

        private @Nullable Throwable cause() {
            if (released == null || opened == null || released == opened || released.getCause() != null) {
                return released != null ? released : opened;
            }
            released.initCause(opened);
            return released;
        }
    }

    /** Nobody of its arena can touch the chunk any more, unless by mistake. */
    static void add(ArenaChunk chunk, ArenaSettings settings, @Nullable ArenaSite opened, @Nullable ArenaSite released) {
        chunk.fill(chunk.base, chunk.bytes, POISON);
        synchronized (ENTRIES) {
            ENTRIES.add(new Entry(chunk, settings, opened, released, System.nanoTime()));
            bytes += chunk.bytes;
        }
        drain(NANOS_MAX);
    }

    /** Verifies and gives back what is older than a time, or too much. */
    static void drain(long nanos) {
        for (Entry entry = next(nanos); entry != null; entry = next(nanos)) {
            entry.verifyAndGive();
        }
    }

    private static @Nullable Entry next(long nanos) {
        synchronized (ENTRIES) {
            Entry oldest = ENTRIES.peek();
            if (oldest == null || bytes <= BYTES_MAX && System.nanoTime() - oldest.since() < nanos) {
                return null;
            }
            bytes -= oldest.chunk().bytes;
            return ENTRIES.poll();
        }
    }

    /** {@return chunks in it} */
    static long chunks() {
        synchronized (ENTRIES) {
            return ENTRIES.size();
        }
    }
}
