package dev.cenote.bench.sizes;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * One thread allocates batches, the other one frees them (Lever and Boreham, malloc() Performance in a Multithreaded Linux
 * Environment, 2000).
 */
final class Xmalloc extends Workload {

    private static final int BATCH = 4096;
    private static final int BATCHES = 6;
    private static final int[] SIZES = {8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048};

    private final BlockingQueue<Slots> full = new ArrayBlockingQueue<>(BATCHES);
    private final BlockingQueue<Slots> empty = new ArrayBlockingQueue<>(BATCHES);

    Xmalloc(SizesPeer peer) {
        super(peer);
        for (int i = 0; i < BATCHES; i++) {
            empty.add(new Slots(BATCH));
        }
    }

    @Override
    void run(int index) throws InterruptedException {
        Dice dice = new Dice(index + 1);
        BlockingQueue<Slots> from = index == 0 ? empty : full;
        while (!over) {
            Slots batch = from.poll(10, TimeUnit.MILLISECONDS);
            if (batch == null) {
                continue;
            }
            if (index == 0) {
                for (int i = 0; i < BATCH; i++) {
                    batch.take(this, i, SIZES[dice.below(SIZES.length)]);
                }
                full.add(batch);
            } else {
                batch.giveAll(this);
                empty.add(batch);
                did(index, BATCH);
            }
        }
    }

    @Override
    void holdings(Holdings into) {
        full.forEach(batch -> batch.holdings(0, into));
    }

    @Override
    void end() {
        full.forEach(batch -> batch.giveAll(this));
    }
}
