package dev.cenote;

import com.google.errorprone.annotations.MustBeClosed;
import dev.cenote.internal.StoreOpenException;
import dev.cenote.internal.StoreOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Describes a {@link BlockPool}. Not for several threads at once; may be used for several pools.
 * <p>Wrong values are refused by {@link #build()}, which names the option and the allowed range.
 */
public final class BlockPoolBuilder {

    private static final int BLOCK_BYTES_MAX = 1 << 30;
    private static final long MAXIMUM_BYTES_MAX = 1L << 46;
    private static final long CHUNK_BYTES_MAX = 1L << 30;
    private static final int MAGAZINE_BLOCKS_MAX = 64;
    private static final AtomicInteger UNNAMED = new AtomicInteger();
    private static final Checks DEFAULT_CHECKS = Checks.byDefault();

    private @Nullable String name;
    private int blockBytes;
    private long initialBytes;
    private long maximumBytes = 1L << 30;
    private long chunkBytes;
    private int magazineBlocks;
    private NumaPolicy numaPolicy = NumaPolicy.local();
    private boolean prefault = true;
    private HugePages hugePages = HugePages.ADVISE;
    private PurgeMode purge = PurgeMode.DONTNEED;
    private long maximumRetainedBytes = Long.MAX_VALUE;
    private Duration retainFor = Duration.ofSeconds(10);
    private Backend asked = Backend.AUTO;
    private Checks checks = DEFAULT_CHECKS;
    private boolean packed;
    private boolean onDemand;
    private @Nullable Path file;

    BlockPoolBuilder() {
    }

    /**
     * How much the pool looks after its users. Default: what the system property {@value Checks#PROPERTY} says, else
     * {@link Checks#BASIC}.
     *
     * @param value the level
     * @return this
     */
    public BlockPoolBuilder checks(Checks value) {
        this.checks = Objects.requireNonNull(value, "checks");
        return this;
    }

    Checks checks() {
        return checks;
    }

    /**
     * The pool's name in logs, metrics and exceptions. Default: "blocks-" and a number.
     *
     * @param value the name, not blank
     * @return this
     */
    public BlockPoolBuilder name(String value) {
        this.name = Objects.requireNonNull(value, "name");
        return this;
    }

    /**
     * The size of a block. Required.
     *
     * @param value 1 to 2^30; from block to block it is rounded up to 64 bytes, below 64 to 16
     * @return this
     */
    public BlockPoolBuilder blockBytes(int value) {
        this.blockBytes = value;
        return this;
    }

    /**
     * Memory that is prepared before {@link #build()} returns and never given back while the pool is open. Default: 0.
     *
     * @param value 0 to {@link #maximumBytes}; rounded up to whole chunks
     * @return this
     */
    public BlockPoolBuilder initialBytes(long value) {
        this.initialBytes = value;
        return this;
    }

    /**
     * The bound of all blocks together, their rounding included. Memory is used as it is needed. Default: 1 GiB.
     *
     * @param value at least one block, at most 2^46 bytes and 2^31-1 blocks
     * @return this
     */
    public BlockPoolBuilder maximumBytes(long value) {
        this.maximumBytes = value;
        return this;
    }

    /**
     * The unit of growth. Default: 2 MiB, the size of a huge page; enlarged for blocks that would waste more than an
     * eighth of it.
     *
     * @param value 0 for the default, else 4096 to 2^30; rounded up to whole pages
     * @return this
     */
    public BlockPoolBuilder chunkBytes(long value) {
        this.chunkBytes = value;
        return this;
    }

    /**
     * Blocks that move between a thread and the depot at a time; a thread keeps at most twice as many free ones.
     * Default: 64, fewer for blocks above 16 KiB (1 MiB in all) and for small pools (a sixteenth of the pool).
     *
     * @param value 0 for the default, else 1 to 64
     * @return this
     */
    public BlockPoolBuilder magazineBlocks(int value) {
        this.magazineBlocks = value;
        return this;
    }

    /**
     * Where memory lies on a machine with several NUMA nodes. Default: {@link NumaPolicy#local()}.
     *
     * @param value the policy
     * @return this
     */
    public BlockPoolBuilder numaPolicy(NumaPolicy value) {
        this.numaPolicy = Objects.requireNonNull(value, "numaPolicy");
        return this;
    }

    /**
     * Whether a background thread touches memory ahead, so that first use takes no page fault. Default: true.
     *
     * @param value true to touch ahead
     * @return this
     */
    public BlockPoolBuilder prefault(boolean value) {
        this.prefault = value;
        return this;
    }

    /**
     * Whether to ask for huge pages. Default: {@link HugePages#ADVISE}.
     *
     * @param value what to ask
     * @return this
     */
    public BlockPoolBuilder hugePages(HugePages value) {
        this.hugePages = Objects.requireNonNull(value, "hugePages");
        return this;
    }

    /**
     * How idle memory goes back. Default: {@link PurgeMode#DONTNEED}.
     *
     * @param value how
     * @return this
     */
    public BlockPoolBuilder purge(PurgeMode value) {
        this.purge = Objects.requireNonNull(value, "purge");
        return this;
    }

    /**
     * The bound of idle memory in the depot: more goes back within 100 ms or so, a chunk at a time. Default: none.
     *
     * @param value bytes, 0 or more
     * @return this
     */
    public BlockPoolBuilder maximumRetainedBytes(long value) {
        this.maximumRetainedBytes = value;
        return this;
    }

    /**
     * How long idle memory stays in the pool; it is given back without any traffic, too, also what lies in the magazines of
     * threads that do nothing for so long. Default: 10 s.
     *
     * @param value zero for no bound by time, else 100 ms or more
     * @return this
     */
    public BlockPoolBuilder retainFor(Duration value) {
        this.retainFor = Objects.requireNonNull(value, "retainFor");
        return this;
    }

    Duration retainFor() {
        return retainFor;
    }

    /**
     * What to run on. Default: {@link Backend#AUTO}, which the property {@code cenote.backend} decides.
     *
     * @param value the backend
     * @return this
     */
    public BlockPoolBuilder backend(Backend value) {
        this.asked = Objects.requireNonNull(value, "backend");
        return this;
    }

    /**
     * A file that backs the pool's memory, for DAX devices (mapped with MAP_SYNC where the file system grants it, else
     * shared) and for memory that may be written out instead of swapped. Made and sized as needed; what it holds
     * afterwards is undefined. Not on {@link Backend#JAVA}, and about 250 times in the life of a process, since the
     * mapping stays to its end (addresses are kept). Default: none.
     *
     * @param value its path
     * @return this
     */
    public BlockPoolBuilder file(Path value) {
        this.file = Objects.requireNonNull(value, "file");
        return this;
    }

    /** Blocks follow each other every 16 bytes, also where two then share a cache line: for size classes. */
    BlockPoolBuilder packed() {
        this.packed = true;
        return this;
    }

    /** No chunk is made ahead: for pools that share a bound. */
    BlockPoolBuilder onDemand() {
        this.onDemand = true;
        return this;
    }

    String name() {
        return name == null ? "blocks" : name;
    }

    int blockBytes() {
        return blockBytes;
    }

    long initialBytes() {
        return initialBytes;
    }

    long maximumBytes() {
        return maximumBytes;
    }

    NumaPolicy numaPolicy() {
        return numaPolicy;
    }

    /**
     * Opens the pool.
     *
     * @return a pool, ready for any thread
     * @throws IllegalArgumentException if an option is out of its range
     * @throws BackendUnavailableException if the backend that was asked for cannot run here
     * @throws CenoteException if the initial memory is not to be had
     */
    @MustBeClosed
    @SuppressWarnings("exports")
    public BlockPool build() {
        if (name == null) {
            name = "blocks-" + UNNAMED.incrementAndGet();
        }
        check();
        try {
            return BlockPool.open(this, openStore());
        } catch (StoreOpenException e) {
            throw PoolTexts.openFailed(this, e.code());
        }
    }

    /** Opens what the pool stands on. */
    Backends.Opened openStore() throws StoreOpenException {
        return Backends.open(asked, new StoreOptions(blockBytes, initialBytes, maximumBytes, chunkBytes, magazineBlocks,
            numaPolicy.kind().ordinal(), numaPolicy.node(), prefault, hugePages == HugePages.ADVISE,
            purge == PurgeMode.FREE, maximumRetainedBytes, retainFor.toNanos(), packed,
            onDemand, file));
    }

    private void check() {
        if (name().isBlank()) {
            throw new IllegalArgumentException("name is blank; give the pool a name or leave it out");
        }
        range("blockBytes", blockBytes, 1, BLOCK_BYTES_MAX);
        long stride = blockBytes < 64 ? (blockBytes + 15) / 16 * 16 : (blockBytes + 63L) / 64 * 64;
        range("maximumBytes", maximumBytes, stride, Math.min(MAXIMUM_BYTES_MAX, stride * Integer.MAX_VALUE));
        range("initialBytes", initialBytes, 0, maximumBytes);
        if (chunkBytes != 0) {
            range("chunkBytes", chunkBytes, 4096, CHUNK_BYTES_MAX);
        }
        if (magazineBlocks != 0) {
            range("magazineBlocks", magazineBlocks, 1, MAGAZINE_BLOCKS_MAX);
        }
        range("maximumRetainedBytes", maximumRetainedBytes, 0, Long.MAX_VALUE);
        if (!retainFor.isZero()
                && (retainFor.compareTo(Duration.ofMillis(100)) < 0 || retainFor.compareTo(Duration.ofDays(365)) > 0)) {
            throw new IllegalArgumentException("retainFor is " + retainFor + "; it must be zero or from PT0.1S to 365 days");
        }
    }

    private void range(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("pool \"" + name() + "\": " + option + " is " + value + "; it must be from "
                + least + " to " + most);
        }
    }
}
