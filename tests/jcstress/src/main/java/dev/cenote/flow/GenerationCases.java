package dev.cenote.flow;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.cenote.internal.JavaStack;
import java.lang.ref.ReferenceQueue;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * Generations: what a put publishes, that two puts of one object are one, and that a close destroys what is put meanwhile.
 */
public final class GenerationCases {

    private GenerationCases() {
    }

    /** An object with content. */
    static final class Item {
        private int first;
        private int second;
        private int destroys;
    }

    private static GenerationalPool<Item> pool() {
        return GenerationalPool.<Item>builder(Item::new).name("jcstress").generation("T0", 2, Duration.ofMillis(10))
            .generation("T1", 2, Duration.ofSeconds(2)).flowScheduler(FlowScheduler.off())
            .destroy(item -> item.destroys++).build();
    }

    /** What was written to an object before it was put is visible to who gets it from a shared generation. */
    @JCStressTest
    @Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "Not there yet.")
    @Outcome(id = "42, 43", expect = ACCEPTABLE, desc = "There, with its content.")
    @Outcome(expect = FORBIDDEN, desc = "There, without its content.")
    @State
    public static class ContentThroughT1 {
        private final SharedGeneration<Item> generation = new SharedGeneration<>(1, 2);
        private final Item item = new Item();
        private final Entry<Item> entry = new Entry<>(item, new ReferenceQueue<>());

        /** Writes and puts. */
        @Actor
        public void writer() {
            item.first = 42;
            item.second = 43;
            generation.offer(entry, item);
        }

        /** Gets and reads. */
        @Actor
        public void reader(II_Result r) {
            int slot = generation.take();
            Item got = slot == JavaStack.NONE ? null : generation.vacate(slot);
            r.r1 = got == null ? -1 : got.first;
            r.r2 = got == null ? -1 : got.second;
        }
    }

    /** Two threads put one object at one moment: it may pass unnoticed, but two gets never give it to both. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "Two different objects.")
    @Outcome(id = "0", expect = FORBIDDEN, desc = "The same object twice.")
    @State
    public static class TwoPutsOfOneObject {
        private final GenerationalPool<Item> pool = pool();
        private final Item item = pool.get();

        private void put() {
            try {
                pool.put(item);
            } catch (dev.cenote.DoublePutException e) {
                /* noticed */
            }
        }

        /** Puts. */
        @Actor
        public void one() {
            put();
        }

        /** Puts the same. */
        @Actor
        public void other() {
            put();
        }

        /** Gets two. */
        @Arbiter
        public void both(I_Result r) {
            pool.flow().evict(0);
            r.r1 = pool.get() != pool.get() ? 1 : 0;
        }
    }

    /** A busy thread puts the object that it keeps near, and another the same: it may pass unnoticed, and is then in one place. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "In one place.")
    @Outcome(expect = FORBIDDEN, desc = "Lost, or in two places.")
    @State
    public static class TwoPutsOfTheNearObject {
        private static final int BUSY = 200;
        private static final int TRIES = 10_000;
        private final GenerationalPool<Item> pool = pool();
        private volatile Item shared;

        private void put(Item item) {
            try {
                pool.put(item);
            } catch (dev.cenote.DoublePutException e) {
                /* noticed */
            }
        }

        /** Becomes busy, so that the object is near, and puts it. */
        @Actor
        public void owner() {
            for (int i = 0; i < BUSY; i++) {
                pool.put(pool.get());
            }
            Item item = pool.get();
            shared = item;
            put(item);
        }

        /** Puts the same. */
        @Actor
        public void other() {
            Item item;
            while ((item = shared) == null) {
                Thread.onSpinWait();
            }
            put(item);
        }

        /** Whatever is idle is destroyed, once for each place that counts. */
        @Arbiter
        public void destroyed(I_Result r) {
            for (int i = 0; i < TRIES && shared.destroys == 0; i++) {
                pool.trim(); /* leaves out a thread that is at work already, if only in the next pool */
            }
            r.r1 = shared.destroys;
        }
    }

    /** An object that is put while the pool closes is destroyed, once. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "Destroyed once.")
    @Outcome(expect = FORBIDDEN, desc = "Forgotten, or destroyed twice.")
    @State
    public static class CloseAgainstPut {
        private final GenerationalPool<Item> pool = pool();
        private final Item item = pool.get();

        /** Puts. */
        @Actor
        public void putter() {
            pool.put(item);
        }

        /** Closes. */
        @Actor
        public void closer() {
            pool.close();
        }

        /** The scheduler's next step collects what a thread at work kept. */
        @Arbiter
        public void destroyed(I_Result r) {
            pool.flow().evict(0);
            r.r1 = item.destroys;
        }
    }
}
