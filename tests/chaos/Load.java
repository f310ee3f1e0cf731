import dev.cenote.Backend;
import dev.cenote.Block;
import dev.cenote.BlockPool;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Threads that take and put without end, in magazines of one, so that they are in native code most of the time.
 */
final class Load {

    private static final int BLOCK_BYTES = 1024;
    private static final int BURST = 256;

    private final BlockPool pool;
    private final CountDownLatch running;
    private volatile Throwable failure;

    private Load(int threads) {
        pool = BlockPool.builder().name("load").blockBytes(BLOCK_BYTES).maximumBytes(64L << 20).magazineBlocks(1)
            .backend(Backend.JNI).build();
        running = new CountDownLatch(threads);
    }

    /** Starts so many daemon threads; returns when all of them have been through the pool once. */
    static Load start(int threads) throws InterruptedException {
        Load load = new Load(threads);
        for (int i = 0; i < threads; i++) {
            int index = i;
            Thread thread = new Thread(() -> load.run(index), "load-" + i);
            thread.setDaemon(true);
            thread.start();
        }
        load.running.await();
        return load;
    }

    BlockPool pool() {
        return pool;
    }

    /** What went wrong in a thread, or null. */
    Throwable failure() {
        return failure;
    }

    private void run(int index) {
        List<Block> taken = new ArrayList<>();
        try {
            for (long round = 0; ; round++) {
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
                if (round % 16 == index) {
                    pool.trim();
                }
                if (round == 0) {
                    running.countDown();
                }
            }
        } catch (dev.cenote.PoolClosedException e) {
            taken.forEach(Block::close); /* closed by the program that started the load: the usual end */
        } catch (RuntimeException | Error e) {
            failure = e;
            running.countDown();
        }
    }
}
