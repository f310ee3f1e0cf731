import dev.cenote.Block;
import dev.cenote.BlockPool;
import java.nio.ByteBuffer;

/** A user's mistake, which the compiler has to find: a view of a block that was put before. */
final class Late {

    private Late() {
    }

    static void write(BlockPool pool) {
        Block block = pool.get();
        ByteBuffer view = block.buffer();
        pool.put(block);
        view.putInt(0, 1);
    }
}
