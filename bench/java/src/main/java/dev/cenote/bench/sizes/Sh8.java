package dev.cenote.bench.sizes;

import java.util.concurrent.Exchanger;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * As {@link Sh6}, but the threads swap every third batch and free the other's (after the description of SmartHeap's
 * sh8bench, MicroQuill).
 */
final class Sh8 extends Workload {

    private static final int BATCH = 2000;
    private static final int MOST = 1000;

    private final Exchanger<Slots> swap = new Exchanger<>();
    private final Slots[] held = {new Slots(BATCH), new Slots(BATCH)};

    Sh8(SizesPeer peer) {
        super(peer);
    }

    @Override
    void run(int index) throws InterruptedException {
        Dice dice = new Dice(index + 1);
        Slots batch = held[index];
        for (int turn = 0; !over; turn++) {
            for (int i = 0; i < BATCH; i++) {
                batch.give(this, i);
                batch.take(this, i, 1 + dice.below(MOST));
            }
            if (turn % 3 == 2) {
                try {
                    batch = swap.exchange(batch, 5, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    /* the other one is late: this thread goes on with its own */
                }
            }
            for (int i = BATCH - 1; i >= 0; i -= 2) {
                batch.give(this, i);
            }
            did(index, BATCH);
        }
        held[index] = batch;
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
