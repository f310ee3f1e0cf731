package dev.cenote.bench.sizes;

import org.lwjgl.system.MemoryUtil;

/**
 * Passive false sharing: neighbours in memory are handed to different threads; each frees its own, then allocates, writes
 * and frees. An allocator that gives a thread back what another one took lets them share lines (Berger, Hoard, 2000).
 */
final class CacheScratch extends Workload {

    private static final int BYTES = 8;
    private static final int WRITES = 50;
    private static final int HELD = 64;

    private final long[] handed = new long[HELD * THREADS];
    private final Slots[] held = {new Slots(HELD), new Slots(HELD)};

    CacheScratch(SizesPeer peer) {
        super(peer);
    }

    @Override
    void prepare() {
        for (int i = 0; i < handed.length; i++) {
            handed[i] = take(BYTES);
        }
    }

    @Override
    void run(int index) {
        for (int i = index; i < handed.length; i += THREADS) {
            if (handed[i] != 0) {
                give(handed[i], BYTES);
                handed[i] = 0;
            }
        }
        Slots mine = held[index];
        long done = 0;
        for (; !over; done++) {
            int slot = (int) done & HELD - 1;
            mine.give(this, slot);
            mine.take(this, slot, BYTES);
            write(mine.address[slot]);
        }
        did(index, done);
    }

    static void write(long address) {
        for (int i = 1; i <= WRITES; i++) {
            MemoryUtil.memPutLong(address, MemoryUtil.memGetLong(address) + i);
        }
        MemoryUtil.memPutLong(address, BYTES);
    }

    @Override
    void holdings(Holdings into) {
        for (int i = 0; i < THREADS; i++) {
            held[i].holdings(i, into);
        }
    }

    @Override
    void end() {
        for (Slots each : held) {
            each.giveAll(this);
        }
    }
}
