package dev.cenote.bench.sizes;

/**
 * Active false sharing: threads allocate, write and free small blocks of their own at the same time; an allocator that
 * gives neighbours to different threads lets them share lines (Berger, Hoard, 2000).
 */
final class CacheThrash extends Workload {

    private static final int BYTES = 8;
    private static final int HELD = 64;

    private final Slots[] held = {new Slots(HELD), new Slots(HELD)};

    CacheThrash(SizesPeer peer) {
        super(peer);
    }

    @Override
    void run(int index) {
        Slots mine = held[index];
        long done = 0;
        for (; !over; done++) {
            int slot = (int) done & HELD - 1;
            mine.give(this, slot);
            mine.take(this, slot, BYTES);
            CacheScratch.write(mine.address[slot]);
        }
        did(index, done);
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
