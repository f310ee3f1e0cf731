package dev.cenote.bench.sizes;

/**
 * A server whose threads die: each replaces random blocks of random sizes among those it holds, then hands them to a new
 * thread and ends (Larson and Krishnan, Memory Allocation for Long-Running Server Applications, 1998).
 */
final class Larson extends Workload {

    private static final int HELD = 5000;
    private static final int LEAST = 8;
    private static final int MOST = 1000;
    private static final int STEPS = 50_000; /* in the life of a thread */

    private final Slots[] slots = {new Slots(HELD), new Slots(HELD)};

    Larson(SizesPeer peer) {
        super(peer);
    }

    @Override
    void run(int index) throws InterruptedException {
        for (long life = 1; !over; life++) {
            long seed = life * THREADS + index;
            Thread successor = begin(() -> live(index, seed));
            successor.join();
        }
    }

    private void live(int index, long seed) {
        Dice dice = new Dice(seed);
        Slots mine = slots[index];
        int done = 0;
        for (; done < STEPS && !over; done++) {
            int slot = dice.below(HELD);
            mine.give(this, slot);
            mine.take(this, slot, LEAST + dice.below(MOST - LEAST + 1));
        }
        did(index, done);
    }

    @Override
    void holdings(Holdings into) {
        for (int i = 0; i < THREADS; i++) {
            slots[i].holdings(i, into);
        }
    }

    @Override
    void end() {
        for (Slots each : slots) {
            each.giveAll(this);
        }
    }
}
