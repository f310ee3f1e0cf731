package dev.cenote.bench.peer;

import dev.cenote.Backend;
import dev.cenote.Block;
import dev.cenote.BlockPool;

/** Cenote's bulk calls: a whole batch got in one call and put in one, in the order asked for. */
final class CenoteBulkBlocks extends ObjectPeer<Block> {

    private final BlockPool pool;
    private final int last;
    private Block[] taken = new Block[0];
    private Block[] given = new Block[0];

    CenoteBulkBlocks(int bytes) {
        super(bytes);
        pool = CenoteBlocks.open(bytes, Backend.JNI);
        last = bytes - 1;
    }

    @Override
    public void batch(int[] order) {
        int count = order.length;
        if (taken.length != count) {
            taken = new Block[count];
            given = new Block[count];
        }
        pool.getAll(taken, 0, count);
        for (int i = 0; i < count; i++) {
            touch(taken[i]);
        }
        for (int i = 0; i < count; i++) {
            given[i] = taken[order[i]];
        }
        pool.putAll(given, 0, count);
    }

    @Override
    protected Block get() {
        return pool.get();
    }

    @Override
    protected void touch(Block block) {
        block.putByte(0, (byte) 1);
        block.putByte(last, (byte) 1);
    }

    @Override
    protected void put(Block block) {
        pool.put(block);
    }

    @Override
    public void close() {
        pool.close();
    }
}
