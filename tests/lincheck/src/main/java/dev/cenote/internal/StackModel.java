package dev.cenote.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;

/**
 * A stack of three magazines whose threads take some and give back the one they took first: the shape in which a top that
 * went and came back (ABA) does harm.
 */
public abstract class StackModel {

    private static final int MAGAZINES = 3;
    private static final int THREADS_MAX = 8;

    private final JavaStack stack;
    private final Deque<?>[] hands = new Deque<?>[THREADS_MAX]; /* each touched by its thread alone */

    StackModel(long stampUnit) {
        JavaMagazines magazines = new JavaMagazines(1);
        stack = new JavaStack(magazines, new JavaCounters(), stampUnit);
        int first = magazines.add();
        for (int i = 0; i < MAGAZINES; i++) {
            stack.push(first + i);
        }
        for (int i = 0; i < THREADS_MAX; i++) {
            hands[i] = new ArrayDeque<Integer>();
        }
    }

    @SuppressWarnings("unchecked")
    private Deque<Integer> hand(int thread) {
        return (Deque<Integer>) hands[thread];
    }

    /** Takes the newest magazine; -1 when there is none. */
    @Operation
    public int pop(@Param(gen = ThreadIdGen.class) int thread) {
        int magazine = stack.pop();
        if (magazine != JavaStack.NONE) {
            hand(thread).addLast(magazine);
        }
        return magazine;
    }

    /** Gives back what this thread took first; -1 when it has nothing. */
    @Operation
    public int giveBack(@Param(gen = ThreadIdGen.class) int thread) {
        Integer magazine = hand(thread).pollFirst();
        if (magazine == null) {
            return JavaStack.NONE;
        }
        stack.push(magazine);
        return magazine;
    }

    /** As it is used. */
    public static final class Stamped extends StackModel {
        /** For Lincheck. */
        public Stamped() {
            super(JavaStack.STAMP_UNIT);
        }
    }

    /** The canary: without stamps. Must be found broken. */
    public static final class Unstamped extends StackModel {
        /** For Lincheck. */
        public Unstamped() {
            super(0);
        }
    }
}
