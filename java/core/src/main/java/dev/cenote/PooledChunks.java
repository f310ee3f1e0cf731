package dev.cenote;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Our own source of chunks: a pool of chunks of one size that all arenas of one backend, policy and chunk size share, and
 * a pool of all sizes for pieces that need more. Both are opened when they are needed and closed when no arena has held a
 * chunk of theirs for {@value #IDLE_SECONDS} s, so a class loader is not kept alive by arenas it once had.
 */
final class PooledChunks implements MemoryArenaProvider.Source {

    private static final long MAXIMUM_BYTES = 1L << 38;
    private static final long IDLE_SECONDS = 60;
    private static final long IDLE_NANOS = IDLE_SECONDS * 1_000_000_000L;
    private static final Map<Key, PooledChunks> ALL = new ConcurrentHashMap<>();

    private record Key(Backend backend, NumaPolicy numaPolicy, int chunkBytes) {
    }

    private final Key key;
    /** Opened and closed under the lock; null: not open. */
    private volatile @Nullable BlockPool usual;
    private volatile @Nullable SizedPool large;
    /** When upkeep first saw that no arena has a chunk; 0: it has not. */
    private long idleSince;

    private PooledChunks(Key key) {
        this.key = key;
    }

    static PooledChunks of(Backend backend, NumaPolicy numaPolicy, int chunkBytes) {
        return ALL.computeIfAbsent(new Key(backend, numaPolicy, chunkBytes), PooledChunks::new);
    }

    @Override
    public Block take(long bytes) {
        while (true) {
            try {
                return bytes <= key.chunkBytes() ? takeUsual() : takeLarge(bytes);
            } catch (PoolClosedException e) {
                forgetClosed(); /* it was idle until now; the next turn opens another one */
            }
        }
    }

    @Override
    public void give(Block block) {
        block.close();
    }

    /** Bytes that arenas have, by the pools' own accounts: so taking and giving count nothing of their own. */
    private long out() {
        BlockPool pool = usual;
        SizedPool sized = large;
        return (pool == null ? 0 : pool.stats().bytesInUse()) + (sized == null ? 0 : sized.stats().bytesInUse());
    }

    private Block takeUsual() {
        BlockPool seen = usual;
        return (seen != null ? seen : openUsual()).get();
    }

    private Block takeLarge(long bytes) {
        SizedPool seen = large;
        return (seen != null ? seen : openLarge()).get(bytes);
    }

    private synchronized BlockPool openUsual() {
        BlockPool seen = usual;
        if (seen == null) {
            seen = BlockPool.builder().name("arena-chunks-" + key.chunkBytes()).backend(key.backend())
                .numaPolicy(key.numaPolicy()).blockBytes(key.chunkBytes()).maximumBytes(MAXIMUM_BYTES).build();
            usual = seen;
        }
        return seen;
    }

    private synchronized SizedPool openLarge() {
        SizedPool seen = large;
        if (seen == null) {
            seen = SizedPool.builder().name("arena-large").backend(key.backend()).numaPolicy(key.numaPolicy())
                .maximumBytes(MAXIMUM_BYTES).build();
            large = seen;
        }
        return seen;
    }

    private synchronized void forgetClosed() {
        BlockPool pool = usual;
        if (pool != null && pool.isClosed()) {
            usual = null;
        }
        SizedPool sized = large;
        if (sized != null && sized.isClosed()) {
            large = null;
        }
    }

    static void closeIdle(long nowNanos) {
        ALL.values().forEach(source -> source.closeIfIdle(nowNanos, IDLE_NANOS));
    }

    /** Whoever takes a chunk at this very moment either has it, and the pool waits for it, or finds the pool closed. */
    synchronized void closeIfIdle(long nowNanos, long idleNanos) {
        if (out() > 0) {
            idleSince = 0;
        } else if (idleSince == 0) {
            idleSince = Math.max(1, nowNanos);
        } else if (nowNanos - idleSince >= idleNanos) {
            idleSince = 0;
            BlockPool pool = usual;
            if (pool != null) {
                usual = null;
                pool.close();
            }
            SizedPool sized = large;
            if (sized != null) {
                large = null;
                sized.close();
            }
        }
    }
}
