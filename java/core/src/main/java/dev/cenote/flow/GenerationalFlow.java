package dev.cenote.flow;

import dev.cenote.internal.Pulse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A generational pool as its flow scheduler sees it: everything that happens in the background.
 * <p>Steps are serialized by the caller; {@link #trim} and {@link #close} may come from other threads at the same time. Times are
 * of the pool's own clock.
 *
 * @param <T> the kind of object
 */
final class GenerationalFlow<T> implements FlowPool {

    /** Collections without a use after which an entry of the last generation is destroyed. */
    private static final int UNUSED_CYCLES = 3;
    private static final int CLOSE_TRIES = 10;
    /** Every so many periods it looks for objects that their takers forgot. */
    private static final int LOOKS_FOR_LOST = 4;
    private static final System.Logger LOG = System.getLogger(GenerationalPool.class.getName());

    private final Store<T> store;
    private final Locals<T> locals;
    private final FlowScheduler scheduler;
    /** Scans under way: entries are in nobody's reach for some microseconds. */
    private final AtomicInteger scans = new AtomicInteger();
    /** Per shared generation with a time to live, the earliest time at which an entry of it can have outlived its time. */
    private final long[] nextExpiry;
    /** The earliest of these. */
    private long nextLook;
    private long lastSweep;
    private long sampled;
    private boolean sampledBefore;
    private long toldHits;
    private long toldResidences;
    private long toldNanos;
    /** Of shared generations. */
    private long hitsElsewhere;
    private final FlowSample sample;

    GenerationalFlow(Store<T> store, Locals<T> locals, FlowScheduler scheduler) {
        this.store = store;
        this.locals = locals;
        this.scheduler = scheduler;
        this.nextExpiry = new long[store.generations.length];
        this.sample = new FlowSample(store.name, store.generations);
        this.lastSweep = store.clock.now();
        Arrays.fill(nextExpiry, lastSweep);
        this.nextLook = lastSweep;
    }

    void join() {
        scheduler.join(this);
    }

    /** What the pool's entries age by. */
    Beat beat() {
        return store.beat;
    }

    /** Whether there is nothing to be done for any thread's part in this step. */
    boolean isAllSwept() {
        return store.news.isAllSwept(store.beat.period());
    }

    /** Whether entries may be out of reach for a moment only. */
    boolean isScanning() {
        return scans.get() != 0;
    }

    @Override
    public String name() {
        return store.name;
    }

    @Override
    public Pulse pulse() {
        return store.pulse;
    }

    @Override
    public long glance() {
        long sum = nextLook + sample.pane + store.news.hits() + store.control();
        LocalGeneration<T>[] parts = locals.everything();
        if (!isAllSwept()) {
            for (LocalGeneration<T> part : parts) {
                sum += part.hits();
            }
        }
        return sum + parts.length;
    }

    @Override
    public FlowSample sample(long nowNanos) {
        long now = store.clock.now();
        sample.clear();
        sample.elapsedNanos = sampledBefore ? now - sampled : 0;
        sampled = now;
        sampledBefore = true;
        sample.pane = PoolFlow.pane(store.beat.period());
        News news = store.news;
        sample.residences = news.residences() - toldResidences;
        sample.residenceNanos = news.residenceNanos() - toldNanos;
        toldResidences += sample.residences;
        toldNanos += sample.residenceNanos;
        int stirred = news.takeStirred(News.MISSED | News.HIT);
        if ((stirred & News.HIT) != 0) {
            hitsElsewhere = 0;
            for (int i = 1; i < store.hits.length; i++) {
                hitsElsewhere += store.hits[i].sum();
            }
        }
        long hits = hitsElsewhere + news.hits() + (isAllSwept() ? 0 : untoldHits());
        sample.hits = Math.max(0, hits - toldHits);
        toldHits += sample.hits;
        sample.misses = (stirred & News.MISSED) != 0 ? store.takeMisses() : 0;
        return sample;
    }

    private long untoldHits() {
        long sum = 0;
        for (LocalGeneration<T> local : locals.everything()) {
            sum += local.untold();
        }
        return sum;
    }

    @Override
    public void setBounds(Bounds bounds) {
        store.tags.setBounds(bounds, store.beat.period());
    }

    @Override
    public void addClasses(FlowSample into) {
        store.tags.takeMarked(into);
    }

    @Override
    public Tag tag(int index) {
        return store.tags.at(index);
    }

    /** The tag of a word; for tests. */
    Tag tag(String word) {
        return store.tags.find(word, store.beat.period());
    }

    /** Gets served by a generation since the pool was built. */
    long hits(int generation) {
        return store.hits[generation].sum() + (generation == 0 ? hitsInParts() : 0);
    }

    private long hitsInParts() {
        long sum = 0;
        for (LocalGeneration<T> local : locals.everything()) {
            sum += local.hits();
        }
        return sum;
    }

    /** Entries in a generation, about. */
    int size(int generation) {
        if (generation > 0) {
            return store.shared(generation).size();
        }
        int sum = 0;
        for (LocalGeneration<T> local : locals.everything()) {
            sum += local.size();
        }
        return sum;
    }

    @Override
    public void route(Tag tag, int generation) {
        Objects.checkIndex(generation, store.generations.length);
        tag.setRoute(generation);
    }

    @Override
    public int promote(Tag tag, int from, int to) {
        if (to <= from || to > store.last()) {
            throw new IllegalArgumentException("pool \"" + store.name + "\": entries cannot be promoted from generation " + from
                + " to " + to + " of " + store.generations.length);
        }
        long now = store.clock.now();
        AtomicInteger moved = new AtomicInteger();
        if (from == 0) {
            List<LocalGeneration<T>> open = new ArrayList<>();
            for (LocalGeneration<T> local : locals.everything()) {
                if (local.isCautious()) {
                    open.add(local);
                } else {
                    local.alarm(LocalGeneration.TICK); /* its owner sweeps, and sends on what is routed elsewhere */
                }
            }
            Raid.into(open, local -> moved.addAndGet(local.promote(tag, to, now)));
        } else {
            List<Entry<T>> leaving = new ArrayList<>();
            scan(from, entry -> {
                store.fold(entry);
                boolean stays = entry.tag != tag.index() || Heat.quadrant(entry, store.beat.cycle()) == Quadrant.HIGH_YOUNG;
                return stays || !leaving.add(take(entry));
            });
            for (Entry<T> entry : leaving) {
                moved.addAndGet(send(entry, from, to, now) ? 1 : 0);
            }
        }
        store.bury();
        return moved.get();
    }

    private static <T> Entry<T> take(Entry<T> entry) {
        entry.state = Entry.MOVING;
        return entry;
    }

    /** Moves a taken entry; without room it goes back where it was, and if that is full too it is dropped. */
    private boolean send(Entry<T> entry, int from, int to, long now) {
        T object = Objects.requireNonNull(entry.held);
        entry.held = null;
        if (store.migrate(entry, object, from, to, now)) {
            return true;
        }
        if (!store.shared(from).offer(entry, object)) {
            store.doom(entry, object, from, Eviction.CAPACITY);
        }
        return false;
    }

    private int scan(int generation, SharedGeneration.Judge<T> judge) {
        scans.incrementAndGet();
        try {
            return store.shared(generation).scan(judge);
        } finally {
            scans.decrementAndGet();
        }
    }

    @Override
    public int age(long nowNanos) {
        int cycle = store.beat.cycle();
        int last = store.last();
        if (last == 0 || store.isClosed()) {
            return 0;
        }
        List<Entry<T>> unused = new ArrayList<>();
        scan(last, entry -> {
            store.fold(entry);
            boolean stays = cycle - entry.askedCycle < UNUSED_CYCLES || Heat.quadrant(entry, cycle) == Quadrant.HIGH_OLD;
            return stays || !unused.add(take(entry));
        });
        long now = store.clock.now();
        unused.forEach(entry -> drop(entry, last, Eviction.UNUSED, now));
        store.bury();
        return unused.size();
    }

    private void drop(Entry<T> entry, int generation, Eviction cause, long now) {
        store.leave(entry, generation, now);
        store.doom(entry, Objects.requireNonNull(entry.held), generation, cause);
    }

    @Override
    public int evict(long nowNanos) {
        if (store.isClosed()) {
            drainAll();
        } else {
            long now = store.clock.now();
            if (!isAllSwept()) { /* else their threads are alive and have seen to them */
                locals.collectDead();
                sweepLocals(now);
            }
            lastSweep = now;
            boolean refused = store.news.takeStirred(News.REFUSED) != 0;
            if (refused || now - nextLook >= 0) {
                sweepShared(now, refused);
            }
            if (store.beat.period() % LOOKS_FOR_LOST == 0) {
                store.findLost();
            }
        }
        return store.bury();
    }

    /** Busy threads sweep by themselves, others at work when they are told; into the parts of idle ones we go. */
    private void sweepLocals(long now) {
        long before = lastSweep;
        List<LocalGeneration<T>> idle = List.of();
        for (LocalGeneration<T> local : locals.everything()) {
            if (local.hasWorked()) {
                if (!local.hasSweptSince(before) || local.isCautious()) {
                    local.alarm(LocalGeneration.TICK);
                }
            } else if (local.size() > 0 || local.share() > 0) {
                idle = idle.isEmpty() ? new ArrayList<>() : idle;
                idle.add(local);
            }
        }
        if (!idle.isEmpty()) {
            boolean hungry = (store.control() & Store.HUNGRY) != 0;
            Raid.into(idle, local -> {
                if (hungry) {
                    local.flush();
                } else {
                    local.sweep(now);
                    local.rest();
                }
            });
        }
    }

    private void sweepShared(long now, boolean anyRefused) {
        long next = now + Long.MAX_VALUE / 2;
        for (int i = 1; i < store.generations.length; i++) {
            sweepShared(i, now, anyRefused);
            if (store.generations[i].timeToLiveNanos() != 0 && nextExpiry[i] - next < 0) {
                next = nextExpiry[i];
            }
        }
        nextLook = next;
    }

    private void sweepShared(int generation, long now, boolean anyRefused) {
        long timeToLive = sample.generations[generation].timeToLiveNanos();
        boolean expires = timeToLive != 0 && now - nextExpiry[generation] >= 0;
        if (!anyRefused && !expires) {
            return;
        }
        SharedGeneration<T> shared = store.shared(generation);
        long first = anyRefused ? now : shared.oldestStamp(now);
        if (!anyRefused && now - first < timeToLive) { /* what was old at the last look was used since */
            nextExpiry[generation] = first + timeToLive;
            return;
        }
        long refused = shared.takeRefused();
        List<Entry<T>> leaving = new ArrayList<>();
        List<Integer> fates = new ArrayList<>();
        long[] oldest = {now};
        int kept = scan(generation, entry -> {
            int fate = store.fate(entry, generation, now);
            if (fate == Store.KEEP) {
                oldest[0] = Math.min(oldest[0], entry.stamp);
                return true;
            }
            fates.add(fate);
            return !leaving.add(take(entry));
        });
        nextExpiry[generation] = Math.max(oldest[0] + timeToLive, now + 1);
        for (int i = 0; i < leaving.size(); i++) {
            if (fates.get(i) == Store.DROP) {
                drop(leaving.get(i), generation, Eviction.TIME, now);
            } else {
                send(leaving.get(i), generation, fates.get(i), now);
            }
        }
        if (refused > 0) {
            int wanted = (int) Math.min(refused, Math.max(1, shared.capacity() / 4));
            makeRoom(generation, kept - (shared.capacity() - wanted), now);
        }
    }

    /**
     * Entries found no room: destroys as many of those that are not high, low and young ones first, then by effective idle
     * time. At most a quarter of the capacity at a time.
     */
    private void makeRoom(int generation, int count, long now) {
        if (count <= 0) {
            return;
        }
        List<Candidate<T>> low = new ArrayList<>();
        int cycle = store.beat.cycle();
        scan(generation, entry -> {
            store.fold(entry);
            Quadrant quadrant = Heat.quadrant(entry, cycle);
            return quadrant.isHigh() || low.add(new Candidate<>(entry, entry.stamp, quadrant, Heat.effectiveIdleNanos(entry, now)));
        });
        low.sort(Candidate.FIRST_TO_GO);
        Map<Entry<T>, Long> victims = new IdentityHashMap<>();
        low.subList(0, Math.min(count, low.size())).forEach(each -> victims.put(each.entry, each.stamp));
        List<Entry<T>> leaving = new ArrayList<>();
        scan(generation, entry -> {
            Long stamp = victims.get(entry);
            return stamp == null || stamp != entry.stamp || !leaving.add(take(entry)); /* another stamp: it was used meanwhile */
        });
        leaving.forEach(entry -> drop(entry, generation, Eviction.CAPACITY, now));
    }

    /** An entry that may go, and its rank at the time of the look. */
    private record Candidate<T>(Entry<T> entry, long stamp, Quadrant quadrant, long idleNanos) {
        static final Comparator<Candidate<?>> FIRST_TO_GO = Comparator.<Candidate<?>, Quadrant>comparing(Candidate::quadrant)
            .thenComparing(Comparator.comparingLong((Candidate<?> each) -> each.idleNanos).reversed());
    }

    @Override
    public void forgetTags() {
        List<Tag> forgotten = store.tags.forget(store.beat.period());
        if (!forgotten.isEmpty()) {
            Set<Integer> indices = new HashSet<>();
            forgotten.forEach(tag -> indices.add(tag.index()));
            for (Entry<T> entry : store.table.all()) {
                if (indices.contains(entry.tag)) {
                    entry.tag = Tag.DEFAULT; /* a race with a put costs one wrong label */
                }
            }
        }
    }

    // Closing and trimming, by users.

    /** Destroys every idle entry that can be reached now; returns how many. */
    int trim() {
        long before = store.destroyed.sum();
        locals.collectDead();
        Raid.into(List.of(locals.everything()), local -> local.drain(Eviction.TRIM));
        store.drainShared(Eviction.TRIM);
        store.bury();
        return (int) (store.destroyed.sum() - before);
    }

    /** The pool was closed: destroys all that is idle. What a thread holds that is at work just now it destroys itself. */
    void close() {
        locals.alarm();
        for (int i = 0; i < CLOSE_TRIES && !drainAll(); i++) {
            Thread.yield();
        }
        store.bury();
        long out = store.table.live();
        if (out > 0) {
            LOG.log(System.Logger.Level.INFO, "pool \"{0}\" was closed with {1} objects out; each is destroyed when it is put",
                store.name, out);
        }
    }

    /** True when nothing idle is left and the scheduler is not needed any more. */
    private boolean drainAll() {
        locals.collectDead();
        boolean reached = Raid.into(List.of(locals.everything()), local -> local.drain(Eviction.CLOSED)).isEmpty();
        store.drainShared(Eviction.CLOSED);
        if (reached) {
            scheduler.leave(this);
        }
        return reached;
    }
}
