package dev.cenote.bench.peer;

import dev.cenote.flow.GenerationalPool;
import java.nio.ByteBuffer;

/** Cenote's generational pool of direct buffers, with its defaults: the scheduler runs. */
abstract class CenoteGenerations extends BufferPeer {

    /** The pool under test. */
    final GenerationalPool<ByteBuffer> pool;

    private CenoteGenerations(int bytes) {
        super(bytes);
        pool = GenerationalPool.<ByteBuffer>builder(() -> ByteBuffer.allocateDirect(bytes)).name("bench").build();
    }

    @Override
    protected final ByteBuffer get() {
        return pool.get();
    }

    @Override
    public final void close() {
        pool.close();
    }

    /** Puts without a tag. */
    static final class Plain extends CenoteGenerations {
        Plain(int bytes) {
            super(bytes);
        }

        @Override
        protected void put(ByteBuffer block) {
            pool.put(block);
        }
    }

    /** Puts with a tag. */
    static final class Tagged extends CenoteGenerations {
        Tagged(int bytes) {
            super(bytes);
        }

        @Override
        protected void put(ByteBuffer block) {
            pool.put(block, "auth");
        }
    }
}
