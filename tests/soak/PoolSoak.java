import dev.cenote.Backend;
import dev.cenote.Block;
import dev.cenote.BlockPool;
import dev.cenote.LocalBlockPool;
import dev.cenote.SizedPool;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

/**
 * Conservation in Java, for long: every block is in exactly one place, and keeps its content while it is held.
 * <p>Four workers take and put, one by one and in bulk, by handle and without, pass blocks to each other, and die and are
 * replaced; virtual threads do the same where there are any; one thread trims, freezes and thaws. A free block begins and ends
 * with 0, a held one with its holder, so that a block in two hands shows at the next look. In between, pieces of any size come
 * from a {@link SizedPool} and are freed by other threads. At the end all blocks must be there, each once.
 * <p>Arguments: backend, operations, seed, and for the proof that the checks work: lose, or write-late. Exit 0 if all is right.
 */
public final class PoolSoak {

    private static final int BLOCK_BYTES = 256;
    private static final int BLOCKS = 10_000;
    private static final int WORKERS = 4;
    private static final int LIVES = 50;
    private static final int HELD_MAX = 3000;

    private final BlockPool pool;
    private final SizedPool sized;
    private final AtomicReferenceArray<Block> shelf = new AtomicReferenceArray<>(64);
    private final AtomicReferenceArray<Block> pieces = new AtomicReferenceArray<>(64);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final String canary;

    private PoolSoak(Backend backend, String canary) {
        this.canary = canary;
        pool = BlockPool.builder().name("soak").blockBytes(BLOCK_BYTES).chunkBytes(64 << 10).maximumBytes((long) BLOCKS * BLOCK_BYTES)
            .backend(backend).build();
        sized = SizedPool.builder().name("pieces").maximumBytes(64L << 20).backend(backend).build();
    }

    public static void main(String[] arguments) throws Exception {
        long operations = Long.parseLong(arguments[1]);
        long seed = Long.parseLong(arguments[2]);
        PoolSoak soak = new PoolSoak(Backend.valueOf(arguments[0]), arguments.length > 3 ? arguments[3] : "");
        soak.run(operations, seed);
        System.out.printf("%,d operations, %,d refused at the limit, %,d growths, %,d chunks retired, %,d lives%n", soak.done.get(),
            soak.refused.get(), soak.pool.stats().growths(), soak.pool.stats().chunksRetired(), (long) WORKERS * LIVES);
        System.exit(0); /* what the canary keeps has no say in it */
    }

    private void run(long operations, long seed) throws Exception {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
            int index = i;
            threads.add(thread("lives-" + i, () -> lives(index, operations / WORKERS / LIVES, seed)));
        }
        Thread keeper = thread("keeper", () -> disturb(seed));
        threads.forEach(Thread::start);
        keeper.start();
        for (Thread thread : threads) {
            thread.join();
        }
        keeper.interrupt();
        keeper.join();
        if (failure.get() == null) {
            try {
                count();
            } catch (Throwable e) {
                failure.set(e);
            }
        }
        if (failure.get() != null) {
            System.out.println("VIOLATION (seed " + seed + "): " + failure.get());
            failure.get().printStackTrace(System.out);
            System.exit(1);
        }
    }

    private Thread thread(String name, Body body) {
        return new Thread(() -> attempt(body), name);
    }

    private interface Body {
        void run() throws Exception;
    }

    private void attempt(Body body) {
        try {
            body.run();
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
        }
    }

    /** One life after the other, each a thread of its own; every tenth a virtual one where there are any. */
    private void lives(int index, long operations, long seed) throws Exception {
        for (int life = 0; life < LIVES && failure.get() == null; life++) {
            long lifeSeed = seed + index * 1000L + life;
            boolean virtual = life % 10 == 9 && VIRTUAL != null;
            Body work = () -> new Worker(lifeSeed, 1 + index, virtual).work(operations);
            if (virtual) {
                startVirtual(() -> attempt(work)).join();
            } else {
                Thread thread = thread("worker-" + index + "-" + life, work);
                thread.start();
                thread.join();
            }
        }
    }

    private static final java.lang.reflect.Method VIRTUAL = virtual();

    private static java.lang.reflect.Method virtual() {
        try {
            return Runtime.version().feature() >= 21 ? Thread.class.getMethod("startVirtualThread", Runnable.class) : null;
        } catch (NoSuchMethodException e) {
            return null;
        }
    }

    private static Thread startVirtual(Runnable work) throws ReflectiveOperationException {
        return (Thread) VIRTUAL.invoke(null, work);
    }

    private void disturb(long seed) {
        SplittableRandom random = new SplittableRandom(~seed);
        while (!Thread.interrupted()) {
            switch (random.nextInt(4)) {
                case 0 -> pool.trim();
                case 1 -> sized.trim();
                case 2 -> {
                    pool.freeze();
                    Thread.yield();
                    pool.thaw();
                }
                default -> pool.stats();
            }
            try {
                Thread.sleep(1 + random.nextInt(20));
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static void expect(Block block, int bytes, long mark) {
        long first = block.getLong(0);
        long last = block.getLong(bytes - Long.BYTES);
        if (first != mark || last != mark) {
            throw new AssertionError(block + " has the marks " + first + " and " + last + " instead of " + mark);
        }
    }

    private static void mark(Block block, int bytes, long mark) {
        block.putLong(0, mark);
        block.putLong(bytes - Long.BYTES, mark);
    }

    /** What one thread does in its life. */
    private final class Worker {
        private final SplittableRandom random;
        private final long self;
        private final List<Block> held = new ArrayList<>();
        private final Block[] many = new Block[100];

        private final boolean virtual;

        /** @param virtual whether its thread is one, which has no handle */
        Worker(long seed, long self, boolean virtual) {
            this.virtual = virtual;
            this.random = new SplittableRandom(seed);
            this.self = self;
        }

        void work(long operations) {
            LocalBlockPool local = virtual ? null : pool.local();
            long left = operations;
            while (left > 0 && failure.get() == null) {
                int before = held.size();
                step(random.nextBoolean() ? local : null);
                left -= 1 + Math.abs(held.size() - before);
                if (random.nextInt(16) == 0) {
                    piece();
                }
            }
            done.addAndGet(operations - left);
            while (!held.isEmpty()) {
                put(held.size() - 1, pool::put);
            }
        }

        private void step(LocalBlockPool local) {
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> {
                    if (held.size() < HELD_MAX) {
                        take(local == null ? pool.tryGet() : local.tryGet());
                    }
                }
                case 3 -> takeMany(local);
                case 4 -> putMany(local);
                case 5 -> exchange();
                default -> {
                    if (!held.isEmpty()) {
                        put(random.nextInt(held.size()), local == null ? pool::put : local::put);
                    }
                }
            }
        }

        private void take(Block block) {
            if (block == null) {
                refused.incrementAndGet();
                return;
            }
            expect(block, BLOCK_BYTES, 0);
            mark(block, BLOCK_BYTES, self);
            held.add(block);
        }

        private Block mine(int index) {
            Block block = held.get(index);
            held.set(index, held.get(held.size() - 1));
            held.remove(held.size() - 1);
            expect(block, BLOCK_BYTES, self);
            return block;
        }

        private void put(int index, Consumer<Block> way) {
            Block block = mine(index);
            mark(block, BLOCK_BYTES, 0);
            if (canary.equals("lose") && random.nextInt(100_000) == 0) {
                return;
            }
            way.accept(block);
            if (canary.equals("write-late") && random.nextInt(1000) == 0) {
                block.buffer().putLong(0, self);
            }
        }

        private void takeMany(LocalBlockPool local) {
            int count = random.nextInt(many.length);
            if (held.size() + count > HELD_MAX) {
                return;
            }
            try {
                if (local == null) {
                    pool.getAll(many, 0, count);
                } else {
                    local.getAll(many, 0, count);
                }
            } catch (dev.cenote.PoolExhaustedException e) {
                refused.incrementAndGet();
                return;
            }
            for (int i = 0; i < count; i++) {
                take(many[i]);
                many[i] = null;
            }
        }

        private void putMany(LocalBlockPool local) {
            int count = Math.min(held.size(), random.nextInt(many.length));
            for (int i = 0; i < count; i++) {
                many[i] = mine(random.nextInt(held.size()));
                mark(many[i], BLOCK_BYTES, 0);
            }
            if (local == null) {
                pool.putAll(many, 0, count);
            } else {
                local.putAll(many, 0, count);
            }
        }

        /** Lays a block on the shelf, where anybody may take it, and takes what lay there. */
        private void exchange() {
            if (held.isEmpty()) {
                return;
            }
            Block given = mine(random.nextInt(held.size()));
            mark(given, BLOCK_BYTES, -1);
            Block got = shelf.getAndSet(random.nextInt(shelf.length()), given);
            if (got != null) {
                expect(got, BLOCK_BYTES, -1);
                mark(got, BLOCK_BYTES, self);
                held.add(got);
            }
        }

        /** Lays a piece of any size where another thread frees it. */
        private void piece() {
            int bytes = 8 + random.nextInt(random.nextInt(50) == 0 ? 60_000 : 2000);
            Block made = sized.tryGet(bytes);
            if (made == null) {
                return;
            }
            mark(made, made.bytes(), made.bytes() * 31L);
            Block former = pieces.getAndSet(random.nextInt(pieces.length()), made);
            if (former != null) {
                expect(former, former.bytes(), former.bytes() * 31L);
                sized.put(former);
            }
        }
    }

    private void count() throws InterruptedException {
        for (int i = 0; i < shelf.length(); i++) {
            Block block = shelf.getAndSet(i, null);
            if (block != null) {
                expect(block, BLOCK_BYTES, -1);
                mark(block, BLOCK_BYTES, 0);
                pool.put(block);
            }
            Block piece = pieces.getAndSet(i, null);
            if (piece != null) {
                expect(piece, piece.bytes(), piece.bytes() * 31L);
                sized.put(piece);
            }
        }
        require(pool.stats().blocksInUse() == 0, "blocks in use: " + pool.stats().blocksInUse());
        require(sized.stats().bytesInUse() == 0, "pieces in use: " + sized.stats().bytesInUse() + " bytes");
        require(pool.stats().duplicatesDropped() == 0, "blocks put twice: " + pool.stats().duplicatesDropped());
        Set<Block> all = new HashSet<>();
        for (Block block = pool.tryGet(); block != null; block = next(all)) {
            expect(block, BLOCK_BYTES, 0);
            require(all.add(block), block + " was given twice");
        }
        require(all.size() == BLOCKS, all.size() + " blocks at the end, of " + BLOCKS);
        all.forEach(pool::put);
        pool.close();
        sized.close();
    }

    /** The next block; dead threads' magazines come back a while after their end. */
    private Block next(Set<Block> taken) throws InterruptedException {
        Block block = pool.tryGet();
        for (int i = 0; block == null && taken.size() < BLOCKS && i < 300; i++) {
            Thread.sleep(100);
            block = pool.tryGet();
        }
        return block;
    }

    private static void require(boolean fact, String otherwise) {
        if (!fact) {
            throw new AssertionError(otherwise);
        }
    }
}
