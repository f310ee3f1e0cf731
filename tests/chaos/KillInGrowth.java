import dev.cenote.Backend;
import dev.cenote.Block;
import dev.cenote.BlockPool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Grows and shrinks an anonymous pool and one in a file, over and over, to be killed in the middle of it.
 * <p>Arguments: the file; rounds, 0 for no end. Prints "growing" after the first round; exit 0 when each block kept its content.
 */
public final class KillInGrowth {

    private static final int BLOCK_BYTES = 16 << 10;
    private static final int BLOCKS = 512;

    private KillInGrowth() {
    }

    public static void main(String[] arguments) {
        long rounds = Long.parseLong(arguments[1]);
        try (BlockPool anonymous = pool("anonymous", null); BlockPool filed = pool("filed", Path.of(arguments[0]))) {
            for (long round = 0; rounds == 0 || round < rounds; round++) {
                wave(anonymous, round);
                wave(filed, round);
                if (round == 0) {
                    System.out.println("growing");
                    System.out.flush();
                }
            }
            if (anonymous.stats().growths() < rounds || filed.stats().growths() == 0) {
                throw new AssertionError("the pools did not grow: " + anonymous.stats() + ", " + filed.stats());
            }
        }
    }

    private static BlockPool pool(String name, Path file) {
        var builder = BlockPool.builder().name(name).blockBytes(BLOCK_BYTES).chunkBytes(2 << 20).maximumBytes(64L << 20)
            .maximumRetainedBytes(0).retainFor(Duration.ZERO).backend(Backend.JNI);
        return file == null ? builder.build() : builder.file(file).build();
    }

    private static void wave(BlockPool pool, long round) {
        List<Block> taken = new ArrayList<>();
        for (int i = 0; i < BLOCKS; i++) {
            Block block = pool.get();
            block.putLong(0, round * BLOCKS + i);
            block.putLong(BLOCK_BYTES - Long.BYTES, ~i);
            taken.add(block);
        }
        for (int i = 0; i < BLOCKS; i++) {
            Block block = taken.get(i);
            if (block.getLong(0) != round * BLOCKS + i || block.getLong(BLOCK_BYTES - Long.BYTES) != ~i) {
                throw new AssertionError("block " + i + " of round " + round + " of " + pool.name() + " lost its content");
            }
            block.close();
        }
        pool.trim();
    }
}
