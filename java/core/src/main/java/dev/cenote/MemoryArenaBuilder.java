package dev.cenote;

import com.google.errorprone.annotations.MustBeClosed;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Describes a {@link MemoryArena}. Not safe for several threads; {@link #build} may be called again and again, and a builder
 * that is kept opens arenas without looking anything up.
 */
public final class MemoryArenaBuilder {

    /** The usual size of a chunk: 64 KiB. */
    public static final int CHUNK_BYTES_DEFAULT = 1 << 16;

    private static final int CHUNK_BYTES_MAX = 1 << 28;
    private static final int CHUNK_BYTES_MIN = 256;
    private static final AtomicInteger UNNAMED = new AtomicInteger();

    /** What the arenas without a builder are made of; resolved when the first of them is opened. */
    static final class Defaults {
        static final ArenaSettings CONFINED = of(ArenaKind.CONFINED);
        static final ArenaSettings SHARED = of(ArenaKind.SHARED);
        static final ArenaSettings PER_THREAD = of(ArenaKind.PER_THREAD);
        static final ArenaSettings AUTOMATIC = of(ArenaKind.AUTOMATIC);

        private Defaults() {
        }

        private static ArenaSettings of(ArenaKind kind) {
            return new MemoryArenaBuilder().kind(kind).name("default").settings();
        }
    }

    private @Nullable String name;
    private ArenaKind kind = ArenaKind.CONFINED;
    private int chunkBytes = CHUNK_BYTES_DEFAULT;
    private long limitBytes = Long.MAX_VALUE;
    private long retainedBytes = 16L * CHUNK_BYTES_DEFAULT;
    private @Nullable MemoryArena parent;
    private boolean zeroed;
    private Checks checks = Checks.BASIC;
    private boolean isCounting;
    private Backend backend = Backend.AUTO;
    private NumaPolicy numaPolicy = NumaPolicy.local();
    private String provider = MemoryArenaProvider.DEFAULT;
    private @Nullable ArenaSettings settings;

    MemoryArenaBuilder() {
    }

    /**
     * The arena's name in logs, lists and exceptions. Default: "arena-" and a number.
     *
     * @param value the name, not blank
     * @return this
     */
    public MemoryArenaBuilder name(String value) {
        this.name = Objects.requireNonNull(value, "name");
        return changed();
    }

    /**
     * Who may use it. Default: {@link ArenaKind#CONFINED}.
     *
     * @param value the kind
     * @return this
     */
    public MemoryArenaBuilder kind(ArenaKind value) {
        this.kind = Objects.requireNonNull(value, "kind");
        return changed();
    }

    /**
     * The size of a chunk. Default: 64 KiB. Larger pieces get chunks of their own.
     *
     * @param value 256 to 2^28; rounded up to a multiple of 64
     * @return this
     */
    public MemoryArenaBuilder chunkBytes(int value) {
        this.chunkBytes = value;
        return changed();
    }

    /**
     * The bound of what it gives out between resets, padding and alignment included; of an arena for several threads also
     * what is left of the chunks that they are filling. Default: none.
     *
     * @param value 8 or more
     * @return this
     */
    public MemoryArenaBuilder limitBytes(long value) {
        this.limitBytes = value;
        return changed();
    }

    /**
     * The bound of the memory that {@link MemoryArena#reset()} keeps, in whole chunks. Default: 1 MiB.
     *
     * @param value 0 or more
     * @return this
     */
    public MemoryArenaBuilder retainedBytes(long value) {
        this.retainedBytes = value;
        return changed();
    }

    /**
     * An arena that serves the pieces for which this one is at its limit, or finds no memory. They live as long as the
     * parent, not as long as this arena, and this arena's accesses pass on to the parent. Default: none, an exception.
     *
     * @param value the parent; if it is confined, only its owner's pieces fall back to it
     * @return this
     */
    public MemoryArenaBuilder parent(MemoryArena value) {
        this.parent = Objects.requireNonNull(value, "parent");
        return changed();
    }

    /**
     * Whether every piece begins as zeros. Default: false. Costs the writing of each byte, ahead in steps of 4 KiB.
     *
     * @param value true for zeros
     * @return this
     */
    public MemoryArenaBuilder zeroed(boolean value) {
        this.zeroed = value;
        return changed();
    }

    /**
     * How much it looks after its users. Default: {@link Checks#BASIC}. {@link Checks#OFF} spares arenas for several threads
     * the counting of who is inside: an access must then not meet a close.
     *
     * @param value the level
     * @return this
     */
    public MemoryArenaBuilder checks(Checks value) {
        this.checks = Objects.requireNonNull(value, "checks");
        return changed();
    }

    /**
     * Whether a confined arena counts the pieces it gives out, for {@link MemoryArenaStats#allocations()}. Default: false,
     * since it adds a third to what a piece costs. Arenas for several threads always count.
     *
     * @param value true to count
     * @return this
     */
    public MemoryArenaBuilder countAllocations(boolean value) {
        this.isCounting = value;
        return changed();
    }

    /**
     * What the chunks' pool runs on. Default: {@link Backend#AUTO}.
     *
     * @param value the backend
     * @return this
     */
    public MemoryArenaBuilder backend(Backend value) {
        this.backend = Objects.requireNonNull(value, "backend");
        return changed();
    }

    /**
     * Where the memory should lie. Default: {@link NumaPolicy#local()}.
     *
     * @param value the policy
     * @return this
     */
    public MemoryArenaBuilder numaPolicy(NumaPolicy value) {
        this.numaPolicy = Objects.requireNonNull(value, "numaPolicy");
        return changed();
    }

    /**
     * Who gives the chunks. Default: {@value MemoryArenaProvider#DEFAULT}, pools that all arenas share.
     *
     * @param value the name of a {@link MemoryArenaProvider}
     * @return this
     */
    public MemoryArenaBuilder provider(String value) {
        this.provider = Objects.requireNonNull(value, "provider");
        return changed();
    }

    private MemoryArenaBuilder changed() {
        settings = null;
        return this;
    }

    /**
     * Opens an arena. A confined one belongs to the calling thread.
     *
     * @return an open arena without a chunk; the first piece takes one
     * @throws IllegalArgumentException if an option is out of its range, or no provider has that name
     */
    @MustBeClosed
    @SuppressWarnings("exports")
    public MemoryArena build() {
        ArenaSettings kept = settings;
        if (kept == null) {
            kept = settings();
            settings = kept;
        }
        return new MemoryArena(kept);
    }

    private ArenaSettings settings() {
        String called = name != null ? name : "arena-" + UNNAMED.incrementAndGet();
        if (called.isBlank()) {
            throw new IllegalArgumentException("name is blank; give the arena a name or leave it out");
        }
        range(called, "chunkBytes", chunkBytes, CHUNK_BYTES_MIN, CHUNK_BYTES_MAX);
        range(called, "limitBytes", limitBytes, ArenaSettings.ALIGNMENT_LEAST, Long.MAX_VALUE);
        range(called, "retainedBytes", retainedBytes, 0, Long.MAX_VALUE);
        int whole = chunkBytes + 63 & -64;
        MemoryArenaProvider.Source source = ArenaProviders.find(provider).open(backend, numaPolicy, whole);
        return new ArenaSettings(called, kind, source, whole, limitBytes, retainedBytes, parent, zeroed, checks, isCounting);
    }

    private static void range(String arena, String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("arena \"" + arena + "\": " + option + " is " + value + "; it must be from "
                + least + " to " + most);
        }
    }
}
