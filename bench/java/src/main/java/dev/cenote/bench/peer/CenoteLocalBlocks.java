package dev.cenote.bench.peer;

import dev.cenote.Backend;
import dev.cenote.Block;
import dev.cenote.BlockPool;
import dev.cenote.LocalBlockPool;

/** Cenote through the explicit per-thread handle; what another thread sends is put through this thread's own. */
abstract class CenoteLocalBlocks extends ObjectPeer<Block> {

    private final BlockPool pool;
    private final LocalBlockPool local;
    private final int last;

    CenoteLocalBlocks(int bytes, BlockPool pool) {
        super(bytes);
        this.pool = pool;
        this.local = pool.local();
        this.last = bytes - 1;
    }

    final BlockPool pool() {
        return pool;
    }

    @Override
    protected final Block get() {
        return local.get();
    }

    @Override
    protected final void touch(Block block) {
        block.putByte(0, (byte) 1);
        block.putByte(last, (byte) 1);
    }

    @Override
    protected final void put(Block block) {
        local.put(block);
    }

    @Override
    public final void close() {
        pool.close();
    }

    /** On the native core. */
    static final class Jni extends CenoteLocalBlocks {
        Jni(int bytes) {
            this(bytes, CenoteBlocks.open(bytes, Backend.JNI));
        }

        private Jni(int bytes, BlockPool pool) {
            super(bytes, pool);
        }

        @Override
        public Peer forThread() {
            return new Jni(bytes(), pool());
        }
    }

    /** On the Java backend. */
    static final class Java extends CenoteLocalBlocks {
        Java(int bytes) {
            this(bytes, CenoteBlocks.open(bytes, Backend.JAVA));
        }

        private Java(int bytes, BlockPool pool) {
            super(bytes, pool);
        }

        @Override
        public Peer forThread() {
            return new Java(bytes(), pool());
        }
    }
}
