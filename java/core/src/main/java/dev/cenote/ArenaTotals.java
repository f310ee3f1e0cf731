package dev.cenote;

import java.util.concurrent.atomic.LongAdder;

/**
 * What all arenas of this class loader have done together. Numbers marked "now" are levels, the others only grow.
 *
 * @param arenasOpened arenas opened
 * @param arenasOpen not closed yet, now
 * @param arenasReclaimed closed by the sweep, because their owner thread had ended without closing them
 * @param chunksTaken chunks that arenas took from their sources
 * @param chunksReused of them, those that an arena had before: memory that was warm
 * @param chunksHeld in the hands of open arenas and of closed ones that somebody is still inside of, now
 * @param chunksInLimbo of them, those of closed or reset arenas that wait for somebody inside, now
 * @param chunksInQuarantine poisoned chunks that wait for their verification, now
 * @param fallbacks pieces that a parent served because an arena was at its limit
 * @param regionsAdopted regions of ended threads in per-thread arenas that other threads go on filling
 * @param writesAfterRelease chunks in whose poison somebody wrote; each was logged with both stacks
 */
public record ArenaTotals(long arenasOpened, long arenasOpen, long arenasReclaimed, long chunksTaken, long chunksReused,
                          long chunksHeld, long chunksInLimbo, long chunksInQuarantine, long fallbacks,
                          long regionsAdopted, long writesAfterRelease) {

    static final LongAdder OPENED = new LongAdder();
    static final LongAdder CLOSED = new LongAdder();
    static final LongAdder RECLAIMED = new LongAdder();
    static final LongAdder TAKEN = new LongAdder();
    static final LongAdder REUSED = new LongAdder();
    static final LongAdder GIVEN = new LongAdder();
    static final LongAdder FALLBACKS = new LongAdder();
    static final LongAdder ADOPTED = new LongAdder();
    static final LongAdder WRITTEN = new LongAdder();

    static ArenaTotals now() {
        long closed = CLOSED.sum(); /* before what they are taken from, so that no level comes out negative */
        long given = GIVEN.sum();
        long opened = OPENED.sum();
        long taken = TAKEN.sum();
        return new ArenaTotals(opened, opened - closed, RECLAIMED.sum(), taken, REUSED.sum(), taken - given,
            ArenaLimbo.chunks(), ArenaQuarantine.chunks(), FALLBACKS.sum(), ADOPTED.sum(), WRITTEN.sum());
    }

    /** {@return the share of chunks that were warm when taken, 0 to 1; 0 if none was taken} */
    public double reuseRate() {
        return chunksTaken == 0 ? 0 : (double) chunksReused / chunksTaken;
    }
}
