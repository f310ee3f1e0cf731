package dev.cenote;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the tests of arenas share: small arenas on the backend under test, whose source counts what is out.
 */
final class TestArenas {

    static final int CHUNK = 4096;

    private TestArenas() {
    }

    /** A source with a pool of its own, so that a test sees what its own arenas leave. */
    static final class CountingSource implements MemoryArenaProvider.Source, AutoCloseable {
        private final BlockPool pool;
        private final BlockPool medium;
        private final BlockPool large;
        final AtomicInteger out = new AtomicInteger();
        final List<RuntimeException> refusals = new ArrayList<>();

        CountingSource(long maximumBytes) {
            pool = TestPools.builder().name("arena-test").blockBytes(CHUNK).maximumBytes(maximumBytes).magazineBlocks(1).build();
            medium = TestPools.builder().name("arena-test-medium").blockBytes(1 << 16).maximumBytes(256 << 16)
                .magazineBlocks(1).build();
            large = TestPools.builder().name("arena-test-large").blockBytes(1 << 21).maximumBytes(32 << 21).magazineBlocks(1)
                .prefault(false).build();
        }

        @Override
        public Block take(long bytes) {
            Block block = (bytes <= CHUNK ? pool : bytes <= 1 << 16 ? medium : large).get();
            out.incrementAndGet();
            return block;
        }

        @Override
        public void give(Block block) {
            synchronized (refusals) {
                if (!refusals.isEmpty()) {
                    throw refusals.remove(0);
                }
            }
            out.decrementAndGet();
            block.close();
        }

        BlockPool pool() {
            return pool;
        }

        @Override
        public void close() {
            pool.close();
            medium.close();
            large.close();
        }
    }

    /** What a builder makes, with a source of the test's. */
    static final class Builder {
        private final ArenaKind kind;
        CountingSource source;
        private long limit = Long.MAX_VALUE;
        private long retained = 4 * CHUNK;
        private MemoryArena parent;
        private boolean zeroed;
        private Checks checks = Checks.BASIC;

        Builder(ArenaKind kind, CountingSource source) {
            this.kind = kind;
            this.source = source;
        }

        Builder limit(long bytes) {
            limit = bytes;
            return this;
        }

        Builder retained(long bytes) {
            retained = bytes;
            return this;
        }

        Builder parent(MemoryArena arena) {
            parent = arena;
            return this;
        }

        Builder zeroed() {
            zeroed = true;
            return this;
        }

        Builder checks(Checks level) {
            checks = level;
            return this;
        }

        private ArenaSettings settings() {
            return new ArenaSettings("test", kind, source, CHUNK, limit, retained, parent, zeroed, checks, true);
        }

        MemoryArena build() {
            return new MemoryArena(settings());
        }

        SharedRegion buildRegion() {
            return new SharedRegion(settings());
        }
    }

    static Builder builder(ArenaKind kind, CountingSource source) {
        return new Builder(kind, source);
    }

    static ArenaRegion regionOf(MemoryArena arena) {
        return arena.region;
    }

    /** Without a source: for states alone. */
    static Builder builder(ArenaKind kind) {
        return new Builder(kind, null);
    }
}
