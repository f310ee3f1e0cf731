package dev.cenote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Conservation: every block is in exactly one place, under stress and in random sequences against a model.
 * <p>{@code -Dcenote.test.seed=N} repeats a sequence, {@code -Dcenote.test.rounds=N} lengthens the stress.
 */
@Timeout(600)
class BlockPoolStressTest {

    private static final int ROUNDS = Integer.getInteger("cenote.test.rounds", 150_000);

    @Test
    void noBlock_isHeldTwice() throws Exception {
        try (BlockPool pool = TestPools.builder().blockBytes(64).chunkBytes(4096).maximumBytes(64 * 3000).build()) {
            AtomicReferenceArray<Block> shelf = new AtomicReferenceArray<>(64); /* blocks change hands here */
            long seed = Long.getLong("cenote.test.seed", System.nanoTime());
            System.out.println("noBlock_isHeldTwice: -Dcenote.test.seed=" + seed);
            TestPools.inThreads(4, index -> {
                SplittableRandom random = new SplittableRandom(seed + index);
                List<Block> held = new ArrayList<>();
                for (int i = 0; i < ROUNDS; i++) {
                    stressStep(pool, shelf, random, held, index + 1);
                }
                for (Block block : held) {
                    checkOwner(block, index + 1);
                    pool.put(block);
                }
            });
            for (int i = 0; i < shelf.length(); i++) {
                Block block = shelf.getAndSet(i, null);
                if (block != null) {
                    pool.put(block);
                }
            }
            assertThat(pool.stats().blocksInUse()).isZero();
            assertThat(pool.stats().duplicatesDropped()).isZero();
            Set<Block> all = new HashSet<>(TestPools.takeAll(pool));
            assertThat(all).hasSize(3000);
            all.forEach(pool::put);
        }
    }

    private static void stressStep(BlockPool pool, AtomicReferenceArray<Block> shelf, SplittableRandom random,
            List<Block> held, int owner) {
        int what = random.nextInt(8);
        if (what < 3 && held.size() < 600) {
            Block block = pool.tryGet();
            if (block != null) {
                block.putLong(0, owner);
                held.add(block);
            }
        } else if (what == 3 && held.size() < 600) {
            Block[] blocks = new Block[random.nextInt(100)];
            try {
                pool.local().getAll(blocks, 0, blocks.length);
            } catch (PoolExhaustedException e) {
                return;
            }
            for (Block block : blocks) {
                block.putLong(0, owner);
                held.add(block);
            }
        } else if (what == 4 && !held.isEmpty()) {
            Block mine = held.remove(random.nextInt(held.size()));
            checkOwner(mine, owner);
            mine.putLong(0, -1);
            Block theirs = shelf.getAndSet(random.nextInt(shelf.length()), mine);
            if (theirs != null) {
                checkOwner(theirs, -1);
                theirs.putLong(0, owner);
                held.add(theirs);
            }
        } else if (what == 5 && random.nextInt(50) == 0) {
            pool.trim();
        } else if (!held.isEmpty()) {
            Block block = held.remove(random.nextInt(held.size()));
            checkOwner(block, owner);
            pool.put(block);
        }
    }

    private static void checkOwner(Block block, long owner) {
        if (block.getLong(0) != owner) {
            throw new AssertionError(block + " of owner " + owner + " carries the stamp of " + block.getLong(0));
        }
    }

    @Test
    void thousandRandomSequences_behaveLikeTheModel() {
        Long fixed = Long.getLong("cenote.test.seed");
        long first = fixed != null ? fixed : new Random().nextLong();
        for (int i = 0; i < (fixed != null ? 1 : 1000); i++) {
            long seed = first + i;
            try {
                new Sequence(seed).run();
            } catch (Throwable e) {
                throw new AssertionError("repeat with -Dcenote.test.seed=" + seed + ": " + e, e);
            }
        }
    }

    /** One pool, one model: what is taken, what is free, whether it is closed. Takes what is allowed and what is not. */
    private static final class Sequence {
        private static final int STEPS = 200;
        private final Random random;
        private final BlockPool pool;
        private final int blocks;
        private final List<Block> taken = new ArrayList<>();
        private final Set<Block> known = new HashSet<>(); /* put at least once and not taken now */
        private boolean closed;
        private long gets;

        Sequence(long seed) {
            random = new Random(seed);
            int blockBytes = 8 + random.nextInt(300);
            blocks = 1 + random.nextInt(150);
            int stride = blockBytes < 64 ? (blockBytes + 15) / 16 * 16 : (blockBytes + 63) / 64 * 64;
            pool = TestPools.builder().blockBytes(blockBytes).maximumBytes((long) stride * blocks)
                .chunkBytes(random.nextBoolean() ? 4096 : 0).magazineBlocks(random.nextInt(9)).build();
        }

        void run() {
            try {
                for (int i = 0; i < STEPS; i++) {
                    step();
                    check();
                }
            } finally {
                taken.forEach(pool::put);
                pool.close();
            }
            assertThat(pool.stats().blocksInUse()).isZero();
        }

        private void check() {
            BlockPoolStats stats = pool.stats();
            assertThat(stats.blocksInUse()).isEqualTo(taken.size());
            assertThat(stats.gets()).isEqualTo(gets);
            assertThat(stats.blocksCarved()).isBetween((long) taken.size(), (long) blocks);
        }

        private void step() {
            switch (random.nextInt(closed ? 10 : 40)) {
                case 0 -> doublePut();
                case 1, 2 -> putOne();
                case 3 -> wrongPuts();
                case 4 -> expectRefusal();
                case 5 -> putMany();
                case 6 -> {
                    if (!taken.isEmpty()) {
                        pool.put(taken(), "tag");
                    }
                }
                case 7 -> pool.trim();
                case 8 -> {
                    if (random.nextInt(8) == 0) {
                        pool.close();
                        closed = true;
                    }
                }
                case 9 -> pool.stats();
                case 10, 11, 12, 13 -> getMany();
                case 14, 15, 16, 17, 18 -> putOne();
                case 19 -> {
                    pool.freeze();
                    pool.thaw();
                }
                default -> getOne();
            }
        }

        private Block taken() {
            Block block = taken.remove(random.nextInt(taken.size()));
            known.add(block);
            return block;
        }

        private void getOne() {
            Block block = random.nextBoolean() ? pool.tryGet() : pool.local().tryGet();
            assertThat(block == null).isEqualTo(taken.size() == blocks);
            if (block != null) {
                accept(block);
            }
        }

        private void accept(Block block) {
            gets++;
            known.remove(block);
            assertThat(taken).doesNotContain(block);
            block.putByte(block.bytes() - 1, (byte) gets);
            taken.add(block);
        }

        private void getMany() {
            Block[] into = new Block[random.nextInt(40)];
            if (into.length > blocks - taken.size()) {
                assertThatThrownBy(() -> pool.getAll(into, 0, into.length)).isInstanceOf(PoolExhaustedException.class);
                assertThat(into).as("none is left to the caller").containsOnlyNulls();
                gets = pool.stats().gets(); /* those that were taken and given back count as taken and put */
                return;
            }
            pool.getAll(into, 0, into.length);
            for (Block block : into) {
                accept(block);
            }
        }

        private void putOne() {
            if (taken.isEmpty()) {
                return;
            }
            Block block = taken();
            if (TestPools.hasAddresses() && random.nextInt(3) == 0) {
                pool.putAddress(block.address());
            } else if (random.nextBoolean()) {
                block.close();
            } else {
                pool.put(block);
            }
        }

        private void putMany() {
            int count = Math.min(taken.size(), random.nextInt(40));
            Block[] from = new Block[count];
            for (int i = 0; i < count; i++) {
                from[i] = taken();
            }
            pool.putAll(from, 0, count);
        }

        private void doublePut() {
            if (!known.isEmpty()) {
                Block block = known.iterator().next();
                assertThatThrownBy(() -> pool.put(block)).isInstanceOf(CenoteException.class)
                    .hasMessageContaining("\"test\"");
            }
        }

        private void wrongPuts() {
            assertThatThrownBy(() -> pool.put(null)).isInstanceOf(NullPointerException.class);
            long address = random.nextLong() | 1;
            assertThatThrownBy(() -> pool.putAddress(address)).isInstanceOfAny(ForeignEntryException.class,
                UnsupportedOperationException.class);
        }

        private void expectRefusal() {
            if (closed) {
                assertThatThrownBy(pool::get).isInstanceOf(PoolClosedException.class);
            } else if (taken.size() == blocks) {
                assertThatThrownBy(pool::get).isInstanceOf(PoolExhaustedException.class);
            }
        }
    }
}
