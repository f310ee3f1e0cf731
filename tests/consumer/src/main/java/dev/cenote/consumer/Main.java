package dev.cenote.consumer;

import dev.cenote.Block;
import dev.cenote.BlockPool;

/** The ten lines of the README, with the package and module that they need to be a program. */
public final class Main {

    private Main() {
    }

    public static void main(String[] arguments) {
        try (BlockPool pool = BlockPool.builder().name("requests").blockBytes(4096).maximumBytes(64L << 20).build()) {
            Block block = pool.get();
            block.putLong(0, 42);
            block.buffer().putInt(8, 7);
            long sum = block.getLong(0) + block.buffer().getInt(8);
            pool.put(block);
            System.out.println("backend " + pool.backend() + ", sum " + sum + ", in use " + pool.stats().blocksInUse());
        }
    }
}
