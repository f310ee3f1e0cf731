package dev.cenote.bench.peer;

import dev.cenote.Backend;
import dev.cenote.Block;
import dev.cenote.BlockPool;
import dev.cenote.Checks;

/** Cenote's {@code BlockPool} as most programs use it: the pool finds the calling thread's magazines by itself. */
abstract class CenoteBlocks extends ObjectPeer<Block> {

    private final BlockPool pool;
    private final int last;

    private CenoteBlocks(int bytes, Backend backend) {
        super(bytes);
        pool = open(bytes, backend);
        last = bytes - 1;
    }

    /** A pool that begins with as many blocks as the rivals are given. */
    static BlockPool open(int bytes, Backend backend) {
        return open(bytes, backend, Checks.BASIC);
    }

    static BlockPool open(int bytes, Backend backend, Checks checks) {
        return BlockPool.builder().checks(checks).name("bench").blockBytes(bytes).backend(backend)
                .initialBytes((long) bytes * ENTRIES).maximumBytes(1L << 30).build();
    }

    @Override
    protected final Block get() {
        return pool.get();
    }

    @Override
    protected final void touch(Block block) {
        block.putByte(0, (byte) 1);
        block.putByte(last, (byte) 1);
    }

    @Override
    protected final void put(Block block) {
        pool.put(block);
    }

    @Override
    public final void close() {
        pool.close();
    }

    /** On the native core. */
    static final class Jni extends CenoteBlocks {
        Jni(int bytes) {
            super(bytes, Backend.JNI);
        }
    }

    /** On the native core, called through {@code java.lang.foreign}. */
    static final class Ffm extends CenoteBlocks {
        Ffm(int bytes) {
            super(bytes, Backend.FFM);
        }
    }

    /** On the Java backend. */
    static final class Java extends CenoteBlocks {
        Java(int bytes) {
            super(bytes, Backend.JAVA);
        }
    }
}
