package dev.cenote;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Our own source of chunks: a pool of chunks of one size that all arenas of one backend, policy and chunk size share, and
 * pools of doubled sizes for pieces that need more. Pools are opened when they are needed and closed when no arena has held
 * a chunk of theirs for {@value #IDLE_SECONDS} s, so a class loader is not kept alive by arenas it once had.
 */
final class PooledChunks implements MemoryArenaProvider.Source {

    private static final long MAXIMUM_BYTES = 1L << 38;
    private static final int BLOCK_BYTES_MAX = 1 << 30;
    private static final long IDLE_SECONDS = 60;
    private static final long IDLE_NANOS = IDLE_SECONDS * 1_000_000_000L;
    private static final Map<Key, PooledChunks> ALL = new ConcurrentHashMap<>();

    private record Key(Backend backend, NumaPolicy numaPolicy, int chunkBytes) {
    }

    private final Key key;
    /** Element i has blocks of chunkBytes times 2 to the power of i. Elements change under the lock. */
    private volatile @Nullable BlockPool[] pools;
    /** Chunks that arenas have, of all pools; and when upkeep first saw none. */
    private final AtomicInteger out = new AtomicInteger();
    private long idleSince;

    private PooledChunks(Key key) {
        this.key = key;
        this.pools = new BlockPool[1 + index(key.chunkBytes(), BLOCK_BYTES_MAX)];
    }

    static PooledChunks of(Backend backend, NumaPolicy numaPolicy, int chunkBytes) {
        return ALL.computeIfAbsent(new Key(backend, numaPolicy, chunkBytes), PooledChunks::new);
    }

    /** The first doubling of chunkBytes that has so many bytes; the last one is cut to what a pool can have. */
    private static int index(int chunkBytes, long bytes) {
        int index = 0;
        while (((long) chunkBytes << index) < bytes) {
            index++;
        }
        return index;
    }

    @Override
    public Block take(long bytes) {
        int index = bytes <= key.chunkBytes() ? 0 : index(key.chunkBytes(), bytes);
        out.getAndIncrement();
        try {
            while (true) {
                BlockPool pool = pools[index];
                try {
                    return (pool != null ? pool : open(index)).get();
                } catch (PoolClosedException e) {
                    forget(index, pool); /* idle until now; the next turn opens another one */
                }
            }
        } catch (RuntimeException | Error e) {
            out.getAndDecrement();
            throw e;
        }
    }

    @Override
    public void give(Block block) {
        block.close();
        out.getAndDecrement();
    }

    private synchronized BlockPool open(int index) {
        BlockPool seen = pools[index];
        if (seen != null) {
            return seen;
        }
        int blockBytes = (int) Math.min(BLOCK_BYTES_MAX, (long) key.chunkBytes() << index);
        BlockPool made = BlockPool.builder()
            .name("arena-chunks-" + blockBytes)
            .backend(key.backend())
            .numaPolicy(key.numaPolicy())
            .blockBytes(blockBytes)
            .maximumBytes(MAXIMUM_BYTES)
            .prefault(index == 0) /* nobody knows how much of a large piece is used */
            .build();
        set(index, made);
        return made;
    }

    private void set(int index, @Nullable BlockPool pool) {
        BlockPool[] copy = pools.clone();
        copy[index] = pool;
        pools = copy;
    }

    private synchronized void forget(int index, @Nullable BlockPool closed) {
        if (pools[index] == closed) {
            set(index, null);
        }
    }

    static void closeIdle(long nowNanos) {
        ALL.values().forEach(source -> source.closeIfIdle(nowNanos, IDLE_NANOS));
    }

    synchronized void closeIfIdle(long nowNanos, long idleNanos) {
        if (out.get() > 0) {
            idleSince = 0;
        } else if (idleSince == 0) {
            idleSince = Math.max(1, nowNanos);
        } else if (nowNanos - idleSince >= idleNanos) {
            BlockPool[] last = pools;
            pools = new BlockPool[last.length];
            idleSince = 0;
            for (BlockPool pool : last) {
                if (pool != null) {
                    pool.close();
                }
            }
        }
    }
}
