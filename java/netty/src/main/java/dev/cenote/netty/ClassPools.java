package dev.cenote.netty;

import dev.cenote.Block;
import dev.cenote.BlockPool;
import org.jspecify.annotations.Nullable;

/**
 * Blocks of any size: a pool for each size class, opened when first used.
 */
final class ClassPools {

    private final BlockPool[] pools = new BlockPool[128];
    private final CenoteByteBufAllocatorBuilder builder;
    private boolean closed;

    ClassPools(CenoteByteBufAllocatorBuilder builder) {
        this.builder = builder;
    }

    String name() {
        return builder.name();
    }

    private BlockPool pool(long bytes) {
        int blockClass = HeapArrays.classOf((int) bytes);
        BlockPool pool = pools[blockClass];
        return pool != null ? pool : open(blockClass);
    }

    private synchronized BlockPool open(int blockClass) {
        BlockPool pool = pools[blockClass];
        if (pool == null) {
            pool = BlockPool.builder().name(name() + "-" + HeapArrays.bytesOf(blockClass)).backend(builder.backend())
                .blockBytes(HeapArrays.bytesOf(blockClass))
                .maximumBytes(Math.max(builder.maximumBytes(), HeapArrays.bytesOf(blockClass))).build();
            if (closed) {
                pool.close();
            }
            pools[blockClass] = pool;
        }
        return pool;
    }

    Block get(long bytes) {
        return pool(bytes).get();
    }

    @Nullable Block tryGet(long bytes) {
        return pool(bytes).tryGet();
    }

    void put(Block block) {
        block.close();
    }

    long classBytes(long bytes) {
        return HeapArrays.bytesOf(HeapArrays.classOf((int) bytes));
    }

    synchronized long bytesInUse() {
        long sum = 0;
        for (BlockPool pool : pools) {
            sum += pool == null ? 0 : pool.stats().bytesInUse();
        }
        return sum;
    }

    synchronized long trim() {
        long sum = 0;
        for (BlockPool pool : pools) {
            sum += pool == null ? 0 : pool.trim();
        }
        return sum;
    }

    synchronized void close() {
        closed = true;
        for (BlockPool pool : pools) {
            if (pool != null) {
                pool.close();
            }
        }
    }
}
