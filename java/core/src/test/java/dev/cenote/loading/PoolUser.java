package dev.cenote.loading;

import dev.cenote.Backend;
import dev.cenote.Block;
import dev.cenote.BlockPool;
import java.util.concurrent.Callable;

/** What an application does with Cenote, to be loaded by the class loader of that application. */
public final class PoolUser implements Callable<String> {

    /** A native one in each run: the library is what class loaders share or don't. */
    static final Backend BACKEND =
        "ffm".equals(System.getProperty("cenote.test.backend")) ? Backend.FFM : Backend.JNI;

    private final BlockPool pool =
        BlockPool.builder().backend(BACKEND).name("application").blockBytes(256).maximumBytes(1 << 20).build();

    /** By reflection, once an application. */
    public PoolUser() {
    }

    /** Uses a block on the calling thread; fails when the pool's numbers are not its own. */
    @Override
    public String call() {
        Block block = pool.get();
        block.putLong(0, 42);
        long inUse = pool.stats().blocksInUse();
        long value = block.getLong(0);
        pool.put(block);
        return pool.backend() + " " + value + " " + (inUse >= 1 && inUse <= 64);
    }

    /** Takes a block that never comes back. */
    public void keepOne() {
        pool.get().putLong(0, 1);
    }

    public long blocksInUse() {
        return pool.stats().blocksInUse();
    }

    public void close() {
        pool.close();
    }
}
