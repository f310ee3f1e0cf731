import dev.cenote.Backend;
import dev.cenote.Block;
import dev.cenote.BlockPool;
import dev.cenote.BlockPoolStats;
import dev.cenote.PoolClosedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Four threads grow and trim one pool without end, while something of real-time priority takes the processor of two of them
 * away, and of the native thread that maps and touches the memory, which the script that starts this sees to: "kept-0",
 * "kept-1" and "cenote-grower" are to be tied to it, "free-0" and "free-1" not.
 * <p>Argument: a file; when it is there, the end is near. Prints "loaded", then "starved:" and what the growths went through.
 * Exit 0 when no thread failed, each went on, and the pool takes all back.
 */
public final class Starved {

    private static final int BLOCK_BYTES = 16 << 10;
    private static final int BURST = 512;
    private static final String[] NAMES = {"kept-0", "kept-1", "free-0", "free-1"};

    private final BlockPool pool = BlockPool.builder().name("starved").blockBytes(BLOCK_BYTES).chunkBytes(2 << 20)
        .maximumBytes(64L << 20).maximumRetainedBytes(0).retainFor(Duration.ZERO).prefault(true).backend(Backend.JNI).build();
    private final CountDownLatch running = new CountDownLatch(NAMES.length);
    private final AtomicLong[] bursts = new AtomicLong[NAMES.length];
    private volatile Throwable failure;

    private Starved() {
    }

    public static void main(String[] arguments) throws InterruptedException {
        new Starved().run(Path.of(arguments[0]));
        System.exit(0);
    }

    private void run(Path end) throws InterruptedException {
        for (int i = 0; i < NAMES.length; i++) {
            int index = i;
            bursts[index] = new AtomicLong();
            Thread thread = new Thread(() -> load(index), NAMES[index]);
            thread.setDaemon(true);
            thread.start();
        }
        running.await();
        System.out.println("loaded");
        System.out.flush();
        while (!Files.exists(end)) {
            Thread.sleep(20);
        }
        BlockPoolStats stats = pool.stats();
        System.out.println("starved: " + stats.growths() + " growths, " + stats.growthWaits()
            + " waits for another thread's");
        awaitProgress();
        pool.close(); /* the threads put back what they hold when they find it closed */
        for (int i = 0; pool.stats().blocksInUse() > 0 && i < 600; i++) {
            Thread.sleep(100);
        }
        if (failure != null || pool.stats().blocksInUse() != 0) {
            throw new AssertionError("blocks stay out: " + pool.stats(), failure);
        }
    }

    /** Each thread does one burst more, now that nobody takes its processor away: none is stuck for good. */
    private void awaitProgress() throws InterruptedException {
        for (int i = 0; i < NAMES.length; i++) {
            long seen = bursts[i].get();
            for (int t = 0; bursts[i].get() == seen && failure == null; t++) {
                if (t == 600) {
                    throw new AssertionError(NAMES[i] + " did not go on within a minute: " + pool.stats());
                }
                Thread.sleep(100);
            }
        }
        if (failure != null) {
            throw new AssertionError("a thread failed", failure);
        }
    }

    private void load(int index) {
        List<Block> taken = new ArrayList<>();
        try {
            while (true) {
                burst(index, taken);
                pool.trim();
                if (bursts[index].getAndIncrement() == 0) {
                    running.countDown();
                }
            }
        } catch (PoolClosedException e) {
            taken.forEach(Block::close);
        } catch (RuntimeException | Error e) {
            failure = e;
            running.countDown();
        }
    }

    private void burst(int index, List<Block> taken) {
        for (int i = 0; i < BURST; i++) {
            Block block = pool.get();
            block.putLong(0, i);
            block.putLong(BLOCK_BYTES - Long.BYTES, index);
            taken.add(block);
        }
        for (int i = 0; i < BURST; i++) {
            Block block = taken.get(i);
            if (block.getLong(0) != i || block.getLong(BLOCK_BYTES - Long.BYTES) != index) {
                throw new AssertionError("a block was given twice");
            }
            block.close();
        }
        taken.clear();
    }
}
