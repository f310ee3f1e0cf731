package dev.cenote.bench.sizes;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Threads that keep some blocks, free most, and swap some with other threads through shared places, in rounds of new
 * threads; sizes by a power law (after mstress of mimalloc-bench, Leijen).
 */
final class Mstress extends Workload {

    private static final int PLACES = 1000;
    private static final int KEPT = 10_000;
    private static final int ROUND = 100_000;

    private record Piece(long address, int bytes) {
    }

    private final AtomicReferenceArray<Piece> shared = new AtomicReferenceArray<>(PLACES);
    private final Slots[] kept = {new Slots(KEPT), new Slots(KEPT)};

    Mstress(SizesPeer peer) {
        super(peer);
    }

    @Override
    void run(int index) throws InterruptedException {
        for (long round = 1; !over; round++) {
            long seed = round * THREADS + index;
            begin(() -> round(index, seed)).join();
        }
    }

    private void round(int index, long seed) {
        Dice dice = new Dice(seed);
        Slots mine = kept[index];
        int done = 0;
        for (; done < ROUND && !over; done++) {
            int bytes = size(dice);
            if (dice.below(100) < 5) {
                Piece before = shared.getAndSet(dice.below(PLACES), new Piece(take(bytes), bytes));
                if (before != null) {
                    give(before.address, before.bytes);
                }
            } else {
                int slot = dice.below(dice.below(10) == 0 ? KEPT : KEPT / 20);
                mine.give(this, slot);
                mine.take(this, slot, bytes);
            }
        }
        did(index, done);
    }

    private static int size(Dice dice) {
        int shift = Integer.numberOfTrailingZeros(dice.next() | 1 << 9); /* each size half as often as the one below */
        return 8 + dice.below(16 << shift);
    }

    @Override
    void holdings(Holdings into) {
        for (int i = 0; i < THREADS; i++) {
            kept[i].holdings(i, into);
        }
    }

    @Override
    void end() {
        for (int i = 0; i < PLACES; i++) {
            Piece piece = shared.getAndSet(i, null);
            if (piece != null) {
                give(piece.address, piece.bytes);
            }
        }
        for (Slots each : kept) {
            each.giveAll(this);
        }
    }
}
