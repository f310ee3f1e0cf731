import dev.cenote.Backend;
import dev.cenote.Block;
import dev.cenote.BlockPool;
import dev.cenote.PoolExhaustedException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes and touches memory until it is refused; run in a container whose limit is far below the pool's maximum.
 * <p>Argument: {@code pool}, which must end with exit 0 and the refusal's text, or {@code canary}, which takes the same
 * memory without a pool and must be killed.
 */
public final class SmallContainer {

    private static final int BLOCK_BYTES = 64 << 10;
    private static final long MAXIMUM_BYTES = 4L << 30;

    private SmallContainer() {
    }

    private static void touch(ByteBuffer buffer) {
        for (int at = 0; at < buffer.capacity(); at += 4096) {
            buffer.put(at, (byte) 1);
        }
    }

    public static void main(String[] arguments) {
        if (arguments[0].equals("canary")) {
            List<ByteBuffer> held = new ArrayList<>();
            for (long bytes = 0; bytes < MAXIMUM_BYTES; bytes += 1 << 20) {
                ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
                touch(buffer);
                held.add(buffer);
            }
            return;
        }
        BlockPool pool = BlockPool.builder().name("small").blockBytes(BLOCK_BYTES).maximumBytes(MAXIMUM_BYTES)
            .backend(Backend.JNI).build();
        List<Block> held = new ArrayList<>();
        String refusal = null;
        while (refusal == null) {
            try {
                Block block = pool.get();
                touch(block.buffer());
                held.add(block);
            } catch (PoolExhaustedException e) {
                refusal = String.valueOf(e.getMessage());
            }
        }
        long taken = (long) held.size() * BLOCK_BYTES;
        held.remove(held.size() - 1).close();
        pool.get(); /* what comes back is served again */
        System.out.println((taken >> 20) + " MiB, then: " + refusal);
        System.exit(taken > 16 << 20 && refusal.contains("container's memory limit") ? 0 : 1);
    }
}
