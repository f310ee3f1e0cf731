package dev.cenote.bench.sizes;

/**
 * Random replacement with sizes and places by a Pareto law: few are large, few live long (after alloc-test,
 * Ignatchenko).
 */
final class AllocTest extends Workload {

    private static final int HELD = 1 << 15;
    private static final int SIZE_MAX = 1 << 13;
    private static final int TABLE = 1 << 12;

    private final Slots[] slots = {new Slots(HELD), new Slots(HELD)};
    private final int[] pareto = new int[TABLE];

    AllocTest(SizesPeer peer) {
        super(peer);
        for (int i = 0; i < TABLE; i++) {
            double part = (i + 0.5) / TABLE;
            pareto[i] = (int) Math.min(SIZE_MAX, 16 * Math.pow(part, -1 / 1.16)); /* 80 : 20 */
        }
    }

    @Override
    void run(int index) {
        Dice dice = new Dice(index + 1);
        Slots mine = slots[index];
        int done = 0;
        for (; !over; done++) {
            int region = HELD >> Math.min(10, Integer.numberOfTrailingZeros(dice.next() | 1 << 10));
            int slot = dice.below(region);
            mine.give(this, slot);
            mine.take(this, slot, pareto[dice.below(TABLE)]);
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
