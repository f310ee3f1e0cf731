import dev.cenote.Backend;
import dev.cenote.Block;
import dev.cenote.BlockPool;
import dev.cenote.BlockPoolStats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;

/**
 * Resident memory of the process before, at the height of and after a burst of 512 MiB by four threads that live on.
 * <p>It must come back to within a tenth of before: without traffic within retainFor and two seconds, and at once after
 * trim(). Arguments: the size of a block; {@code fifo}, {@code lifo} or {@code crossed}: the order of the puts (crossed: each
 * thread puts what its neighbour took). Exit 0 when it does.
 */
public final class Burst {

    private static final int THREADS = 4;
    private static final long BURST_BYTES = 512L << 20;
    private static final Duration RETAIN_FOR = Duration.ofSeconds(2);
    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final double TOLERANCE = 1.10;

    private final BlockPool pool;
    private final int blockBytes;
    private final String order;
    private final CyclicBarrier barrier = new CyclicBarrier(THREADS + 1);
    private final List<Deque<Block>> taken = new ArrayList<>();

    private Burst(int blockBytes, String order) {
        this.blockBytes = blockBytes;
        this.order = order;
        pool = BlockPool.builder().name("burst").blockBytes(blockBytes).maximumBytes(1L << 30).retainFor(RETAIN_FOR)
            .backend(Backend.JNI).build();
        for (int i = 0; i < THREADS; i++) {
            taken.add(new ArrayDeque<>());
        }
    }

    private static long residentBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) << 10;
            }
        }
        throw new IOException("no VmRSS in /proc/self/status");
    }

    /** Takes a share, waits at the barrier, puts it, waits again; two bursts after a small first one, which warms up. */
    private void run(int index) {
        try {
            for (long share : new long[] {4L << 20, BURST_BYTES / THREADS, BURST_BYTES / THREADS}) {
                Deque<Block> mine = taken.get(index);
                for (long bytes = 0; bytes < share; bytes += blockBytes) {
                    Block block = pool.get();
                    for (int at = 0; at < blockBytes; at += 4096) {
                        block.putByte(at, (byte) 1);
                    }
                    mine.add(block);
                }
                barrier.await();
                barrier.await();
                Deque<Block> others = order.equals("crossed") ? taken.get((index + 1) % THREADS) : mine;
                while (!others.isEmpty()) {
                    (order.equals("lifo") ? others.removeLast() : others.removeFirst()).close();
                }
                barrier.await();
                barrier.await();
            }
            barrier.await(); /* never: the threads stay, idle, with what their magazines hold */
        } catch (InterruptedException | BrokenBarrierException | RuntimeException e) {
            e.printStackTrace();
            System.exit(2); /* the others would wait at the barrier */
        }
    }

    /** Lets the threads take, and gives what is resident at the height; they have put all when this returns. */
    private long burst() throws Exception {
        barrier.await();
        long peak = residentBytes();
        barrier.await();
        barrier.await();
        return peak;
    }

    private static void print(String what, long bytes, long before, String more) {
        System.out.printf(Locale.ROOT, "        %-30s %7.1f MiB %5.2f x%s%n", what, bytes / 1048576.0, (double) bytes / before, more);
    }

    private static boolean judge(String what, long bytes, long before) {
        boolean good = bytes <= before * TOLERANCE;
        System.out.println(good ? "  ok    " + what : "  FAIL  " + what + ": " + (bytes - before >> 10) + " KiB above before");
        return good;
    }

    private int measure() throws Exception {
        for (int i = 0; i < THREADS; i++) {
            int index = i;
            Thread thread = new Thread(() -> run(index), "burst-" + i);
            thread.setDaemon(true);
            thread.start();
        }
        burst();
        pool.trim();
        System.gc();
        long before = residentBytes();
        print("before", before, before, "");

        barrier.await();
        long peak = burst();
        long put = System.nanoTime();
        print("at the height", peak, before, "");
        long now = residentBytes();
        long bound = RETAIN_FOR.plus(GRACE).toNanos();
        while (now > before * TOLERANCE && System.nanoTime() - put < bound) {
            Thread.sleep(20);
            now = residentBytes();
        }
        BlockPoolStats stats = pool.stats();
        print("idle", now, before, String.format(Locale.ROOT, " after %.1f s, retainFor %.1f s; chunks: %d active, %d spare", (System.nanoTime() - put) / 1e9,
            RETAIN_FOR.toMillis() / 1e3, stats.chunksActive(), stats.chunksSpare()));
        boolean good = judge("without traffic, " + order, now, before);

        barrier.await();
        peak = burst();
        print("at the height", peak, before, "");
        long released = pool.trim();
        now = residentBytes();
        stats = pool.stats();
        print("after trim()", now, before, String.format(Locale.ROOT, ", which gave %d MiB back; chunks: %d active, %d spare",
            released >> 20, stats.chunksActive(), stats.chunksSpare()));
        good &= judge("at once after trim(), " + order, now, before);
        return good ? 0 : 1;
    }

    public static void main(String[] arguments) throws Exception {
        System.exit(new Burst(Integer.parseInt(arguments[0]), arguments[1]).measure());
    }
}
