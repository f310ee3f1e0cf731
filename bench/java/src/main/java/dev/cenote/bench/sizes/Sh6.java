package dev.cenote.bench.sizes;

/**
 * Batches of growing sizes, freed partly in the order they came, partly in reverse, partly late (after the description of
 * SmartHeap's sh6bench, MicroQuill).
 */
final class Sh6 extends Workload {

    private static final int BATCH = 2000;
    private static final int LEAST = 1;
    private static final int MOST = 1000;

    private final Slots[] late = {new Slots(BATCH / 4), new Slots(BATCH / 4)};

    Sh6(SizesPeer peer) {
        super(peer);
    }

    @Override
    void run(int index) {
        Slots batch = new Slots(BATCH);
        for (int turn = 0; !over; turn++) {
            for (int i = 0; i < BATCH; i++) {
                batch.take(this, i, LEAST + (i * 7 + turn * 13) % MOST);
            }
            for (int i = 0; i < BATCH; i += 4) { /* every fourth stays until the next batch */
                int slot = i / 4;
                late[index].give(this, slot);
                late[index].address[slot] = batch.address[i];
                late[index].bytes[slot] = batch.bytes[i];
                batch.address[i] = 0;
            }
            if (turn % 2 == 0) {
                batch.giveAll(this);
            } else {
                for (int i = BATCH - 1; i >= 0; i--) {
                    batch.give(this, i);
                }
            }
            did(index, BATCH);
        }
    }

    @Override
    void holdings(Holdings into) {
        for (int i = 0; i < THREADS; i++) {
            late[i].holdings(i, into);
        }
    }

    @Override
    void end() {
        for (Slots each : late) {
            each.giveAll(this);
        }
    }
}
