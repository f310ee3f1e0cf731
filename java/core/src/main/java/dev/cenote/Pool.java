package dev.cenote;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A pool of entries that are taken, used and given back: one interface for every kind of entry.
 * <p>Every method may be called by any thread, virtual ones included.
 *
 * @param <T> the kind of entry
 */
public interface Pool<T> extends AutoCloseable {

    /**
     * Takes one entry.
     * <p>The caller owns it until it is {@link #put}, once, by any thread.
     *
     * @return an entry, never null
     * @throws PoolExhaustedException if the pool is at its limit, or cannot grow
     * @throws PoolClosedException if the pool is closed
     */
    T get();

    /**
     * Takes one entry if there is one.
     *
     * @return an entry, or null where {@link #get()} would throw {@link PoolExhaustedException}
     * @throws PoolClosedException if the pool is closed
     */
    @Nullable T tryGet();

    /**
     * Takes one entry and waits for it if need be.
     *
     * @param wait how long to wait at most; zero or negative: not at all
     * @return an entry, never null
     * @throws PoolExhaustedException if none came back in time, or the thread was interrupted (its flag stays set)
     * @throws PoolClosedException if the pool is closed, also while waiting
     */
    T get(Duration wait);

    /**
     * Gives an entry back.
     *
     * @param entry an entry of this pool that the caller owns
     * @throws DoublePutException if it was given back already
     * @throws ForeignEntryException if it belongs to another pool
     * @throws NullPointerException if it is null; the message names the pool
     */
    void put(T entry);

    /**
     * Gives an entry back and says what it was used for.
     *
     * @param entry an entry of this pool that the caller owns
     * @param tag what it was used for; pools that learn from tags route later entries by it, others take it as a comment
     * @see #put(Object)
     */
    void put(T entry, String tag);

    /**
     * Gives idle memory back to the system now instead of after its time.
     *
     * @return the bytes that were taken out of service
     */
    long trim();

    /**
     * Closes the pool: refuses gets from now on and releases the memory with the last put. Idempotent.
     * <p>Never unmaps memory that is in use: entries that are out stay valid until they are put.
     */
    @Override
    void close();

    /**
     * Tells what the pool holds and has done. Costs the pool's users nothing.
     *
     * @return numbers of this moment
     */
    PoolStats stats();
}
