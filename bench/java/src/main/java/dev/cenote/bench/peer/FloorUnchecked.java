package dev.cenote.bench.peer;

import java.nio.ByteBuffer;

/**
 * A per-thread handle without any check: a stack of entries in fields of its own. What Cenote's handle costs beyond
 * this is an upper bound for the price of its checks.
 */
final class FloorUnchecked extends ObjectPeer<FloorUnchecked.Entry> {

    private final Entry[] stack = new Entry[ENTRIES];
    private int count;

    FloorUnchecked(int bytes) {
        super(bytes);
        ByteBuffer all = ByteBuffer.allocateDirect(bytes * ENTRIES);
        for (int i = 0; i < ENTRIES; i++) {
            stack[i] = new Entry(all.slice(i * bytes, bytes));
        }
        count = ENTRIES;
    }

    @Override
    public Peer forThread() {
        return new FloorUnchecked(bytes());
    }

    @Override
    protected Entry get() {
        return stack[--count];
    }

    @Override
    protected void touch(Entry block) {
        block.buffer.put(0, (byte) 1);
        block.buffer.put(bytes() - 1, (byte) 1);
    }

    @Override
    protected void put(Entry block) {
        stack[count++] = block;
    }

    /** A block object that knows its buffer. */
    static final class Entry {
        private final ByteBuffer buffer;

        Entry(ByteBuffer buffer) {
            this.buffer = buffer;
        }
    }
}
