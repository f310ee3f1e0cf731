package dev.cenote.consumer.netty;

import dev.cenote.netty.CenoteByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.util.Version;

/** A user's program with Netty's buffers: writes, reads, releases, and tells which Netty it ran on. */
public final class Main {

    private Main() {
    }

    public static void main(String[] arguments) {
        try (CenoteByteBufAllocator allocator = new CenoteByteBufAllocator()) {
            ByteBuf buffer = allocator.directBuffer(4096);
            buffer.writeLong(42).writeInt(7);
            long sum = buffer.readLong() + buffer.readInt();
            long taken = allocator.metric().usedDirectMemory();
            buffer.release();
            String version = Version.identify().get("netty-buffer").artifactVersion();
            System.out.println("netty " + version + ", sum " + sum + ", taken " + taken + ", then "
                + allocator.metric().usedDirectMemory());
        }
    }
}
