package dev.cenote;

import dev.cenote.internal.StackLook;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Comes into the caches of live threads from outside, for slabs that they do not use.
 * <p>The owner pays nothing for that: it works without lock or fence for as long as it is its cache's user. Who comes in holds the
 * cache's lock, ends that, and {@linkplain StackLook looks} whether the owner is at work in these classes; then it is left alone.
 * Where to go is found out before by the slabs' states, so no thread is looked at in vain.
 * <p>Any thread, from a method of {@link SmallSizes}, so that closing sees it.
 */
final class SlabCollector {

    static final StackLook LOOK = StackLook.into(SmallSizes.class, SlabCache.class, Slab.class);

    private static final int REST = 4; /* times as long as a search in vain took: nobody looks again */
    private static final int LOOKS = 4; /* for idle threads, in the time that they have to be idle */

    private final SlabDirectory directory;
    private final BooleanSupplier isClosed;
    /** By class: until then nobody looks. Any thread writes them, plainly: a look more or less. */
    private final long[] vainUntil = new long[SmallSizes.CLASSES];
    /* the upkeep thread's */
    private long lookedNanos = System.nanoTime();

    SlabCollector(SlabDirectory directory, BooleanSupplier isClosed) {
        this.directory = directory;
        this.isClosed = isClosed;
        Arrays.fill(vainUntil, System.nanoTime());
    }

    /** As {@link SlabSource#mayFind}. */
    boolean mayFind(int index) {
        return System.nanoTime() - vainUntil[index] >= 0;
    }

    /** As {@link SlabSource#foundNone}. */
    void foundNone(int index, long beganNanos) {
        long now = System.nanoTime();
        if (now - vainUntil[index] >= 0) { /* else nobody looked */
            vainUntil[index] = now + REST * (now - beganNanos);
        }
    }

    /** Gives back the slabs of one cache that has some without a block in use. Tells whether it did. */
    boolean reclaimOne() {
        for (SlabCache cache : holders(Slab::isUnused)) {
            int[] gone = new int[1];
            visit(List.of(cache), each -> gone[0] += each.trim());
            if (gone[0] != 0) {
                return true;
            }
        }
        return false;
    }

    /** Gives back all slabs without a block in use. */
    void reclaimAll() {
        visit(List.copyOf(holders(Slab::isUnused)), SlabCache::trim);
    }

    /** As {@link SlabSource#share}. */
    @Nullable Slab share(int index, SlabCache heir) {
        Set<SlabCache> holders = holders(slab -> slab.sizeClass == index && slab.out() < slab.capacity);
        holders.remove(heir);
        Slab[] given = new Slab[1];
        for (SlabCache cache : holders) {
            visit(List.of(cache), each -> given[0] = each.handOver(index, heir));
            if (given[0] != null) {
                return given[0];
            }
        }
        return holders.isEmpty() ? null : Slab.NONE;
    }

    /** Gives back what lies unused in caches of which nobody has made use for so long. The upkeep thread. */
    void reclaimIdle(long nowNanos, long idleNanos, List<SlabCache> all) {
        if (nowNanos - lookedNanos < idleNanos / LOOKS) {
            return;
        }
        lookedNanos = nowNanos;
        List<SlabCache> idle = new ArrayList<>();
        for (SlabCache cache : all) {
            if (cache.isIdle(nowNanos, idleNanos)) {
                idle.add(cache);
            }
        }
        if (!idle.isEmpty()) {
            idle.retainAll(holders(Slab::isUnused)); /* others stay as they are, warm */
            visit(idle, SlabCache::trim);
        }
    }

    /** Others' caches with such a slab. */
    private Set<SlabCache> holders(Predicate<Slab> such) {
        Set<SlabCache> holders = new LinkedHashSet<>();
        Thread self = Thread.currentThread();
        for (Slab slab : directory.all()) {
            SlabCache cache = slab.owner;
            if (cache != null && cache.owner != self && such.test(slab)) {
                holders.add(cache);
            }
        }
        return holders;
    }

    /** Does something in those that can be entered now, one after the other. */
    private void visit(List<SlabCache> caches, Consumer<SlabCache> work) {
        List<SlabCache> entered = new ArrayList<>();
        int done = 0;
        try {
            for (SlabCache cache : caches) {
                if (cache.tryEnter()) {
                    entered.add(cache);
                }
            }
            if (entered.isEmpty() || isClosed.getAsBoolean()) { /* after the locks, see SmallSizes.settle */
                return;
            }
            Set<Thread> atWork = LOOK.among(entered.stream().map(cache -> cache.owner).filter(Objects::nonNull).toList());
            for (; done < entered.size(); done++) {
                SlabCache cache = entered.get(done);
                if (cache.owner == null || !atWork.contains(cache.owner)) {
                    work.accept(cache);
                }
                cache.unlock();
            }
        } finally {
            entered.subList(done, entered.size()).forEach(SlabCache::unlock);
        }
    }
}
