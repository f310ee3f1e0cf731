package dev.cenote.consumer.agrona;

import dev.cenote.BlockPool;
import dev.cenote.agrona.BlockBuffer;

/** A user's program with Agrona's buffers. */
public final class Main {

    private Main() {
    }

    public static void main(String[] arguments) {
        try (BlockPool pool = BlockPool.builder().blockBytes(4096).maximumBytes(64L << 20).build()) {
            long sum;
            long taken;
            try (BlockBuffer buffer = BlockBuffer.of(pool.get())) {
                buffer.putLong(0, 42);
                buffer.putInt(8, 7);
                sum = buffer.getLong(0) + buffer.getInt(8);
                taken = pool.stats().bytesInUse();
            }
            System.out.println("agrona, sum " + sum + ", taken " + taken + ", then " + pool.stats().bytesInUse());
        }
    }
}
