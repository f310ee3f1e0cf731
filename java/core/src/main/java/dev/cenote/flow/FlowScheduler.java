package dev.cenote.flow;

import dev.cenote.internal.FlightRecords;
import dev.cenote.internal.Pulse;
import java.lang.System.Logger.Level;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Watches generational pools from the background and decides where their entries live.
 * <p>Each step, every 500 ms unless told otherwise, it samples garbage collections and their pauses, the allocation rate of the heap
 * and, of each pool, hits, misses and the residence times of each tag's entries: how long they lay idle in a generation. Over a
 * sliding window of 8 s it then decides, in this order:
 * <ol>
 * <li>the threshold of the pool is tuned (a class moves when its mean residence passes this share of its generation's time to live);</li>
 * <li>a class of entries (a tag) whose mean residence passes it moves to the next generation: later entries with the tag go there
 *     straight away, and those that lie idle now migrate. A class whose times are widely spread must pass in four steps running, and
 *     one that would not fit stays; a class whose mean residence falls below half of the mark goes back;</li>
 * <li>when there were garbage collections since the step before, entries survive one more (several within one step count as one), and
 *     entries of the last generation that nobody asked for during three are destroyed;</li>
 * <li>what has outlived its generation's time, or stands over a capacity, is destroyed;</li>
 * <li>access counters decay.</li>
 * </ol>
 * How widely times are spread is their <b>retention entropy</b>: with {@code pᵢ} the share of residence times in bucket {@code i} of a
 * histogram whose buckets are half an octave wide, {@code H = − Σ pᵢ · log₂ pᵢ} bits
 * (<a href="https://doi.org/10.1002/j.1538-7305.1948.tb01338.x">Shannon 1948</a>); 0 if all times fall into one bucket,
 * 3.8 for exponential times, and "widely" is more than 4.5.
 * <p>Every decision is an event for {@link FlowListener}s, and for the Flight Recorder ({@code dev.cenote.FlowStep},
 * {@code FlowDecision}, {@code Migration}, {@code Eviction}).
 * <p><b>Threads.</b> One daemon thread drives all schedulers of a class loader; it starts with the first pool and ends with the last.
 * It holds pools weakly, and looks only every sixty steps at a pool in which nothing happened for forty, until somebody uses it again: so a
 * pool that was forgotten is found by collectors that work while the program runs, too. A get or a put never waits for it. Destroy hooks of idle entries run on it: one that blocks holds up the steps
 * of all pools, no get and no put, and shows in {@link FlowSchedulerStats#stepNanosRunning()}. A pool whose step throws is counted and
 * logged, and the others go on.
 * <p><b>Degraded.</b> Where the JVM does not tell about collections (no {@code jdk.management} in the runtime), entries survive "a collection"
 * every 20 s; where it does not tell what it allocates, decisions go without. Both are logged once and stand in
 * {@link #stats()}. A clock that goes back stands still until it has caught up.
 */
public final class FlowScheduler {

    /** Without news of collections, this much time counts as one. */
    static final int CYCLE_SECONDS_DEGRADED = 20;
    /** A pool in which nothing happened for so many steps is at rest, */
    static final int STEPS_TO_REST = 40;
    /** and is stepped every so many times until somebody uses it again. */
    static final int STEPS_AT_REST = 60;

    private static final System.Logger LOG = System.getLogger(FlowScheduler.class.getName());
    private static final FlowScheduler ADAPTIVE = new FlowSchedulerBuilder().name("adaptive").build();
    private static final FlowScheduler OFF = new FlowScheduler(new FlowSchedulerBuilder().name("off"), false);

    private final String name;
    private final LongSupplier clock;
    private final GcSource gc;
    private final long periodNanos;
    private final double fixed;
    private final boolean isAble;
    /** Replaced as a whole, under the lock of {@link #source}. */
    private volatile Member[] members = {};
    private final CopyOnWriteArrayList<FlowListener> listeners = new CopyOnWriteArrayList<>();
    private final Beat beat = new Beat();
    /** Guards stepping: one step at a time, from whatever thread. */
    private final ReentrantLock turn = new ReentrantLock();
    /** Guards {@link #members}, {@link #last} and whether the source is open; never held while pools or listeners run. */
    private final Object source = new Object();
    private @Nullable GcReading last;
    private volatile boolean running;
    private volatile long dueNanos;

    private long nowNanos;
    private boolean clockRead;
    private long degradedNanos;
    private int stepDecisions;
    private int turns;
    /** What came of the glances; nobody reads it. */
    @SuppressWarnings("unused")
    private long glanced;
    private volatile long stepBeganNanos;
    private volatile boolean stepping;
    /** Pools that the last step found, and those that came since: while there are some, nobody asks each whether it is still there. */
    private volatile int found;
    private volatile Totals totals = new Totals(0, 0, 0, 0, 0, 0, 0, 0, 0);

    private final PoolFlow.Audience audience = new PoolFlow.Audience() {
        @Override
        public boolean counts() {
            stepDecisions++;
            return !listeners.isEmpty() || FlightRecords.hearsFlowDecisions();
        }

        @Override
        public void hear(FlowDecision decision) {
            for (FlowListener listener : listeners) {
                tell(() -> listener.onDecision(decision));
            }
        }
    };

    /** Written by the stepping thread only, as a whole. */
    private record Totals(long steps, long decisions, long poolFailures, long listenerFailures, long nanosLast, long nanosMax,
                          long nanosSum, long gcCycles, long gcPauseNanos) {
    }

    /** A pool, held weakly, with what is known about it. */
    private static final class Member extends WeakReference<FlowPool> {
        private final PoolFlow flow;
        private final Pulse pulse;
        private boolean isDue;
        /** By how many collections its entries have grown older since it was stepped last. */
        private int survived;
        private boolean failed;

        Member(FlowPool pool, double fixed) {
            super(pool);
            flow = new PoolFlow(fixed);
            pulse = pool.pulse();
        }

        /** The pool, if it is there and to be stepped in this turn; see {@link Pulse} for why it is asked for so seldom. */
        @Nullable FlowPool due() {
            return isDue ? get() : null;
        }
    }

    FlowScheduler(FlowSchedulerBuilder builder, boolean isAble) {
        this.name = builder.name();
        this.clock = builder.clock();
        this.gc = builder.gc();
        this.periodNanos = builder.period().toNanos();
        this.fixed = builder.threshold();
        this.isAble = isAble;
        this.running = isAble && builder.starts();
    }

    /** {@return the scheduler that all pools of a process share unless told otherwise: 500 ms, tuned thresholds} */
    public static FlowScheduler adaptive() {
        return ADAPTIVE;
    }

    /**
     * {@return a new scheduler like {@link #adaptive()}, but for a threshold that stays}
     *
     * @param threshold the share of its generation's time to live that a class's mean residence must pass, 0.01 to 1
     */
    public static FlowScheduler fixed(double threshold) {
        return builder().name("fixed").threshold(threshold).build();
    }

    /**
     * {@return the scheduler that does nothing: no class moves, nothing ages or expires; capacities still hold}
     * It cannot be started.
     */
    public static FlowScheduler off() {
        return OFF;
    }

    /** {@return a builder with the defaults, for another period, or for tests with their own clock and collections} */
    public static FlowSchedulerBuilder builder() {
        return new FlowSchedulerBuilder();
    }

    /**
     * Lets the background thread step this scheduler while it has pools. So it is from the beginning, unless built otherwise. Idempotent.
     *
     * @throws IllegalStateException for {@link #off()}
     */
    public void start() {
        if (!isAble) {
            throw new IllegalStateException("FlowScheduler.off() does nothing and cannot be started; build the pool with another");
        }
        running = true;
        if (hasPools()) {
            FlowThread.drive(this);
        }
    }

    /**
     * Ends the steps after the one under way, if any, and lets go of the JVM's beans. Pools go on without: as with {@link #off()} until it is
     * started again, or stepped by hand. Idempotent.
     */
    public void stop() {
        running = false;
        rest();
    }

    /** {@return whether the background thread steps this scheduler} */
    public boolean isRunning() {
        return running;
    }

    /**
     * One turn over all pools, on the calling thread, whether started or not; waits for one under way. O(pools + tags).
     *
     * @throws IllegalStateException for {@link #off()}
     */
    public void step() {
        if (!isAble) {
            throw new IllegalStateException("FlowScheduler.off() does nothing and cannot be stepped; build the pool with another");
        }
        step(true);
    }

    /** One turn over the pools that are due: of those that nobody uses, now and then only. The background thread. */
    void stepDue() {
        step(++turns % STEPS_AT_REST == 0);
    }

    private void step(boolean all) {
        turn.lock();
        try {
            stepBeganNanos = System.nanoTime();
            stepping = true;
            turn(all);
        } finally {
            stepping = false;
            turn.unlock();
        }
    }

    private void turn(boolean seldom) {
        long began = stepBeganNanos;
        long clockNow = clock.getAsLong();
        long elapsed = clockRead ? Math.max(0, clockNow - nowNanos) : 0;
        nowNanos = clockRead ? nowNanos + elapsed : clockNow;
        clockRead = true;
        GcReading before;
        GcReading now;
        synchronized (source) {
            before = last;
            if (before == null) {
                gc.open();
                before = gc.read();
            }
            now = gc.read();
            last = now;
        }
        long cycles = since(before.cycles(), now.cycles());
        long pause = since(before.pauseNanos(), now.pauseNanos());
        long allocated = since(before.allocatedBytes(), now.allocatedBytes());
        long perSecond = allocated < 0 || elapsed == 0 ? GcReading.UNKNOWN : (long) (allocated * 1e9 / elapsed);
        stepDecisions = 0;
        int survived = survived(cycles, elapsed);
        beat.survive(survived);
        PoolFlow.Turn context = new PoolFlow.Turn(nowNanos, cycles, survived, perSecond, audience);
        int pools = 0;
        int failures = 0;
        found = 0;
        Member[] all = members;
        long glances = 0;
        for (Member member : all) {
            member.isDue = member.pulse.isDue(seldom);
            FlowPool pool = member.due();
            glances += member.flow.glance() + (pool == null ? 0 : pool.glance());
        }
        glanced = glances;
        for (Member member : all) {
            member.survived += survived;
            FlowPool pool = member.due();
            if (pool != null) {
                pools++;
                failures += stepPool(member, pool, context) ? 0 : 1;
            } else if (!member.refersTo(null)) {
                pools++;
            }
        }
        beat.endPeriod();
        found = Math.max(found, pools);
        long took = System.nanoTime() - began;
        Totals t = totals;
        totals = new Totals(t.steps + 1, t.decisions + stepDecisions, t.poolFailures + failures, t.listenerFailures, took,
            Math.max(t.nanosMax, took), t.nanosSum + took, t.gcCycles + Math.max(0, cycles), t.gcPauseNanos + Math.max(0, pause));
        FlightRecords.flowStep(took, pools, failures, stepDecisions, cycles, pause, allocated);
        if (!listeners.isEmpty()) {
            FlowStep step = new FlowStep(nowNanos, took, pools, failures, stepDecisions, cycles, pause, now.cause(), allocated);
            for (FlowListener listener : listeners) {
                tell(() -> listener.onStep(step));
            }
        }
    }

    private static long since(long before, long now) {
        return before < 0 || now < 0 ? GcReading.UNKNOWN : Math.max(0, now - before);
    }

    /** By how many collections entries have grown older. */
    private int survived(long cycles, long elapsed) {
        if (cycles >= 0) {
            return cycles > 0 ? 1 : 0;
        }
        degradedNanos += elapsed;
        long cycleNanos = CYCLE_SECONDS_DEGRADED * 1_000_000_000L;
        if (degradedNanos < cycleNanos) {
            return 0;
        }
        degradedNanos %= cycleNanos;
        return 1;
    }

    private boolean stepPool(Member member, FlowPool pool, PoolFlow.Turn context) {
        try {
            member.flow.step(pool, context.survived() == member.survived ? context : context.after(member.survived));
            member.survived = 0;
            member.pulse.looked(member.flow.idleSteps() >= STEPS_TO_REST);
            return true;
        } catch (RuntimeException | Error e) {
            /* the first with its stack, so that a pool that fails at every step does not fill the log */
            LOG.log(member.failed ? Level.DEBUG : Level.ERROR,
                () -> "a step of the flow scheduler over pool \"" + pool.name() + "\" failed; the others go on, it is tried again", e);
            member.failed = true;
            return false;
        }
    }

    private void tell(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            Totals t = totals;
            LOG.log(t.listenerFailures == 0 ? Level.ERROR : Level.DEBUG, "a listener of the flow scheduler failed; it is told further on", e);
            totals = new Totals(t.steps, t.decisions, t.poolFailures, t.listenerFailures + 1, t.nanosLast, t.nanosMax, t.nanosSum,
                t.gcCycles, t.gcPauseNanos);
        }
    }

    /**
     * Adds a listener; any thread, from the next event on.
     *
     * @param listener kept until it is removed
     */
    public void addListener(FlowListener listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
    }

    /**
     * Removes a listener; one call of it may still be under way.
     *
     * @param listener as it was added
     */
    public void removeListener(FlowListener listener) {
        listeners.remove(listener);
    }

    /** {@return what it has done so far} Any thread. */
    public FlowSchedulerStats stats() {
        Totals t = totals;
        GcReading reading;
        synchronized (source) {
            reading = last;
        }
        int pools = countPools();
        return new FlowSchedulerStats(pools, t.steps, t.decisions, t.poolFailures, t.listenerFailures, t.nanosLast, t.nanosMax,
            t.nanosSum, stepping ? Math.max(0, System.nanoTime() - stepBeganNanos) : 0, t.gcCycles, t.gcPauseNanos,
            reading != null && reading.cycles() >= 0, reading != null && reading.allocatedBytes() >= 0);
    }

    /** Looks after a pool from now on, without keeping it alive. */
    void join(FlowPool pool) {
        if (isAble) {
            synchronized (source) {
                Member[] others = without(null);
                Member[] all = Arrays.copyOf(others, others.length + 1);
                all[others.length] = new Member(pool, fixed);
                members = all;
            }
            found = 1;
            if (running) {
                FlowThread.drive(this);
            }
        }
    }

    /** What the entries of its pools age by. */
    Beat beat() {
        return isAble ? beat : new Beat();
    }

    /** Forgets a pool; a step over it may still be under way. */
    void leave(FlowPool pool) {
        synchronized (source) {
            members = without(pool);
        }
        found = 0;
    }

    /** The members without one, and without those that were forgotten. */
    private Member[] without(@Nullable FlowPool pool) {
        return Arrays.stream(members).filter(member -> !member.refersTo(null) && !member.refersTo(pool)).toArray(Member[]::new);
    }

    private int countPools() {
        int count = 0;
        for (Member member : members) {
            count += member.refersTo(null) ? 0 : 1;
        }
        return count;
    }

    private boolean hasPools() {
        for (Member member : members) {
            if (!member.refersTo(null)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the thread is to drive it further on. */
    boolean hasWork() {
        return running && (found > 0 || hasPools());
    }

    /** The thread is about to step: the next time is a period later. */
    void begin(long systemNanos) {
        dueNanos = systemNanos + periodNanos;
    }

    long dueNanos() {
        return dueNanos;
    }

    /** Nothing to do for now: lets go of the JVM's beans. */
    void rest() {
        synchronized (source) {
            if (last != null) {
                gc.close();
                last = null;
            }
        }
    }

    Duration period() {
        return Duration.ofNanos(periodNanos);
    }

    @Override
    public String toString() {
        return "flow scheduler \"" + name + "\"";
    }
}
