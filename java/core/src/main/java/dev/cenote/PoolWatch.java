package dev.cenote;

import dev.cenote.internal.FlightRecords;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Follows blocks from get to put, for {@link Checks#SAMPLED} and {@link Checks#PARANOID}.
 * <p>A watched block carries the pool's mark with the lowest bit set, so the put of an ordinary one costs what it costs
 * without a watch. At PARANOID the user gets a handle made for this one stay, which is void after the put; the memory is
 * poisoned and kept apart until as many others were put after it, then looked at, and only then free again.
 * <p>Any thread.
 */
final class PoolWatch {

    private static final System.Logger LOG = System.getLogger(BlockPool.class.getName());
    private static final int SITES_LOGGED = 5;
    private static final int QUARANTINE_BLOCKS_MAX = 256;
    private static final long QUARANTINE_BYTES_MAX = 16L << 20;
    private static final int QUARANTINE_SHARE = 8;

    static final long NEVER = Long.MAX_VALUE;
    private static final int INTERVAL_MIN = 128;
    private static final int INTERVAL_MAX = 1 << 16;
    private static final long SAMPLE_NANOS_MIN = 1_000_000; /* a stack costs microseconds: at most about one a millisecond */

    private final BlockPool pool;
    private final boolean paranoid;
    private final Map<Block, BlockTrace> live = new ConcurrentHashMap<>();
    private final Deque<BlockTrace> quarantine = new ArrayDeque<>();
    private final int quarantineMax;
    private final LongAdder writesAfterPut = new LongAdder();

    private PoolWatch(BlockPool pool, boolean paranoid, int stride, int blocksMax) {
        this.pool = pool;
        this.paranoid = paranoid;
        this.quarantineMax = (int) Math.min(Math.min(QUARANTINE_BLOCKS_MAX, blocksMax / QUARANTINE_SHARE),
            QUARANTINE_BYTES_MAX / stride);
    }

    /** The watch of a level; null where nothing is watched. */
    static @Nullable PoolWatch of(BlockPool pool, Checks checks, int stride, int blocksMax) {
        return checks.compareTo(Checks.SAMPLED) < 0 ? null
            : new PoolWatch(pool, checks == Checks.PARANOID, stride, blocksMax);
    }

    /** What {@link Block#state} holds while a watched block is out. */
    private int mark() {
        return pool.marks().mark() | 1;
    }

    /** The count of gets at which a thread's first block is watched. */
    long firstSample() {
        return paranoid ? -1 : INTERVAL_MIN - 1;
    }

    /**
     * How many gets until the next: {@value #INTERVAL_MIN}, more where gets come so fast that stacks would cost more than
     * the gets.
     */
    int interval(int last, long nanosSince) {
        if (paranoid) {
            return -1;
        }
        return nanosSince < SAMPLE_NANOS_MIN ? Math.min(2 * last, INTERVAL_MAX) : Math.max(last / 2, INTERVAL_MIN);
    }

    /** A block was taken just now; gives what its user gets. */
    Block taken(Block block) {
        BlockTrace trace = new BlockTrace(block, paranoid);
        block.trace = trace;
        block.state = mark();
        trace.handle.state = mark();
        live.put(trace.handle, trace);
        return trace.handle;
    }

    /** A block that is not an ordinary one comes back; gives the one that is free now, if any. */
    @Nullable Block returned(@Nullable Block block) {
        BlockTrace trace = block == null || block.pool != pool || block.state != mark() ? null : block.trace;
        if (trace == null || !live.remove(trace.handle, trace)) { /* of two puts at the same moment, one is refused here */
            throw explained(block, PoolTexts.refused(pool, block));
        }
        if (!paranoid) {
            return freed(trace);
        }
        trace.putNow();
        trace.handle.retire();
        trace.plain.fill(Block.POISON);
        synchronized (quarantine) {
            quarantine.add(trace);
            if (!pool.isClosed() && quarantine.size() <= quarantineMax) {
                return null;
            }
            trace = quarantine.remove();
        }
        return released(trace);
    }

    private static RuntimeException explained(@Nullable Block block, RuntimeException refusal) {
        BlockTrace trace = block == null ? null : block.trace;
        return trace == null ? refusal : trace.explain(refusal);
    }

    private Block freed(BlockTrace trace) {
        trace.plain.trace = null;
        trace.plain.state = pool.marks().mark();
        return trace.plain;
    }

    private Block released(BlockTrace trace) {
        int wrong = trace.plain.firstNot(Block.POISON);
        if (wrong >= 0) {
            writesAfterPut.increment();
            String text = "pool \"" + pool.name() + "\": block " + trace.plain.number + " was written at offset " + wrong
                + " after it was put. Whoever kept its address or buffer() must stop using it before the put; the stacks show"
                + " who took and who put it";
            LOG.log(System.Logger.Level.ERROR, text, trace.explain(new StaleEntryException(text)));
        }
        return freed(trace);
    }

    /** Takes one block out of the quarantine; null: it is empty. */
    @Nullable Block release() {
        BlockTrace oldest;
        synchronized (quarantine) {
            oldest = quarantine.poll();
        }
        return oldest == null ? null : released(oldest);
    }

    /** Blocks that were put and are kept apart. */
    int quarantined() {
        synchronized (quarantine) {
            return quarantine.size();
        }
    }

    long writesAfterPut() {
        return writesAfterPut.sum();
    }

    /** What is out, by the line that took it, most first; {@code all} blocks are, watched or not. */
    List<OutstandingSite> sites(long all) {
        long now = System.nanoTime();
        Map<List<StackTraceElement>, List<BlockTrace>> bySite = new HashMap<>();
        long watched = 0;
        for (BlockTrace trace : live.values()) {
            bySite.computeIfAbsent(trace.site(), site -> new ArrayList<>()).add(trace);
            watched++;
        }
        List<OutstandingSite> sites = new ArrayList<>();
        bySite.forEach((stack, traces) -> {
            BlockTrace oldest = traces.get(0);
            for (BlockTrace trace : traces) {
                oldest = trace.nanos - oldest.nanos < 0 ? trace : oldest;
            }
            sites.add(new OutstandingSite(traces.size(), Duration.ofNanos(now - oldest.nanos), oldest.thread, stack));
        });
        sites.sort(Comparator.comparingLong(OutstandingSite::entries).reversed());
        if (all > watched) {
            sites.add(new OutstandingSite(all - watched, Duration.ZERO, "", List.of()));
        }
        return sites;
    }

    /** The pool was closed with blocks out: says which lines hold them. */
    void reportLeaks(long all) {
        List<OutstandingSite> sites = sites(all);
        for (OutstandingSite site : sites.subList(0, Math.min(SITES_LOGGED, sites.size()))) {
            FlightRecords.leak(pool.name(), site.entries() + " blocks", site.toString());
            LOG.log(System.Logger.Level.WARNING, "pool \"{0}\": still out: {1}", pool.name(), site);
        }
    }
}
