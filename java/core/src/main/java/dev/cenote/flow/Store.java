package dev.cenote.flow;

import dev.cenote.internal.FlightRecords;
import dev.cenote.internal.JavaStack;
import dev.cenote.internal.Pulse;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What all threads share of a generational pool: the shared generations, entries, tags, counters, and those that wait for
 * their destroy hook.
 *
 * @param <T> the kind of object
 */
final class Store<T> {

    /** Bit of the control word: the pool is closed. */
    static final int CLOSED = 1;
    /** Bit of the control word: somebody waits for an entry. */
    static final int HUNGRY = 2;

    private static final System.Logger LOG = System.getLogger(GenerationalPool.class.getName());
    private static final VarHandle CONTROL;
    private static final VarHandle DOOMED;

    static {
        try {
            CONTROL = MethodHandles.lookup().findVarHandle(Store.class, "control", int.class);
            DOOMED = MethodHandles.lookup().findVarHandle(Store.class, "doomed", Entry.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final String name;
    final Generation[] generations;
    final EntryTable<T> table;
    final TagTable tags;
    /** For the scheduler. */
    final News news;
    final Hooks<T> hooks;
    /** Whether nothing is to be done with an object between its get and its put: so threads may keep one near. */
    final boolean nears;
    final PoolClock clock;
    /** Places of T0 that no thread has reserved: so the sum over all threads is bounded. */
    final AtomicInteger room;
    /** By number; the first is T0, which each thread has its own part of. */
    private final @Nullable SharedGeneration<T>[] shared;
    private volatile @Nullable Entry<T> doomed;
    private volatile int control;
    /** Heard by the scheduler, which looks seldom at a pool that nobody uses. */
    final Pulse pulse = new Pulse();
    /** Which period it is, and how many collections there were. */
    final Beat beat;
    final LongAdder created = new LongAdder();
    final LongAdder destroyed = new LongAdder();
    final LongAdder adopted = new LongAdder();
    final LongAdder lost = new LongAdder();
    final LongAdder duplicates = new LongAdder();
    /** By generation; that of T0 has the sum of threads that died. */
    final LongAdder[] hits;
    final LongAdder[] arrivals;
    final LongAdder[] departures;
    private final LongAdder[][] evictions;
    /** Gets that had to call the factory, or found the pool at its limit. */
    private final LongAdder misses = new LongAdder();
    private long toldMisses;

    @SuppressWarnings({"unchecked", "rawtypes"})
    Store(GenerationalPoolBuilder<T> builder) {
        this.name = builder.name();
        this.generations = builder.generations();
        this.table = new EntryTable<>(builder.maximumEntries());
        this.beat = builder.flowScheduler().beat();
        this.tags = new TagTable(builder.maximumTags(), generations.length, beat.period());
        this.news = tags.news();
        this.hooks = builder.hooks();
        this.nears = !hooks.resets() && builder.sitesEvery() == 0;
        this.clock = new PoolClock(builder.clock());
        this.room = new AtomicInteger(generations[0].capacity());
        int count = generations.length;
        this.shared = new SharedGeneration[count];
        this.hits = adders(count);
        this.arrivals = adders(count);
        this.departures = adders(count);
        this.evictions = new LongAdder[count][];
        for (int i = 0; i < count; i++) {
            evictions[i] = adders(Eviction.values().length);
            if (i > 0) {
                shared[i] = new SharedGeneration<>(i, generations[i].capacity());
            }
        }
    }

    private static LongAdder[] adders(int count) {
        LongAdder[] made = new LongAdder[count];
        java.util.Arrays.setAll(made, i -> new LongAdder());
        return made;
    }

    int last() {
        return generations.length - 1;
    }

    /** A generation from T1 on. */
    SharedGeneration<T> shared(int generation) {
        SharedGeneration<T> found = shared[generation];
        if (found == null) {
            throw new AssertionError("generation " + generation + " is not shared");
        }
        return found;
    }

    int control() {
        return control;
    }

    boolean isClosed() {
        return (control & CLOSED) != 0;
    }

    /** Sets a bit; false: it was set. */
    boolean raise(int bit) {
        return ((int) CONTROL.getAndBitwiseOr(this, bit) & bit) == 0;
    }

    void lower(int bit) {
        CONTROL.getAndBitwiseAnd(this, ~bit);
    }

    // Entries on their way. The caller holds the entry.

    /** An entry is new. */
    void begin(Entry<T> entry) {
        entry.bornCycle = beat.cycle();
        entry.askedCycle = entry.bornCycle;
        entry.heatPeriod = beat.period();
        entry.stamp = clock.now();
    }

    /** An entry is put: notes its tag. */
    void label(Entry<T> entry, Tag tag) {
        if (entry.tag == Entry.FRESH) {
            entry.tag = tag.index();
            tag.missed(beat.period());
        } else if (entry.tag != tag.index()) {
            report(entry);
            entry.tag = tag.index();
        }
    }

    /** Tells an entry's tag of the gets that it has not been told of. */
    void report(Entry<T> entry) {
        int untold = entry.accesses - entry.reported;
        if (untold > 0) {
            tags.at(entry.tag).hit(untold, beat.period());
            entry.reported = entry.accesses;
        }
    }

    /** Brings an entry's heat up to date. */
    void fold(Entry<T> entry) {
        int now = beat.period();
        if (entry.heatPeriod != now) {
            report(entry);
            Heat.fold(entry, now);
        }
    }

    /** Records how long a sampled entry lay, now that it leaves a generation. */
    void leave(Entry<T> entry, int generation, long nowNanos) {
        if (entry.weight != 0) {
            tags.at(entry.tag).lay(beat.period(), generation, nowNanos - entry.stamp, entry.weight);
        }
    }

    /** An entry is put into a shared generation, or one above it if there is no room; false: nor there. */
    boolean offerShared(Entry<T> entry, T object, int from) {
        entry.askedCycle = beat.cycle();
        return pushShared(entry, object, Math.max(1, from));
    }

    private boolean pushShared(Entry<T> entry, T object, int from) {
        for (int i = from; i < generations.length; i++) {
            if (shared(i).offer(entry, object)) {
                if (isClosed()) { /* the closer may have emptied it just before; one of us sees the entry */
                    drainShared(Eviction.CLOSED);
                }
                return true;
            }
            news.stir(News.REFUSED);
        }
        return false;
    }

    /** Moves an entry, which lay in {@code from}; false: there was no room. */
    boolean migrate(Entry<T> entry, T object, int from, int to, long nowNanos) {
        leave(entry, from, nowNanos);
        Tag tag = tags.at(entry.tag); /* from here on the entry may be somebody else's */
        if (!pushShared(entry, object, to)) {
            return false;
        }
        departures[from].increment();
        arrivals[to].increment();
        tag.migrated();
        return true;
    }

    /** Takes an object from T1, T2... for a thread, whose part remembers it; or null. */
    @Nullable T takeShared(@Nullable LocalGeneration<T> local) {
        for (int i = 1; i < generations.length; i++) {
            SharedGeneration<T> generation = shared(i);
            int slot = generation.take();
            if (slot != JavaStack.NONE) {
                Entry<T> entry = generation.entryIn(slot);
                T object = generation.vacate(slot);
                fold(entry);
                if (entry.weight != 0) {
                    leave(entry, i, clock.now());
                    entry.weight = 0;
                }
                hit(i);
                entry.accesses++;
                report(entry);
                entry.state = Entry.TAKEN;
                if (local != null) {
                    local.remember(entry, object);
                }
                return object;
            }
        }
        return null;
    }

    /** Marks an entry that lay in a generation for destruction; the next {@link #bury} runs the hook. */
    void doom(Entry<T> entry, T object, int generation, Eviction cause) {
        report(entry);
        tags.at(entry.tag).evicted(beat.period());
        evictions[generation][cause.ordinal()].increment();
        entry.held = object;
        entry.state = Entry.GONE;
        Entry<T> seen;
        do {
            seen = doomed;
            entry.next = seen;
        } while (!DOOMED.compareAndSet(this, seen, entry)); /* each is pushed once in its life: no ABA */
    }

    /** Destroys what is doomed; the caller holds nothing that others wait for, since a hook may block. Returns how many. */
    @SuppressWarnings("unchecked")
    int bury() {
        Entry<T> first = doomed == null ? null : (Entry<T>) DOOMED.getAndSet(this, null);
        int count = 0;
        for (Entry<T> entry = first; entry != null; entry = entry.next) {
            table.remove(entry); /* before any hook: it makes room under the limit */
            entry.clear();
            destroyed.increment();
            count++;
        }
        while (first != null) {
            Entry<T> next = first.next;
            T object = java.util.Objects.requireNonNull(first.held);
            first.held = null;
            first.next = null;
            hooks.destroy(object);
            first = next;
        }
        return count;
    }

    /** Gets that a shared generation served. */
    private void hit(int generation) {
        hits[generation].increment();
        news.stir(News.HIT);
    }

    /** A get called the factory, or found the pool at its limit. */
    void missed() {
        misses.increment();
        news.stir(News.MISSED);
    }

    long misses() {
        return misses.sum();
    }

    /** Misses since the last call; the scheduler's. */
    long takeMisses() {
        long now = misses.sum();
        long since = now - toldMisses;
        toldMisses = now;
        return since;
    }

    /** Finds entries whose objects were taken and became garbage: their takers forgot them. */
    void findLost() {
        for (Entry<T> entry; (entry = table.pollCollected()) != null;) {
            if (entry.abandon()) {
                table.remove(entry);
                lost.increment();
                FlightRecords.leak(name, "an object", entry.site == null ? "" : placeOf(entry.site));
                long count = lost.sum();
                if (Long.bitCount(count) == 1) { /* the 1st, 2nd, 4th... */
                    LOG.log(System.Logger.Level.WARNING, "pool \"" + name + "\": an object was taken and became garbage without"
                        + " put (" + count + " so far); its destroy hook did not run. Put what you get, in a finally block"
                        + (entry.site == null ? "; Checks.SAMPLED tells where objects are taken" : ""), entry.site);
                }
            }
        }
    }

    private static String placeOf(Throwable site) {
        StringBuilder text = new StringBuilder(String.valueOf(site.getMessage()));
        for (StackTraceElement frame : site.getStackTrace()) {
            text.append("\n\tat ").append(frame);
        }
        return text.toString();
    }

    /** Dooms whatever lies in T1, T2... now. */
    int drainShared(Eviction cause) {
        int count = 0;
        for (int i = 1; i < generations.length; i++) {
            SharedGeneration<T> generation = shared(i);
            for (int slot; (slot = generation.take()) != JavaStack.NONE; count++) {
                Entry<T> entry = generation.entryIn(slot);
                doom(entry, generation.vacate(slot), i, cause);
            }
        }
        return count;
    }

    long evictions(int generation, Eviction cause) {
        return evictions[generation][cause.ordinal()].sum();
    }

    // What becomes of an idle entry.

    /** An entry stays where it is. */
    static final int KEEP = -1;
    /** An entry has outlived its time. */
    static final int DROP = -2;

    /** What becomes of an entry that lies in a generation: KEEP, DROP, or the generation that it moves to. */
    int fate(Entry<T> entry, int generation, long nowNanos) {
        fold(entry);
        Quadrant quadrant = Heat.quadrant(entry, beat.cycle());
        int route = tags.at(entry.tag).route();
        if (route > generation && quadrant != Quadrant.HIGH_YOUNG) {
            return route; /* its class was promoted */
        }
        long timeToLive = generations[generation].timeToLiveNanos();
        if (timeToLive == 0 || Heat.effectiveIdleNanos(entry, nowNanos) < timeToLive) {
            return KEEP;
        }
        return switch (quadrant) {
            case HIGH_OLD -> generation == last() ? KEEP : last();
            case HIGH_YOUNG -> KEEP;
            case LOW_OLD, LOW_YOUNG -> DROP;
        };
    }
}
