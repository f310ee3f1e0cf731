package dev.cenote.consumer.arrow;

import dev.cenote.SizedPool;
import dev.cenote.arrow.CenoteAllocation;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** A user's program with Arrow, which is told nothing about Cenote: the default has to be ours. */
public final class Main {

    private Main() {
    }

    public static void main(String[] arguments) {
        SizedPool pool = CenoteAllocation.shared().pool();
        long sum;
        long taken;
        try (BufferAllocator allocator = new RootAllocator(); ArrowBuf numbers = allocator.buffer(4096)) {
            numbers.setLong(0, 42);
            numbers.setInt(8, 7);
            sum = numbers.getLong(0) + numbers.getInt(8);
            taken = pool.stats().bytesInUse();
        }
        System.out.println("arrow, sum " + sum + ", taken " + taken + ", then " + pool.stats().bytesInUse());
    }
}
