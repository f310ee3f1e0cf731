package dev.cenote.bench.peer;

import dev.cenote.Backend;
import dev.cenote.Block;
import dev.cenote.BlockPool;
import dev.cenote.BlockPoolBuilder;
import dev.cenote.HugePages;

/** Cenote set up for the first use of memory: touched at open, or grown on demand; with and without huge pages. */
abstract class CenoteFresh extends ObjectPeer<Block> {

    private static final long TOUCHED_BYTES = 64L << 20;
    private static final long MAXIMUM_BYTES = 1L << 30;

    private final BlockPool pool;
    private final int last;

    private CenoteFresh(int bytes, BlockPoolBuilder builder) {
        super(bytes);
        pool = builder.name("bench").blockBytes(bytes).maximumBytes(MAXIMUM_BYTES).prefault(true).build();
        last = bytes - 1;
    }

    private static BlockPoolBuilder jni(HugePages pages) {
        return BlockPool.builder().backend(Backend.JNI).hugePages(pages);
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

    /** Its first 64 MiB are touched when the pool is opened, in huge pages where the kernel has them. */
    static final class Touched extends CenoteFresh {
        Touched(int bytes) {
            super(bytes, jni(HugePages.ADVISE).initialBytes(TOUCHED_BYTES));
        }
    }

    /** The same in ordinary pages. */
    static final class TouchedSmallPages extends CenoteFresh {
        TouchedSmallPages(int bytes) {
            super(bytes, jni(HugePages.OFF).initialBytes(TOUCHED_BYTES));
        }
    }

    /** Nothing but what the builder begins with: the background grower has to keep up. */
    static final class Grown extends CenoteFresh {
        Grown(int bytes) {
            super(bytes, jni(HugePages.ADVISE));
        }
    }

    /** The same in ordinary pages. */
    static final class GrownSmallPages extends CenoteFresh {
        GrownSmallPages(int bytes) {
            super(bytes, jni(HugePages.OFF));
        }
    }

    /** The Java backend on demand. */
    static final class JavaGrown extends CenoteFresh {
        JavaGrown(int bytes) {
            super(bytes, BlockPool.builder().backend(Backend.JAVA));
        }
    }
}
