package dev.cenote.bench.harness;

import dev.cenote.Backend;
import dev.cenote.Block;
import dev.cenote.BlockPool;
import dev.cenote.BlockPoolStats;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * One backend on one thread, in short rounds of which the median is told: the cycle of get and put, which calls no
 * backend; the exchange, where each get and each put is one call into it; whole magazines; and growth, by taking
 * {@value #FRESH_MEBIBYTES} MiB that nobody has used before.
 *
 * <p>Arguments: backend, milliseconds to measure each.
 */
public final class BackendFigures {

    private static final int BLOCK_BYTES = 1024;
    private static final int LARGE_BYTES = 4096;
    private static final int FRESH_MEBIBYTES = 64;
    private static final int FRESH_ROUNDS = 6;
    private static final int HELD = 512;
    private static final int ROUNDS_MAX = 100_000;
    private static final long WARM_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private final Backend backend;
    private final long runNanos;
    private final Block[] held = new Block[HELD];

    private BackendFigures(Backend backend, long millis) {
        this.backend = backend;
        runNanos = TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /** Runs it. */
    public static void main(String[] args) {
        BackendFigures figures = new BackendFigures(Backend.valueOf(args[0].toUpperCase(Locale.ROOT)),
                Long.parseLong(args[1]));
        Affinity.pin(0);
        figures.cycle();
        figures.exchange("exchange", 1);
        figures.exchange("magazines", 64);
        figures.fresh();
    }

    private BlockPool open(int magazineBlocks) {
        return BlockPool.builder().name("bench").backend(backend).blockBytes(BLOCK_BYTES).magazineBlocks(magazineBlocks)
                .initialBytes((long) BLOCK_BYTES * HELD * 2).maximumBytes(1L << 30).build();
    }

    private interface Round {
        /** Runs once; gives the number of operations. */
        int run();
    }

    /** The median over the rounds of nanoseconds per operation, after a while to warm up. */
    private double median(Round round) {
        double[] nanos = new double[ROUNDS_MAX];
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < WARM_NANOS) {
            round.run();
        }
        int rounds = 0;
        long start = System.nanoTime();
        for (long until = start + runNanos; start < until && rounds < ROUNDS_MAX; rounds++) {
            int operations = round.run();
            long end = System.nanoTime();
            nanos[rounds] = (double) (end - start) / operations;
            start = end;
        }
        return Outcome.median(nanos, rounds);
    }

    private void cycle() {
        try (BlockPool pool = open(0)) {
            Outcome.tell("cycle", median(() -> {
                for (int i = 0; i < HELD; i++) {
                    Block block = pool.get();
                    block.putByte(0, (byte) i);
                    pool.put(block);
                }
                return HELD;
            }));
        }
    }

    /** Many taken, then put: with magazines of one block each get and each put is an exchange. */
    private void exchange(String name, int magazineBlocks) {
        try (BlockPool pool = open(magazineBlocks)) {
            Outcome.tell(name, median(() -> {
                for (int i = 0; i < HELD; i++) {
                    held[i] = pool.get();
                }
                for (int i = HELD; i-- > 0;) {
                    pool.put(held[i]);
                }
                return 2 * HELD;
            }));
        }
    }

    private void fresh() {
        int count = (FRESH_MEBIBYTES << 20) / LARGE_BYTES;
        Block[] taken = new Block[count];
        double[] perBlock = new double[FRESH_ROUNDS];
        double[] perGrowth = new double[FRESH_ROUNDS];
        for (int round = -1; round < FRESH_ROUNDS; round++) {   // the first teaches the JIT
            try (BlockPool pool = BlockPool.builder().name("fresh").backend(backend).blockBytes(LARGE_BYTES)
                    .maximumBytes(1L << 30).build()) {
                long start = System.nanoTime();
                for (int i = 0; i < count; i++) {
                    taken[i] = pool.get();
                    taken[i].putByte(0, (byte) 1);
                }
                long nanos = System.nanoTime() - start;
                BlockPoolStats stats = pool.stats();
                if (round >= 0) {
                    perBlock[round] = (double) nanos / count;
                    perGrowth[round] = stats.growths() == 0 ? 0 : (double) stats.growthNanos() / stats.growths();
                }
                for (Block block : taken) {
                    pool.put(block);
                }
            }
        }
        Outcome.tell("fresh", Outcome.median(perBlock, FRESH_ROUNDS));
        Outcome.tell("growth", Outcome.median(perGrowth, FRESH_ROUNDS));
    }
}
