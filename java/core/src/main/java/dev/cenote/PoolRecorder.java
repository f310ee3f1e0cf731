package dev.cenote;

import dev.cenote.internal.FlightRecords;
import org.jspecify.annotations.Nullable;

/** Writes one block pool's statistics into the Flight Recorder while somebody records them. Called by {@link Upkeep} once a second. */
final class PoolRecorder {

    private @Nullable BlockPoolStats before;

    /** Whether there is something to say that only a look at the pool tells. */
    boolean isBehind() {
        return before == null && FlightRecords.wantsStatistics();
    }

    /** The pool is as it was the last time. */
    void repeat() {
        BlockPoolStats last = before;
        if (last != null && FlightRecords.wantsStatistics()) {
            tell(last);
        } else {
            before = null; /* a later recording begins with a second of its own */
        }
    }

    void record(BlockPool pool) {
        if (!FlightRecords.wantsStatistics()) {
            before = null; /* a later recording begins with a second of its own */
            return;
        }
        BlockPoolStats now = pool.stats();
        tell(now);
        BlockPoolStats last = before;
        before = now;
        if (last != null) {
            growth(now.minus(last));
        } else if (now.growths() > 0 || now.growthsFailed() > 0) {
            growth(now); /* a young pool, or a young recording: what it has done so far */
        }
    }

    private static void tell(BlockPoolStats now) {
        FlightRecords.statistics(now.pool(), now.bytesInUse(), now.bytesFree(), now.bytesReserved(), now.bytesCommitted(), now.gets(),
            now.puts(), now.exchanges(), now.casFailures());
    }

    private static void growth(BlockPoolStats since) {
        if (since.growths() != 0 || since.growthsFailed() != 0 || since.chunksRetired() != 0 || since.bytesPurged() != 0) {
            FlightRecords.growth(since.pool(), since.growths(), since.growthsFailed(), since.growthsWithSpare(), since.growthNanos(),
                since.chunksActive(), since.chunksRetired(), since.bytesPurged());
        }
    }
}
