package dev.cenote.flow;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * All entries of a pool by the identity of their object, and how many there may be.
 * <p>Look-ups take no lock and allocate nothing; only making and destroying entries writes.
 *
 * @param <T> the kind of object
 */
final class EntryTable<T> {

    private final ConcurrentHashMap<Object, Entry<T>> entries = new ConcurrentHashMap<>();
    private final ReferenceQueue<T> collected = new ReferenceQueue<>();
    private final AtomicLong live = new AtomicLong();
    private final long maximum;

    EntryTable(long maximum) {
        this.maximum = maximum;
    }

    /** The entry of an object, or null. */
    @Nullable Entry<T> find(Object object, Entry.Probe probe) {
        probe.aim(object);
        Entry<T> found = entries.get(probe);
        probe.aim(null);
        return found;
    }

    /** Takes the right to add one; false: the pool is at its limit. */
    boolean reserve() {
        if (live.incrementAndGet() <= maximum) {
            return true;
        }
        live.decrementAndGet();
        return false;
    }

    /** Gives the right back. */
    void unreserve() {
        live.decrementAndGet();
    }

    /** Adds an object, for which there was a reservation; null: it is there already. */
    @Nullable Entry<T> add(T object) {
        Entry<T> made = new Entry<>(object, collected);
        return entries.putIfAbsent(made, made) == null ? made : null;
    }

    /** Takes out an entry that is gone. */
    void remove(Entry<T> entry) {
        if (entries.remove(entry) != null) {
            live.decrementAndGet();
        }
    }

    /** An entry whose object was collected, or null. */
    @SuppressWarnings("unchecked")
    @Nullable Entry<T> pollCollected() {
        Reference<? extends T> reference = collected.poll();
        return (Entry<T>) reference;
    }

    /** Entries that exist, whether taken or idle. */
    long live() {
        return live.get();
    }

    long maximum() {
        return maximum;
    }

    /** Every entry; weakly consistent. */
    Collection<Entry<T>> all() {
        return entries.values();
    }
}
