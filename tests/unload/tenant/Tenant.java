import dev.cenote.Backend;
import dev.cenote.Block;
import dev.cenote.BlockPool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * What a web application would be: lives in a class loader of its own together with Cenote, and is thrown away.
 * <p>A pool stays reachable through this object alone; the tasks it hands out forget it when they are done.
 */
public final class Tenant implements Callable<Runnable>, AutoCloseable {

    private static final int BLOCKS = 2000; /* more than a thread may keep, so that the depot has its part */
    private static final int BLOCK_BYTES = 4096;
    private static final long MAXIMUM_BYTES = 64L << 20;

    private final BlockPool direct = pool("direct");
    private final BlockPool handed = pool("handed");

    private static BlockPool pool(String name) {
        return BlockPool.builder().name(name).blockBytes(BLOCK_BYTES).initialBytes(4L << 20).maximumBytes(MAXIMUM_BYTES)
            .retainFor(Duration.ofSeconds(1)).backend(Backend.JNI).build();
    }

    /** Gives a task for one of the host's threads, which outlives this class loader. */
    @Override
    public Runnable call() {
        return () -> {
            List<Block> taken = new ArrayList<>();
            for (int round = 0; round < 20; round++) {
                for (int i = 0; i < BLOCKS; i++) {
                    Block block = round % 2 == 0 ? direct.get() : handed.local().get();
                    block.putLong(BLOCK_BYTES - Long.BYTES, i);
                    taken.add(block);
                }
                for (int i = 0; i < BLOCKS; i++) {
                    Block block = taken.get(i);
                    if (block.getLong(BLOCK_BYTES - Long.BYTES) != i) {
                        throw new AssertionError("block " + i + " was overwritten");
                    }
                    block.close();
                }
                taken.clear();
            }
        };
    }

    @Override
    public void close() {
        direct.close();
        handed.close();
    }
}
