package dev.cenote;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * What {@link Block#state} can hold in one pool: FREE (0) in a magazine or the depot; the pool's mark while the block is out, or
 * the odd number behind it when it is watched as well; the home of a {@link LocalBlockPool} while it is free as that one's near
 * block.
 */
final class BlockMarks {

    private static final AtomicInteger MARKS = new AtomicInteger();

    private final AtomicInteger homes = new AtomicInteger();
    private final int mark;

    BlockMarks(Checks checks) {
        this.mark = checks == Checks.OFF ? Block.FREE : nextMark(); /* OFF: out or in a magazine, all is the same */
    }

    /** Even. Repeats itself after 2^31 pools of one class loader. */
    private static int nextMark() {
        int next = MARKS.addAndGet(2);
        return next != Block.FREE ? next : MARKS.addAndGet(2);
    }

    /** {@return what a block's state holds while it is out: not that of blocks of other pools, and never 0 unless checks are off} */
    int mark() {
        return mark;
    }

    /** {@return a value for one LocalBlockPool, neither a mark nor {@link LocalMagazines#ALARMED}; repeats itself after 2^32} */
    int nextHome() {
        int next = homes.decrementAndGet();
        while (next == Block.FREE || next == LocalMagazines.ALARMED || (next | 1) == (mark | 1)) {
            next = homes.decrementAndGet();
        }
        return next;
    }

    /** {@return whether a block with this state is out} */
    boolean isOut(int state) {
        return (state | 1) == (mark | 1);
    }
}
