package dev.cenote.bench.peer;

import org.lwjgl.system.libc.LibCStdlib;

/**
 * The least an implicit per-thread pool can do: a {@code ThreadLocal<long[]>} stack of addresses, no checks, no limit
 * across threads. A thread that finds it empty or full goes to malloc or free.
 */
final class FloorThreadLocalStack extends AddressPeer {

    private static final int CAPACITY = ENTRIES;

    /* slot 0: how many; slots 1..: the addresses */
    private final ThreadLocal<long[]> stacks = ThreadLocal.withInitial(() -> new long[1 + CAPACITY]);

    FloorThreadLocalStack(int bytes) {
        super(bytes);
    }

    @Override
    protected long get() {
        long[] stack = stacks.get();
        int count = (int) stack[0];
        if (count == 0) {
            return LibCStdlib.nmalloc(bytes());
        }
        stack[0] = count - 1;
        return stack[count];
    }

    @Override
    protected void put(long address) {
        long[] stack = stacks.get();
        int count = (int) stack[0] + 1;
        if (count > CAPACITY) {
            LibCStdlib.nfree(address);
            return;
        }
        stack[count] = address;
        stack[0] = count;
    }
}
