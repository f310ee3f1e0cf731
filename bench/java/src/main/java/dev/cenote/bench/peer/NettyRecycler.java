package dev.cenote.bench.peer;

import io.netty.util.Recycler;
import java.nio.ByteBuffer;

/** Netty's {@code Recycler} of entries that own a direct buffer. */
final class NettyRecycler extends ObjectPeer<NettyRecycler.Entry> {

    private final Recycler<Entry> recycler;

    NettyRecycler(int bytes) {
        super(bytes);
        recycler = new Recycler<>() {
            @Override
            protected Entry newObject(Handle<Entry> handle) {
                return new Entry(handle, ByteBuffer.allocateDirect(bytes));
            }
        };
    }

    @Override
    protected Entry get() {
        return recycler.get();
    }

    @Override
    protected void touch(Entry block) {
        block.buffer.put(0, (byte) 1);
        block.buffer.put(bytes() - 1, (byte) 1);
    }

    @Override
    protected void put(Entry block) {
        block.handle.recycle(block);
    }

    /** What the recycler keeps. */
    static final class Entry {
        private final Recycler.Handle<Entry> handle;
        private final ByteBuffer buffer;

        Entry(Recycler.Handle<Entry> handle, ByteBuffer buffer) {
            this.handle = handle;
            this.buffer = buffer;
        }
    }
}
