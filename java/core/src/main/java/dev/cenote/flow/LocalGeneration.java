package dev.cenote.flow;

import org.jspecify.annotations.Nullable;

/**
 * One thread's part of T0: a stack of idle objects that only its owner touches, by plain loads and stores.
 * <p>One entry, which a busy thread takes and puts again and again, is kept near, beside the stack: its get and put change its state and
 * count, nothing else. It becomes so at a get that finds it sampled, and lies down among the others when the clock is to be read, and whenever
 * somebody looks at the whole part ({@link #unite}).
 * <p>Above the top stand the objects that were taken last. A put finds its object there most of the time, without a look-up;
 * an object that is not there is found in the {@link EntryTable}. What stands far above the top is let go at each sweep, so
 * that objects whose takers forget them become garbage.
 * <p>{@link #user} is the owner while it may work by itself: one comparison tells it that the part is its own and that nobody wants
 * anything of it. Else {@link #alarm} has a bit set; then the owner takes the lock, which is free nearly always, and looks at the bits. CAUTIOUS
 * means that the scheduler may come: a new thread's part begins so, and one whose owner was idle for a period is made so again.
 * To do that the scheduler holds the lock, sets the bit, stops the owner at a safepoint and looks whether it is inside
 * ({@link Raid}); a fence in every get would cost more than the get. An owner that finds the lock held does without its part
 * for that moment. Every read of {@code user} stands in a method of this class, and no user's code is called from one.
 *
 * @param <T> the kind of object
 */
final class LocalGeneration<T> extends LocalPlaces<T> {

    /** The put is done. */
    static final int DONE = 0;
    /** Done, and something may wait for its destroy hook, or somebody for an entry. */
    static final int DONE_MORE = 1;
    /** The object is not out: foreign, or put twice. */
    static final int REFUSED = 2;
    /** Nothing was done: the part is another thread's, or its owner has to take the slow way. */
    static final int NOT_HERE = 3;

    /** Bit of the alarm: take the lock. */
    static final int CAUTIOUS = 1;
    /** Bit: a step of the scheduler is over; sweep. */
    static final int TICK = 2;
    /** Bit: look at the pool's control word. */
    static final int CONTROL = 4;

    /** Ids of threads' parts; below are the numbers of shared generations. */
    static final int FIRST_ID = 16;

    private static final int QUANTUM = 32;
    private static final int EARN_PUTS = 64;
    private static final int INTERVAL_MAX = 1024;
    private static final long SHORT_NANOS = 50_000;
    private static final long LONG_NANOS = 1_000_000;
    private static final long SWEEP_NANOS_MIN = 1_000_000;

    private final Store<T> store;
    private final Entry.Probe probe = new Entry.Probe();
    /** Whether there may be a near entry. */
    private final boolean nears;
    private int earned;
    private int interval = 1;
    private long clockRead;
    @SuppressWarnings("unused")
    private long q00, q01, q02, q03, q04, q05, q06, q07, q08, q09, q10, q11, q12, q13, q14, q15;

    /** With an owner: a thread's. Without: one that virtual threads share, held for each get and put. */
    LocalGeneration(Store<T> store, int id, @Nullable Thread owner) {
        super(id, owner, store.generations[0].capacity());
        this.store = store;
        this.nears = store.nears;
        this.alarm = CAUTIOUS | CONTROL; /* the first use looks at the pool's control word */
        this.clockRead = store.clock.now();
        this.lastSweep = clockRead;
    }

    // The owner.

    /** Tells whether it is this thread's and the thread may work here by itself; its next call here asks again. Any thread. */
    boolean isUsedBy(Thread thread) {
        return user == thread;
    }

    /** Takes the near one; null: it is not here, or the caller is not its user. */
    @Nullable T pollNear(Thread thread) {
        int here = id;
        if (USER.getOpaque(this) != thread) {
            return null;
        }
        Entry<T> entry = near;
        long count = hits + 1;
        if (entry.state != here || count > nearUntil) {
            return null;
        }
        entry.state = Entry.TAKEN;
        entry.accesses++;
        hits = count;
        return nearObject;
    }

    /** Takes the newest but for the near one; null: there is none here, or the caller is not its user. */
    @Nullable T poll(Thread thread) {
        int here = id;
        if (USER.getOpaque(this) != thread) {
            return null;
        }
        if (near.state == here) {
            unite(); /* its time is over */
        }
        return take(top - 1);
    }

    private @Nullable T take(int newTop) {
        if (newTop < low) {
            return takeBelow(newTop);
        }
        Entry<T> entry = entries[newTop];
        if (entry == null || entry.state != id) {
            return takeUnusual(newTop);
        }
        top = newTop;
        entry.state = Entry.TAKEN;
        entry.accesses++;
        hits++;
        return entry.get(); /* objects[newTop], which holds it */
    }

    /** Empty, or deeper than before. */
    private @Nullable T takeBelow(int newTop) {
        if (newTop < 0) {
            return null;
        }
        low = newTop;
        return take(top - 1);
    }

    /** A sampled entry, or one that misuse brought to two places. */
    private @Nullable T takeUnusual(int newTop) {
        Entry<T> entry = entries[newTop];
        if (entry != null && entry.state == (id | TIMED)) {
            store.leave(entry, 0, store.clock.now());
            entry.weight = 0;
            entry.state = id;
            return nears && interval > 1 && user != null ? takeNear(entry) : take(newTop);
        } else { /* its other place counts */
            store.duplicates.increment();
            objects[newTop] = null;
            entries[newTop] = null;
            top = newTop;
        }
        return take(top - 1);
    }

    /** Takes the newest; it becomes the near one, until the clock is read again. */
    private @Nullable T takeNear(Entry<T> entry) {
        T object = take(top - 1);
        unite(); /* the other one was taken, and is not back */
        if (object != null) {
            adopt(entry, object, store.tags.defaultTag().route() == 0);
        }
        return object;
    }

    /** The owner takes the newest, in whatever state its part is; null: there is none, or the scheduler is here. */
    @Nullable T pollOwn() {
        if (USER.getOpaque(this) == owner) {
            T object = owner == null ? null : pollNear(owner);
            return object != null || owner == null ? object : poll(owner);
        }
        if (!tryLock()) {
            return null; /* the scheduler is here: do without */
        }
        try {
            return pollHeld();
        } finally {
            unlock();
        }
    }

    /** The same for who holds the lock. */
    @Nullable T pollHeld() {
        attend();
        return take(top - 1);
    }

    /** Puts the near one; false: it is another object, or not as usual, or the caller is not its user. Nothing was done then. */
    boolean offerNear(Thread thread, T object, Tag tag) {
        int here = id;
        if (USER.getOpaque(this) != thread || object != nearObject) {
            return false;
        }
        Entry<T> entry = near;
        if (entry.state != Entry.TAKEN || entry.tag != tag.local()) {
            return false;
        }
        entry.state = here;
        return true;
    }

    /** The same with the default tag. */
    boolean offerNear(Thread thread, T object) {
        int here = id;
        if (USER.getOpaque(this) != thread || object != nearPlain) {
            return false;
        }
        Entry<T> entry = near;
        if (entry.state != Entry.TAKEN || entry.tag != Tag.DEFAULT) {
            return false;
        }
        entry.state = here;
        return true;
    }

    /** Puts an object; DONE, DONE_MORE, REFUSED, or NOT_HERE if the caller is not its user. */
    int offer(Thread thread, T object, Tag tag) {
        int here = id; /* not top, which lies with what only the owner writes: who asks in vain would take that line away */
        if (USER.getOpaque(this) != thread) {
            return NOT_HERE;
        }
        int oldTop = top;
        if (oldTop < limit) {
            Entry<T> entry = entries[oldTop];
            if (entry != null && entry.refersTo(object) && entry.state == Entry.TAKEN && entry.tag == tag.local()
                    && --countdown >= 0) {
                entry.state = here;
                top = oldTop + 1;
                return DONE;
            }
        }
        return offerUnusual(object, tag);
    }

    /** The owner puts an object, in whatever state its part is. */
    int offerOwn(T object, Tag tag) {
        if (USER.getOpaque(this) == owner) {
            return offerUnusual(object, tag);
        }
        if (!tryLock()) {
            return offerElsewhere(object, tag);
        }
        try {
            return offerHeld(object, tag);
        } finally {
            unlock();
        }
    }

    /** The same for who holds the lock. */
    int offerHeld(T object, Tag tag) {
        attend();
        int done = offerUnusual(object, tag);
        if (store.control() != 0) {
            attend(); /* once more: with what was just put */
        }
        return done;
    }

    /**
     * Another object than the one taken last, or everything that a put may meet besides. One method on purpose, too large to
     * be compiled into its caller: so put itself stays small enough for that.
     */
    private int offerUnusual(T object, Tag tag) {
        if (object == nearObject) {
            setDown();
        }
        int place = search(object);
        Entry<T> entry = place >= 0 ? entries[place] : store.table.find(object, probe);
        if (entry == null || entry.state != Entry.TAKEN) {
            return REFUSED;
        }
        int route = tag.route();
        if (place >= 0 && user != null && top < limit && entry.tag == tag.local() && countdown > 0) {
            countdown--; /* it was taken a little earlier than the last: the two change places */
            objects[place] = objects[top];
            entries[place] = entries[top];
            objects[top] = object;
            entries[top] = entry;
            entry.state = id;
            TOP.setOpaque(this, top + 1);
            return DONE;
        }
        if (!entry.claim()) {
            return REFUSED;
        }
        puts++;
        store.label(entry, tag);
        entry.weight = 0;
        if (--countdown < 0) { /* look at the clock; the entry is a sample. Rare puts are all samples */
            long now = store.clock.now();
            long elapsed = now - clockRead;
            clockRead = now;
            entry.weight = interval;
            if (elapsed < SHORT_NANOS) {
                interval = Math.min(2 * interval, INTERVAL_MAX);
            } else if (elapsed > LONG_NANOS) {
                interval = 1;
            }
            countdown = interval - 1;
            long timeToLive = store.generations[0].timeToLiveNanos();
            if (timeToLive != 0 && now - lastSweep >= Math.max(timeToLive / 2, SWEEP_NANOS_MIN)) {
                sweep(now);
                if (user != null) { /* else it is for the scheduler to see when it has earned to be left alone */
                    tell();
                    if (isFirstSweepOf(store.beat.period())) {
                        store.news.countSweep(store.beat.period());
                    }
                }
            }
            place = search(object); /* the sweep may have moved it */
        }
        entry.stamp = clockRead;
        if (store.isClosed()) {
            store.doom(entry, object, 0, Eviction.CLOSED);
            return DONE_MORE;
        }
        if (route == 0 && top >= limit) {
            route = makeRoom() ? 0 : 1;
            place = search(object);
        }
        if (route == 0) {
            settle(entry, object, place);
            return DONE_MORE;
        }
        letGo(place);
        if (!store.offerShared(entry, object, route)) {
            if (top < limit || makeRoom()) {
                settle(entry, object, -1);
            } else {
                store.doom(entry, object, Math.min(route, store.last()), Eviction.CAPACITY);
            }
        }
        return DONE_MORE;
    }

    /** Tells the scheduler of the hits since the last time. */
    void tell() {
        store.news.addHits(takeUntold());
    }

    /** Puts past this part, of which it uses nothing. */
    int offerElsewhere(T object, Tag tag) {
        Entry<T> entry = store.table.find(object, new Entry.Probe());
        if (entry == null || !entry.claim()) {
            return REFUSED;
        }
        store.label(entry, tag);
        entry.weight = 0;
        entry.stamp = store.clock.now();
        if (store.isClosed()) {
            store.doom(entry, object, 0, Eviction.CLOSED);
        } else if (!store.offerShared(entry, object, tag.route())) {
            store.doom(entry, object, tag.route(), Eviction.CAPACITY);
        }
        return DONE_MORE;
    }

    /** Finds room for one more: a larger share of T0, or by moving the older half to T1; false: there is none. */
    private boolean makeRoom() {
        store.pulse.beat();
        int free = store.room.get();
        while (free > 0) {
            int more = Math.max(1, Math.min(QUANTUM, free / 4));
            if (store.room.compareAndSet(free, free - more)) {
                limit += more;
                reach(limit + WINDOW);
                return true;
            }
            free = store.room.get();
        }
        unite();
        if (top < limit || limit == 0) {
            return top < limit; /* the place of the near one, which was taken */
        }
        spill((top + 1) / 2, true);
        return true;
    }

    /** Moves the oldest to T1; what finds no room there is dropped, or stays. */
    @SuppressWarnings("unchecked")
    private void spill(int count, boolean drop) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            Entry<T> entry = entries[i];
            T object = (T) objects[i];
            if (entry == null || object == null || !isHere(entry)) {
                continue;
            }
            store.fold(entry);
            int to = Math.max(1, store.tags.at(entry.tag).route());
            if (store.last() > 0 && leaves(entry, object, to, clockRead)) {
                continue;
            }
            if (drop) {
                entry.state = Entry.MOVING;
                store.doom(entry, object, 0, Eviction.CAPACITY);
            } else {
                entries[kept] = entry;
                objects[kept++] = object;
            }
        }
        close(kept, count);
        low = Math.max(0, low - (count - kept));
    }

    /** An object that came from elsewhere was taken by the owner: its put will find it. */
    void remember(Entry<T> entry, T object) {
        if (USER.getOpaque(this) == owner) {
            note(entry, object);
        } else if (tryLock()) {
            note(entry, object);
            unlock();
        }
    }

    /** The entry of an object that the owner has, as far as this thread can tell; for hooks that run before a put. */
    @Nullable Entry<T> entryOf(T object) {
        if (object == nearObject && near.refersTo(object)) {
            return near;
        }
        int place = top; /* a hint: the scheduler may be here, and then the entry is not that of the object */
        @Nullable Entry<T>[] seen = entries;
        Entry<T> entry = place < seen.length ? seen[place] : null;
        return entry != null && entry.get() == object ? entry : store.table.find(object, probe);
    }

    // What the alarm asks for. The caller holds the lock.

    private void attend() {
        unite();
        int seen = (int) ALARM.getVolatile(this);
        if ((seen & TICK) != 0) {
            ALARM.getAndBitwiseAnd(this, ~TICK);
            earned = 0;
            clockRead = store.clock.now();
            sweep(clockRead);
        }
        if ((seen & CONTROL) != 0) {
            obey();
        }
        if ((seen & CAUTIOUS) != 0 && owner != null && ++earned > 2 * EARN_PUTS) {
            earned = 0;
            ALARM.getAndBitwiseAnd(this, ~CAUTIOUS); /* busy enough to be left alone */
        }
        if (owner != null && (int) ALARM.getVolatile(this) == 0) {
            USER.setVolatile(this, owner);
            if ((int) ALARM.getVolatile(this) != 0) {
                USER.setVolatile(this, null); /* an alarm just now: its caller may have come before the line above */
            }
        }
    }

    private void obey() {
        int control = store.control();
        if ((control & Store.CLOSED) != 0) {
            drain(Eviction.CLOSED);
        } else if ((control & Store.HUNGRY) != 0) {
            spill(top, false);
        } else {
            ALARM.getAndBitwiseAnd(this, ~CONTROL);
            if (store.control() != 0) { /* raised meanwhile; its alarm may have been the one just cleared */
                ALARM.getAndBitwiseOr(this, CONTROL);
            }
        }
    }

    /** Looks at every entry: those not touched since the last sweep may have outlived their time; returns how many went. */
    @SuppressWarnings("unchecked")
    int sweep(long now) {
        unite();
        lastSweep = now;
        int oldTop = top;
        int kept = 0;
        int gone = 0;
        for (int i = 0; i < oldTop; i++) {
            Entry<T> entry = entries[i];
            T object = (T) objects[i];
            if (entry == null || object == null || !isHere(entry)) {
                continue;
            }
            boolean stays = true;
            if (i >= low) {
                store.fold(entry);
                entry.askedCycle = store.beat.cycle();
                if (entry.weight == 0) {
                    entry.stamp = now;
                }
            } else {
                int fate = store.fate(entry, 0, now);
                stays = fate == Store.KEEP || !leaves(entry, object, fate, now);
                gone += stays || fate != Store.DROP ? 0 : 1;
            }
            if (stays) {
                entries[kept] = entry;
                objects[kept++] = object;
            }
        }
        close(kept, oldTop);
        low = kept;
        return gone;
    }

    /** Sends an entry where its fate says; false: there was no room, and it stays. */
    private boolean leaves(Entry<T> entry, T object, int fate, long now) {
        int state = entry.state;
        entry.state = Entry.MOVING;
        if (fate == Store.DROP) {
            store.leave(entry, 0, now);
            store.doom(entry, object, 0, Eviction.TIME);
            return true;
        }
        if (store.migrate(entry, object, 0, fate, now)) {
            return true;
        }
        entry.state = state;
        return false;
    }

    // The scheduler, the closer: whoever holds the lock and knows that the owner is not inside.

    boolean tryLock() {
        return lock == 0 && LOCK.compareAndSet(this, 0, 1);
    }

    /** Gives the lock back; what was done here is seen by the next who takes it. Pairs with tryLock. */
    void unlock() {
        LOCK.setRelease(this, 0);
    }

    /** Makes the owner's next get and put take the slow way and look at this bit. Any thread. */
    void alarm(int bit) {
        ALARM.getAndBitwiseOr(this, bit);
        USER.setVolatile(this, null); /* if the owner has seen the bit and is done with it, its next use sets this right */
    }

    boolean isCautious() {
        return ((int) ALARM.getVolatile(this) & CAUTIOUS) != 0;
    }

    /** The owner was found inside: it may go on as before. */
    void release() {
        ALARM.getAndBitwiseAnd(this, ~CAUTIOUS);
    }

    /** Moves the entries of one tag to another generation. */
    @SuppressWarnings("unchecked")
    int promote(Tag tag, int to, long now) {
        unite();
        int kept = 0;
        int oldTop = top;
        for (int i = 0; i < oldTop; i++) {
            Entry<T> entry = entries[i];
            T object = (T) objects[i];
            if (entry == null || object == null || !isHere(entry)) {
                continue;
            }
            store.fold(entry);
            if (entry.tag != tag.index() || Heat.quadrant(entry, store.beat.cycle()) == Quadrant.HIGH_YOUNG
                    || !leaves(entry, object, to, now)) {
                entries[kept] = entry;
                objects[kept++] = object;
            }
        }
        int moved = oldTop - kept;
        close(kept, oldTop);
        low = Math.min(low, kept);
        return moved;
    }

    /** Dooms all that lies here and gives the share of T0 back; returns how many. */
    @SuppressWarnings("unchecked")
    int drain(Eviction cause) {
        unite();
        int count = 0;
        for (int i = 0; i < top; i++) {
            Entry<T> entry = entries[i];
            T object = (T) objects[i];
            if (entry != null && object != null && isHere(entry)) {
                entry.state = Entry.MOVING;
                store.doom(entry, object, 0, cause);
                count++;
            }
        }
        close(0, top);
        low = 0;
        rest();
        return count;
    }

    /** Moves all that lies here to T1, as far as there is room; the rest is dropped. The share of T0 goes back. */
    void flush() {
        unite();
        spill(top, true);
        rest();
    }

    /** Nobody works here: gives back the share of T0 that is not used, and lets go of what was taken. */
    void rest() {
        unite();
        forget();
        store.room.addAndGet(limit - top);
        limit = top;
        seenWork = work(); /* what was done here just now was not the owner's work */
    }
}
