package dev.cenote;

import com.google.errorprone.annotations.MustBeClosed;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Describes a {@link SizedPool}. Not for several threads at once; may be used for several pools.
 * <p>Wrong values are refused by {@link #build()}, which names the option and the allowed range.
 */
public final class SizedPoolBuilder {

    private static final long MAXIMUM_BYTES_MAX = 1L << 46;
    private static final int LARGEST_MIN = 16 << 10;
    private static final int LARGEST_MAX = 16 << 20;
    private static final AtomicInteger UNNAMED = new AtomicInteger();
    private static final Checks DEFAULT_CHECKS = Checks.byDefault();

    private @Nullable String name;
    private long maximumBytes = 1L << 30;
    private int largestPooledBytes = 1 << 20;
    private long chunkBytes;
    private NumaPolicy numaPolicy = NumaPolicy.local();
    private boolean prefault;
    private HugePages hugePages = HugePages.OFF;
    private PurgeMode purge = PurgeMode.DONTNEED;
    private long maximumRetainedBytes = Long.MAX_VALUE;
    private Duration retainFor = Duration.ofSeconds(10);
    private Backend backend = Backend.AUTO;
    private Checks checks = DEFAULT_CHECKS;

    SizedPoolBuilder() {
    }

    /**
     * The pool's name in logs, metrics and exceptions. Default: "sizes-" and a number.
     *
     * @param value the name, not blank
     * @return this
     */
    public SizedPoolBuilder name(String value) {
        this.name = Objects.requireNonNull(value, "name");
        return this;
    }

    /**
     * The bound of all memory in service: the chunks of all classes and the large pieces. Default: 1 GiB.
     *
     * @param value 64 KiB to 2^46
     * @return this
     */
    public SizedPoolBuilder maximumBytes(long value) {
        this.maximumBytes = value;
        return this;
    }

    /**
     * The largest size that is pooled; larger pieces have memory of their own, mapped and given back one by one. Default:
     * 1 MiB. A thread keeps at most two free blocks of sizes that large.
     *
     * @param value 16 KiB to 16 MiB; rounded up to a size class
     * @return this
     */
    public SizedPoolBuilder largestPooledBytes(int value) {
        this.largestPooledBytes = value;
        return this;
    }

    /**
     * The unit of growth of each class. Default: 256 KiB, less for a small {@link #maximumBytes} (a 32nd of it), more for
     * classes above 32 KiB (eight blocks, up to 2 MiB).
     *
     * @param value 0 for the default, else 4096 to 2^30; rounded up to whole pages
     * @return this
     */
    public SizedPoolBuilder chunkBytes(long value) {
        this.chunkBytes = value;
        return this;
    }

    /**
     * Where memory lies on a machine with several NUMA nodes; large pieces always on the calling thread's. Default:
     * {@link NumaPolicy#local()}.
     *
     * @param value the policy
     * @return this
     */
    public SizedPoolBuilder numaPolicy(NumaPolicy value) {
        this.numaPolicy = Objects.requireNonNull(value, "numaPolicy");
        return this;
    }

    /**
     * Whether memory is touched when a chunk is mapped. Default: false, so that a size which is hardly used costs the pages
     * it uses.
     *
     * @param value true to touch ahead
     * @return this
     */
    public SizedPoolBuilder prefault(boolean value) {
        this.prefault = value;
        return this;
    }

    /**
     * Whether to ask for huge pages. Default: {@link HugePages#OFF}, for the same reason.
     *
     * @param value what to ask
     * @return this
     */
    public SizedPoolBuilder hugePages(HugePages value) {
        this.hugePages = Objects.requireNonNull(value, "hugePages");
        return this;
    }

    /**
     * How idle memory goes back. Default: {@link PurgeMode#DONTNEED}.
     *
     * @param value how
     * @return this
     */
    public SizedPoolBuilder purge(PurgeMode value) {
        this.purge = Objects.requireNonNull(value, "purge");
        return this;
    }

    /**
     * The bound of idle memory in each class's depot: more goes back within 100 ms or so. Default: none.
     *
     * @param value bytes, 0 or more
     * @return this
     */
    public SizedPoolBuilder maximumRetainedBytes(long value) {
        this.maximumRetainedBytes = value;
        return this;
    }

    /**
     * How long idle memory stays in the pool; it is given back without any traffic, too. Default: 10 s.
     *
     * @param value zero for no bound by time, else 100 ms or more
     * @return this
     */
    public SizedPoolBuilder retainFor(Duration value) {
        this.retainFor = Objects.requireNonNull(value, "retainFor");
        return this;
    }

    /**
     * What to run on. Default: {@link Backend#AUTO}, which the property {@code cenote.backend} decides.
     *
     * @param value the backend
     * @return this
     */
    public SizedPoolBuilder backend(Backend value) {
        this.backend = Objects.requireNonNull(value, "backend");
        return this;
    }

    /**
     * How much the pool looks after the users of its blocks, those of {@link SizedPool#get(long)} up to the largest pooled
     * size. Small pieces by address, and memory of its own, are always looked after as on {@link Checks#BASIC}. Default: what
     * the system property {@value Checks#PROPERTY} says, else {@link Checks#BASIC}.
     *
     * @param value the level
     * @return this
     */
    public SizedPoolBuilder checks(Checks value) {
        this.checks = Objects.requireNonNull(value, "checks");
        return this;
    }

    /**
     * Opens the pool. No memory is mapped before it is asked for.
     *
     * @return a pool, ready for any thread
     * @throws IllegalArgumentException if an option is out of its range
     * @throws BackendUnavailableException if the backend that was asked for cannot run here
     * @throws CenoteException if the pool cannot be opened
     */
    @MustBeClosed
    @SuppressWarnings("exports")
    public SizedPool build() {
        if (name == null) {
            name = "sizes-" + UNNAMED.incrementAndGet();
        }
        if (name.isBlank()) {
            throw new IllegalArgumentException("name is blank; give the pool a name or leave it out");
        }
        range("maximumBytes", maximumBytes, 64 << 10, MAXIMUM_BYTES_MAX);
        range("largestPooledBytes", largestPooledBytes, LARGEST_MIN, LARGEST_MAX);
        if (chunkBytes != 0) {
            range("chunkBytes", chunkBytes, 4096, 1 << 30);
        }
        return new SizedPool(new Plan(name, maximumBytes, SizeClasses.of(largestPooledBytes), chunkBytes, numaPolicy,
            prefault, hugePages, purge, maximumRetainedBytes, retainFor, backend, checks));
    }

    private void range(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("pool \"" + name + "\": " + option + " is " + value + "; it must be from "
                + least + " to " + most);
        }
    }

    /** What was chosen, for the pools of the classes to be opened by. */
    record Plan(String name, long maximumBytes, int lastClass, long chunkBytes, NumaPolicy numaPolicy, boolean prefault,
            HugePages hugePages, PurgeMode purge, long maximumRetainedBytes, Duration retainFor, Backend backend, Checks checks) {

        private static final long CHUNK_BYTES = 256 << 10;
        private static final long CHUNK_BYTES_MAX = 2 << 20;
        private static final long CHUNK_BYTES_MIN = 16 << 10;
        private static final long MAGAZINE_BYTES = 128 << 10;
        private static final long CHUNKS_MAX = 1 << 16;

        /** The pool of a class; the backend is the one that {@link Backend#AUTO} led to. */
        BlockPoolBuilder pool(String suffix, long blockBytes, Backend resolved) {
            long most = Math.min(maximumBytes, blockBytes * Integer.MAX_VALUE);
            return new BlockPoolBuilder().name(name + "/" + suffix).blockBytes((int) blockBytes).packed().onDemand()
                .maximumBytes(most).chunkBytes(chunkBytes(blockBytes)).magazineBlocks(magazineBlocks(blockBytes))
                .numaPolicy(numaPolicy).prefault(prefault).hugePages(hugePages).purge(purge)
                .maximumRetainedBytes(maximumRetainedBytes).retainFor(retainFor).backend(resolved)
                .checks(checks);
        }

        /** Small, so that a size that is hardly used costs little; not so small that a large pool's tables grow long. */
        private long chunkBytes(long blockBytes) {
            if (chunkBytes != 0) {
                return chunkBytes;
            }
            long wanted = Math.max(CHUNK_BYTES, Math.min(8 * blockBytes, CHUNK_BYTES_MAX));
            if (blockBytes == Slab.BYTES && maximumBytes >= CHUNK_BYTES_MAX * 32) {
                return CHUNK_BYTES_MAX; /* begins on such a boundary, so slabs do too and are found at the first look */
            }
            long least = Math.max(CHUNK_BYTES_MIN, Math.min(CHUNK_BYTES_MAX, maximumBytes / CHUNKS_MAX));
            return Math.max(least, Math.min(wanted, Long.highestOneBit(maximumBytes / 32)));
        }

        /** Bounds what a thread keeps of each class. */
        private static int magazineBlocks(long blockBytes) {
            return (int) Math.max(1, Math.min(64, MAGAZINE_BYTES / blockBytes));
        }
    }
}
