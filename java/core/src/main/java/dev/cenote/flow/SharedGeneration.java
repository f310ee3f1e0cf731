package dev.cenote.flow;

import dev.cenote.internal.JavaStack;
import dev.cenote.internal.StackLinks;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A generation that all threads share: T1, T2. Lock-free; what was put last is taken first.
 * <p>As many slots as the capacity, each on one of two stacks: the full ones and the free ones. So the capacity is a bound
 * by construction, and the index that the stack's stamped word needs is the slot's. Whoever popped a slot owns it, its entry
 * and its object; nobody else reads them.
 * <p>Objects lie in an array beside the entries rather than in them: a reference stored in an old object dirties the card that
 * it lies in, which the next young collection walks, and slots that are used over and over share a few cards where entries lie
 * anywhere.
 *
 * @param <T> the kind of object
 */
final class SharedGeneration<T> implements StackLinks {

    private static final VarHandle INTS = MethodHandles.arrayElementVarHandle(int[].class);
    private static final VarHandle ENTRIES = MethodHandles.arrayElementVarHandle(Entry[].class);
    private static final VarHandle REACHED;

    static {
        try {
            REACHED = MethodHandles.lookup().findVarHandle(SharedGeneration.class, "reached", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int number;
    private final int[] next;
    /** Written by the owner of the slot; read opaquely for the sizes. */
    private final @Nullable Entry<T>[] slots;
    /** By slot; of its owner alone. */
    private final @Nullable T[] objects;
    private final JavaStack full = new JavaStack(this);
    private final JavaStack free = new JavaStack(this);
    private final LongAdder refused = new LongAdder();
    /** Slots from here on were never used: of the free ones the lowest is taken first. Set by the owner of a slot before it is pushed. */
    @SuppressWarnings("unused")
    private int reached;

    @SuppressWarnings({"unchecked", "rawtypes"})
    SharedGeneration(int number, int capacity) {
        this.number = number;
        this.next = new int[capacity];
        this.slots = new Entry[capacity];
        this.objects = (T[]) new Object[capacity];
        for (int i = capacity - 1; i >= 0; i--) {
            free.push(i);
        }
    }

    @Override
    public int next(int index) {
        return (int) INTS.getOpaque(next, index);
    }

    @Override
    public void setNext(int index, int below) {
        INTS.setOpaque(next, index, below);
    }

    int capacity() {
        return slots.length;
    }

    /** Puts an entry that the caller holds; false: there is no room, and it is still the caller's. */
    boolean offer(Entry<T> entry, T object) {
        int slot = free.pop();
        if (slot == JavaStack.NONE) {
            refused.increment();
            return false;
        }
        entry.state = number;
        objects[slot] = object;
        ENTRIES.setOpaque(slots, slot, entry); /* released by the push */
        for (int seen; (seen = (int) REACHED.getOpaque(this)) <= slot;) {
            REACHED.compareAndSet(this, seen, slot + 1);
        }
        full.push(slot);
        return true;
    }

    /** Takes the slot of the newest entry, which is then in state MOVING, or NONE. The slot is the caller's until it vacates it. */
    int take() {
        int slot;
        while ((slot = full.pop()) != JavaStack.NONE) {
            Entry<T> entry = entryIn(slot);
            if (entry.state == number) {
                entry.state = Entry.MOVING;
                return slot;
            }
            vacate(slot); /* misuse brought the entry to two places, and the other one counts */
        }
        return JavaStack.NONE;
    }

    /** The entry in a slot that the caller has. */
    Entry<T> entryIn(int slot) {
        Entry<T> entry = slots[slot];
        if (entry == null) {
            throw new AssertionError("slot " + slot + " of generation " + number + " is on the full stack and empty");
        }
        return entry;
    }

    /** Gives a slot back; its object, with its entry, is the caller's. */
    T vacate(int slot) {
        T object = takeOut(slot);
        free.push(slot);
        return object;
    }

    private T takeOut(int slot) {
        T object = Objects.requireNonNull(objects[slot]);
        objects[slot] = null;
        ENTRIES.setOpaque(slots, slot, null);
        return object;
    }

    /** What a scan does with each entry. */
    interface Judge<T> {
        /** True: it stays. False: the judge has it, goes on after the scan, and finds the object in {@code held}. */
        boolean keeps(Entry<T> entry);
    }

    /**
     * Shows every entry to a judge, newest first. The entries are out of reach of {@link #take} meanwhile, so a judge must
     * not block nor call hooks.
     *
     * @return how many stay
     */
    int scan(Judge<T> judge) {
        int slot = full.takeAll();
        int kept = 0;
        int firstKept = JavaStack.NONE;
        int lastKept = JavaStack.NONE;
        while (slot != JavaStack.NONE) {
            int below = next(slot);
            Entry<T> entry = entryIn(slot);
            boolean counts = entry.state == number; /* else as in take() */
            if (counts && judge.keeps(entry)) {
                if (firstKept == JavaStack.NONE) {
                    firstKept = slot;
                } else {
                    setNext(lastKept, slot);
                }
                lastKept = slot;
                kept++;
            } else {
                T object = vacate(slot);
                if (counts) {
                    entry.held = object;
                }
            }
            slot = below;
        }
        if (firstKept != JavaStack.NONE) {
            full.pushList(firstKept, lastKept);
        }
        return kept;
    }

    /**
     * When the entry that lay longest was put, or {@code now} if none is here. Takes nothing out and follows no link, so it costs a
     * fraction of a {@link #scan}. Racy: an entry that goes meanwhile may count, one that comes is younger.
     */
    @SuppressWarnings("unchecked")
    long oldestStamp(long now) {
        long oldest = now;
        int end = (int) REACHED.getOpaque(this);
        for (int i = 0; i < end; i++) {
            Entry<T> entry = (Entry<T>) ENTRIES.getOpaque(slots, i);
            if (entry != null && entry.stamp - oldest < 0) {
                oldest = entry.stamp;
            }
        }
        return oldest;
    }

    /** Entries in it, about. */
    int size() {
        int size = 0;
        for (int i = 0; i < slots.length; i++) {
            if (ENTRIES.getOpaque(slots, i) != null) {
                size++;
            }
        }
        return size;
    }

    /** How often there was no room since the last call. */
    long takeRefused() {
        return refused.sumThenReset();
    }

    /** Every slot is on one stack, and full exactly on the full one. Only while nobody else uses it. */
    boolean isValid() {
        boolean[] seen = new boolean[slots.length];
        int count = walk(full, seen, true) + walk(free, seen, false);
        return count == slots.length;
    }

    private int walk(JavaStack stack, boolean[] seen, boolean isFull) {
        int first = stack.takeAll();
        int count = 0;
        int last = first;
        for (int slot = first; slot != JavaStack.NONE && count <= slots.length; slot = next(slot)) {
            if (seen[slot] || slots[slot] != null != isFull || objects[slot] != null != isFull) {
                return Integer.MIN_VALUE;
            }
            seen[slot] = true;
            last = slot;
            count++;
        }
        if (first != JavaStack.NONE) {
            stack.pushList(first, last);
        }
        return count;
    }
}
