package dev.cenote.flow;

import dev.cenote.internal.JavaStack;
import dev.cenote.internal.StackLinks;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;

/**
 * A shared generation whose threads take entries and give back the one they took first, while a scan judges them: each entry
 * is with one of them at a time, and none has no room. A get may find nothing while a scan has all, so that is no fault.
 */
public abstract class GenerationModel {

    private static final int ENTRIES = 2;
    private static final int SLOTS = 4; /* more than entries and threads: a slot on its way is no lack of room */
    private static final int THREADS_MAX = 8;

    private final Object[] objects = new Object[ENTRIES];
    private final AtomicIntegerArray owned = new AtomicIntegerArray(ENTRIES);
    private final Deque<?>[] hands = new Deque<?>[THREADS_MAX]; /* each touched by its thread alone */

    GenerationModel() {
        for (int i = 0; i < ENTRIES; i++) {
            objects[i] = "object " + i;
            Entry<Object> entry = new Entry<>(objects[i], new ReferenceQueue<>());
            entry.tag = i;
            if (!offer(entry)) {
                throw new AssertionError("no room at the beginning");
            }
        }
        for (int i = 0; i < THREADS_MAX; i++) {
            hands[i] = new ArrayDeque<Entry<Object>>();
        }
    }

    @SuppressWarnings("unchecked")
    private Deque<Entry<Object>> hand(int thread) {
        return (Deque<Entry<Object>>) hands[thread];
    }

    Object object(Entry<Object> entry) {
        return objects[entry.tag];
    }

    abstract boolean offer(Entry<Object> entry);

    abstract Entry<Object> poll();

    abstract void look();

    /** Takes an entry; false: somebody else has it. */
    @Operation
    public boolean take(@Param(gen = ThreadIdGen.class) int thread) {
        Entry<Object> entry = poll();
        if (entry == null) {
            return true;
        }
        hand(thread).addLast(entry);
        return owned.compareAndSet(entry.tag, 0, 1);
    }

    /** Gives back what this thread took first; false: there was no room. */
    @Operation
    public boolean giveBack(@Param(gen = ThreadIdGen.class) int thread) {
        Entry<Object> entry = hand(thread).pollFirst();
        if (entry == null) {
            return true;
        }
        owned.set(entry.tag, 0);
        return offer(entry);
    }

    /** The scheduler looks at all and keeps them. */
    @Operation
    public boolean scan() {
        look();
        return true;
    }

    /** As it is used. */
    public static final class Sound extends GenerationModel {
        private SharedGeneration<Object> generation;

        /** For Lincheck. */
        public Sound() {
        }

        private SharedGeneration<Object> generation() { /* the constructor above us uses it */
            if (generation == null) {
                generation = new SharedGeneration<>(1, SLOTS);
            }
            return generation;
        }

        @Override
        boolean offer(Entry<Object> entry) {
            return generation().offer(entry, object(entry));
        }

        @Override
        Entry<Object> poll() {
            int slot = generation().take();
            if (slot == JavaStack.NONE) {
                return null;
            }
            Entry<Object> entry = generation().entryIn(slot);
            if (generation().vacate(slot) != object(entry)) {
                throw new AssertionError("entry " + entry.tag + " came with another one's object");
            }
            return entry;
        }

        @Override
        void look() {
            generation().scan(entry -> true);
        }
    }

    /** The canary: frees a slot before it reads what is in it. Must be found broken. */
    public static final class EarlyFree extends GenerationModel {
        private Slots slots;

        /** For Lincheck. */
        public EarlyFree() {
        }

        private Slots slots() {
            if (slots == null) {
                slots = new Slots();
            }
            return slots;
        }

        @Override
        boolean offer(Entry<Object> entry) {
            int slot = slots().free.pop();
            if (slot == JavaStack.NONE) {
                return false;
            }
            slots().entries[slot] = entry;
            slots().full.push(slot);
            return true;
        }

        @Override
        @SuppressWarnings("unchecked")
        Entry<Object> poll() {
            int slot = slots().full.pop();
            if (slot == JavaStack.NONE) {
                return null;
            }
            slots().free.push(slot);
            return (Entry<Object>) slots().entries[slot];
        }

        @Override
        void look() {
            /* not needed to break it */
        }
    }

    private static final class Slots implements StackLinks {
        private final int[] next = new int[SLOTS];
        private final Entry<?>[] entries = new Entry<?>[SLOTS];
        private final JavaStack full = new JavaStack(this);
        private final JavaStack free = new JavaStack(this);

        Slots() {
            for (int i = 0; i < SLOTS; i++) {
                free.push(i);
            }
        }

        @Override
        public int next(int index) {
            return next[index];
        }

        @Override
        public void setNext(int index, int below) {
            next[index] = below;
        }
    }
}
