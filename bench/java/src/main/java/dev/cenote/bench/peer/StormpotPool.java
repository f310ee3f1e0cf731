package dev.cenote.bench.peer;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import stormpot.Allocator;
import stormpot.Pool;
import stormpot.PoolTap;
import stormpot.Poolable;
import stormpot.Slot;
import stormpot.Timeout;

/**
 * Stormpot with direct buffers, never expiring. This source compiles against 3.2 and 4.1; the two are not binary
 * compatible, so the driver compiles it again against 4.1 for the JDKs that can run that.
 */
class StormpotPool extends ObjectPeer<StormpotPool.Entry> {

    private static final Timeout WAIT = new Timeout(10, TimeUnit.SECONDS);

    private final Pool<Entry> pool;
    private final PoolTap<Entry> tap;

    StormpotPool(int bytes) {
        this(bytes, Pool.from(new Entries(bytes)).setSize(ENTRIES).setBackgroundExpirationEnabled(false)
                .setExpiration(info -> false).build());
    }

    private StormpotPool(int bytes, Pool<Entry> pool) {
        this(bytes, pool, pool);
        awaitFilled();
    }

    StormpotPool(int bytes, Pool<Entry> pool, PoolTap<Entry> tap) {
        super(bytes);
        this.pool = pool;
        this.tap = tap;
    }

    final Pool<Entry> pool() {
        return pool;
    }

    /** Its entries are made by a thread of its own: wait for them, so that no loop measures the filling. */
    private void awaitFilled() {
        Entry[] all = new Entry[ENTRIES];
        for (int i = 0; i < ENTRIES; i++) {
            all[i] = get();
        }
        for (Entry entry : all) {
            entry.release();
        }
    }

    @Override
    protected final Entry get() {
        try {
            Entry entry = tap.claim(WAIT);
            if (entry == null) {
                throw new IllegalStateException("no entry within the wait");
            }
            return entry;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    protected final void touch(Entry block) {
        block.buffer.put(0, (byte) 1);
        block.buffer.put(bytes() - 1, (byte) 1);
    }

    @Override
    protected final void put(Entry block) {
        block.release();
    }

    @Override
    public void close() {
        pool.shutdown();
    }

    /** What the pool keeps. */
    static final class Entry implements Poolable {
        private final Slot slot;
        private final ByteBuffer buffer;

        Entry(Slot slot, ByteBuffer buffer) {
            this.slot = slot;
            this.buffer = buffer;
        }

        @Override
        public void release() {
            slot.release(this);
        }
    }

    private static final class Entries implements Allocator<Entry> {
        private final int bytes;

        Entries(int bytes) {
            this.bytes = bytes;
        }

        @Override
        public Entry allocate(Slot slot) {
            return new Entry(slot, ByteBuffer.allocateDirect(bytes));
        }

        @Override
        public void deallocate(Entry entry) {
        }
    }
}
