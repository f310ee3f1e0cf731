package dev.cenote;

import dev.cenote.internal.VirtualThreads;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Who fills which run of a shared arena: all threads the same, or each platform thread its own.
 * <p>A thread's place is found as in {@link LocalTable}: by its id, checked for its owner. Virtual threads, and platform
 * threads beyond {@value #SLOTS_MAX}, share striped places. What a dead thread's run has left goes to the next thread that
 * needs a place, so many short-lived threads do not take a chunk each.
 */
final class ArenaPlaces {

    private static final int PROBES = 8;
    private static final int SLOTS_MIN = 16;
    private static final int SLOTS_MAX = 1 << 14;
    private static final int STRIPES = Math.min(32, Integer.highestOneBit(4 * Runtime.getRuntime().availableProcessors() - 1));
    private static final Place NOBODY = new Place(null);
    private static final Place[] NONE = {};

    /** Where one thread, or any, fills a run. */
    static final class Place {
        private static final VarHandle RUN;

        static {
            try {
                RUN = MethodHandles.lookup().findVarHandle(Place.class, "run", ArenaRun.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        /** The only thread that fills it; null: any. */
        final @Nullable Thread owner;
        volatile @Nullable ArenaRun run;

        Place(@Nullable Thread owner) {
            this.owner = owner;
        }

        boolean replace(@Nullable ArenaRun seen, @Nullable ArenaRun by) {
            return RUN.compareAndSet(this, seen, by);
        }

        long bump(long bytes, long alignment) {
            ArenaRun filled = run;
            if (filled == null) {
                return 0;
            }
            return owner == null ? filled.bump(bytes, alignment) : filled.bumpAlone(bytes, alignment);
        }
    }

    /** Null: every thread has a place of its own. */
    private final @Nullable Place common;
    private final Place[] stripes;
    /** Elements are never null; set under the lock; replaced whole when it grows. */
    private volatile Place[] slots;
    private final Queue<ArenaRun> left;

    ArenaPlaces(boolean isPerThread) {
        this.common = isPerThread ? null : new Place(null);
        this.slots = isPerThread ? filled(SLOTS_MIN) : NONE;
        this.stripes = isPerThread ? new Place[STRIPES] : NONE;
        this.left = new ArrayDeque<>(isPerThread ? 16 : 0);
        Arrays.setAll(stripes, i -> new Place(null));
    }

    private static Place[] filled(int length) {
        Place[] filled = new Place[length];
        Arrays.fill(filled, NOBODY);
        return filled;
    }

    @SuppressWarnings("deprecation") /* threadId() came with 19 */
    private static int id(Thread thread) {
        return (int) thread.getId();
    }

    /** The calling thread's place. */
    Place find() {
        Place shared = common;
        if (shared != null) {
            return shared;
        }
        Thread thread = Thread.currentThread();
        Place[] seen = slots;
        Place first = seen[id(thread) & (seen.length - 1)];
        return first.owner == thread ? first : findSlowly(thread, seen);
    }

    private Place findSlowly(Thread thread, Place[] seen) {
        for (int i = 1; i < PROBES; i++) {
            Place place = seen[(id(thread) + i) & (seen.length - 1)];
            if (place.owner == thread) {
                return place;
            }
        }
        return VirtualThreads.isVirtual(thread) ? stripe(thread) : register(thread);
    }

    private Place stripe(Thread thread) {
        return stripes[(int) (id(thread) * 0x9E3779B97F4A7C15L >>> 48) & (stripes.length - 1)];
    }

    private synchronized Place register(Thread thread) {
        collectDead();
        while (true) {
            int free = -1;
            for (int i = PROBES - 1; i >= 0; i--) {
                int slot = (id(thread) + i) & (slots.length - 1);
                if (slots[slot].owner == thread) {
                    return slots[slot];
                }
                free = slots[slot] == NOBODY ? slot : free;
            }
            if (free >= 0) {
                Place made = new Place(thread);
                made.run = left.poll();
                if (made.run != null) {
                    ArenaTotals.ADOPTED.increment();
                }
                slots[free] = made;
                return made;
            }
            if (slots.length >= SLOTS_MAX) {
                return stripe(thread);
            }
            enlarge();
        }
    }

    private void enlarge() {
        Place[] larger = filled(2 * slots.length);
        for (Place place : slots) {
            Thread owner = place.owner;
            for (int i = 0; owner != null && i < larger.length; i++) { /* within the probes: they were in a smaller table */
                int slot = (id(owner) + i) & (larger.length - 1);
                if (larger[slot] == NOBODY) {
                    larger[slot] = place;
                    break;
                }
            }
        }
        slots = larger;
    }

    /** Takes over what dead threads were filling; {@link Thread#isAlive()} orders what they did before (JLS 17.4.4). */
    synchronized void collectDead() {
        for (int i = 0; i < slots.length; i++) {
            Place place = slots[i];
            if (place.owner != null && !place.owner.isAlive()) {
                slots[i] = NOBODY;
                if (place.run != null) {
                    left.add(place.run);
                }
            }
        }
    }

    /** {@return true if a run is what some thread fills, so that its rest is not wasted} */
    synchronized boolean isFilled(ArenaRun run) {
        if (common != null) {
            return common.run == run;
        }
        for (Place place : slots) {
            if (place.run == run) {
                return true;
            }
        }
        return left.contains(run) || Arrays.stream(stripes).anyMatch(stripe -> stripe.run == run);
    }

    /** Forgets what dead threads left: its pieces are gone. */
    synchronized void forgetDead() {
        left.clear();
    }
}
