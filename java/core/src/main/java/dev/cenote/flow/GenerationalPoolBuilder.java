package dev.cenote.flow;

import com.google.errorprone.annotations.MustBeClosed;
import dev.cenote.Checks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Describes a {@link GenerationalPool}. Not thread-safe. One builder may build several pools.
 *
 * @param <T> the kind of object
 */
public final class GenerationalPoolBuilder<T> {

    private static final int GENERATIONS_MAX = 8;
    private static final int CAPACITY_MAX = 1 << 22;
    private static final int TAGS_MAX = 1 << 16;
    private static final AtomicInteger UNNAMED = new AtomicInteger();

    private final Supplier<? extends T> factory;
    private final List<Generation> generations = new ArrayList<>();
    private @Nullable Consumer<? super T> reset;
    private @Nullable Consumer<? super T> destroy;
    private @Nullable String name;
    private FlowScheduler scheduler = FlowScheduler.adaptive();
    private LongSupplier clock = PoolClock.SYSTEM;
    private Checks checks = Checks.BASIC;
    private boolean acceptsForeign;
    private long maximumEntries = Long.MAX_VALUE;
    private int maximumTags = 256;
    private long entryBytes;

    GenerationalPoolBuilder(Supplier<? extends T> factory) {
        this.factory = Objects.requireNonNull(factory, "the factory is null");
    }

    /**
     * Adds a generation, the youngest first. Without any call there are three: T0 with 1024 entries and 10 ms, T1 with 512 and
     * 2 s, T2 with 64 and no time limit. The first is the threads' own; all others are shared.
     *
     * @param generation its name, unlike the others
     * @param capacity how many idle entries it holds at most, in all threads together; 1 to 4 194 304
     * @param timeToLive how long an entry may lie unused, not less than in the generation before; zero: no limit, then all
     *     that follow must have none either
     * @return this
     * @throws IllegalArgumentException if one of these does not hold, or there are eight already
     */
    public GenerationalPoolBuilder<T> generation(String generation, int capacity, Duration timeToLive) {
        String text = "generation \"" + generation + "\" of pool \"" + (name == null ? "" : name) + "\"";
        if (Objects.requireNonNull(generation, "the name of a generation is null").isBlank()) {
            throw new IllegalArgumentException(text + ": the name is empty; give it one, such as \"T0\"");
        }
        if (generations.stream().anyMatch(each -> each.name().equals(generation))) {
            throw new IllegalArgumentException(text + ": there is one of that name; names must differ");
        }
        if (generations.size() == GENERATIONS_MAX) {
            throw new IllegalArgumentException(text + ": a pool has at most " + GENERATIONS_MAX + " generations");
        }
        if (capacity < 1 || capacity > CAPACITY_MAX) {
            throw new IllegalArgumentException(text + ": the capacity is " + capacity + "; it must be 1 to " + CAPACITY_MAX);
        }
        long nanos = nanosOf(text, timeToLive);
        if (!generations.isEmpty()) {
            Generation before = generations.get(generations.size() - 1);
            boolean inOrder = nanos == 0 || before.timeToLiveNanos() != 0 && nanos >= before.timeToLiveNanos();
            if (!inOrder) {
                throw new IllegalArgumentException(text + ": its time to live, " + timeToLive + ", is less than the "
                    + (before.timeToLiveNanos() == 0 ? "unlimited one" : Duration.ofNanos(before.timeToLiveNanos()).toString())
                    + " of \"" + before.name() + "\" before it; entries move from short to long times");
            }
        }
        generations.add(new Generation(generation, capacity, nanos));
        return this;
    }

    private static long nanosOf(String text, Duration timeToLive) {
        if (Objects.requireNonNull(timeToLive, "the time to live of a generation is null").isNegative()) {
            throw new IllegalArgumentException(text + ": the time to live is " + timeToLive + "; it must be positive, or zero for no"
                + " limit");
        }
        try {
            return timeToLive.toNanos();
        } catch (ArithmeticException e) {
            return 0; /* over 292 years: no limit */
        }
    }

    /**
     * Sets who looks after the pool in the background.
     *
     * @param flowScheduler by default {@link FlowScheduler#adaptive()}, one for all pools of the process
     * @return this
     */
    public GenerationalPoolBuilder<T> flowScheduler(FlowScheduler flowScheduler) {
        this.scheduler = Objects.requireNonNull(flowScheduler, "the flow scheduler is null");
        return this;
    }

    /**
     * Sets what readies an object for its next user. It runs in each put, on the caller's thread. If it throws, the object is
     * destroyed, the failure counted and logged; the put returns normally.
     *
     * @param hook may use the pool
     * @return this
     */
    public GenerationalPoolBuilder<T> reset(Consumer<? super T> hook) {
        this.reset = Objects.requireNonNull(hook, "the reset hook is null");
        return this;
    }

    /**
     * Sets what is done with an object that the pool lets go: once, when nobody can get it any more. It runs on the scheduler's
     * thread, or in a put, {@link GenerationalPool#trim()} or {@link GenerationalPool#close()}; never in a get. What it throws is
     * counted and logged. One that blocks holds up the thread it runs on, but no other get or put.
     *
     * @param hook may use the pool
     * @return this
     */
    public GenerationalPoolBuilder<T> destroy(Consumer<? super T> hook) {
        this.destroy = Objects.requireNonNull(hook, "the destroy hook is null");
        return this;
    }

    /**
     * Sets the pool's name, for logs, metrics and exceptions.
     *
     * @param name not empty
     * @return this
     */
    public GenerationalPoolBuilder<T> name(String name) {
        if (Objects.requireNonNull(name, "the name of the pool is null").isBlank()) {
            throw new IllegalArgumentException("the name of the pool is empty");
        }
        this.name = name;
        return this;
    }

    /**
     * Sets whether objects that the pool did not make may be put. They are then the pool's.
     *
     * @param accept by default false: such a put throws {@link dev.cenote.ForeignEntryException}
     * @return this
     */
    public GenerationalPoolBuilder<T> acceptForeign(boolean accept) {
        this.acceptsForeign = accept;
        return this;
    }

    /**
     * Sets the clock, for tests.
     *
     * @param nanos nanoseconds; what goes back more than a second is taken as a jump, and time goes on from where it was
     * @return this
     */
    public GenerationalPoolBuilder<T> clock(LongSupplier nanos) {
        this.clock = Objects.requireNonNull(nanos, "the clock is null");
        return this;
    }

    /**
     * Sets how many objects there may be, taken ones included.
     *
     * @param maximum at least 1; by default there is no limit
     * @return this
     */
    public GenerationalPoolBuilder<T> maximumEntries(long maximum) {
        if (maximum < 1) {
            throw new IllegalArgumentException("the maximum of entries is " + maximum + "; it must be at least 1");
        }
        this.maximumEntries = maximum;
        return this;
    }

    /**
     * Sets how many tags are learned; those over it count as the default tag. A tag that nobody used for 240 periods of the
     * scheduler, two minutes, is forgotten.
     *
     * @param maximum 0 to 65 536; by default 256
     * @return this
     */
    public GenerationalPoolBuilder<T> maximumTags(int maximum) {
        if (maximum < 0 || maximum > TAGS_MAX) {
            throw new IllegalArgumentException("the maximum of tags is " + maximum + "; it must be 0 to " + TAGS_MAX);
        }
        this.maximumTags = maximum;
        return this;
    }

    /**
     * Sets what an object counts for in {@link GenerationalPoolStats}' bytes.
     *
     * @param bytes 0, the default: unknown, and all bytes are told as 0
     * @return this
     */
    public GenerationalPoolBuilder<T> entryBytes(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("the bytes of an entry are " + bytes + "; they cannot be negative");
        }
        this.entryBytes = bytes;
        return this;
    }

    /**
     * Sets how much the pool looks after its users.
     *
     * @param level by default {@link Checks#BASIC}; {@link Checks#OFF} is the same, since the check costs nothing here. SAMPLED
     *     keeps where one in 128 gets was, PARANOID where every get was, to say so when the object is never put. No level keeps
     *     objects back: what was written to one after its put cannot be told from what its next user writes
     * @return this
     */
    public GenerationalPoolBuilder<T> checks(Checks level) {
        this.checks = Objects.requireNonNull(level, "the level of checks is null");
        return this;
    }

    /** {@return a new pool} Its memory is what its entries are, and some 16 bytes a place of each shared generation. */
    @MustBeClosed
    @SuppressWarnings("exports")
    public GenerationalPool<T> build() {
        return new GenerationalPool<>(this);
    }

    String name() {
        if (name == null) {
            name = "generational-" + UNNAMED.incrementAndGet();
        }
        return name;
    }

    Generation[] generations() {
        if (generations.isEmpty()) {
            generation("T0", 1024, Duration.ofMillis(10));
            generation("T1", 512, Duration.ofSeconds(2));
            generation("T2", 64, Duration.ZERO);
        }
        return generations.toArray(new Generation[0]);
    }

    Hooks<T> hooks() {
        return new Hooks<>(name(), factory, reset, destroy);
    }

    FlowScheduler flowScheduler() {
        return scheduler;
    }

    LongSupplier clock() {
        return clock;
    }

    boolean acceptsForeign() {
        return acceptsForeign;
    }

    long maximumEntries() {
        return maximumEntries;
    }

    int maximumTags() {
        return maximumTags;
    }

    long entryBytes() {
        return entryBytes;
    }

    /** Every how many gets the stack is kept; 0: never. */
    int sitesEvery() {
        return switch (checks) {
            case OFF, BASIC -> 0;
            case SAMPLED -> 128;
            case PARANOID -> 1;
        };
    }
}
