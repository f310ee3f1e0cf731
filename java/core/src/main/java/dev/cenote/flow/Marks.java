package dev.cenote.flow;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A set of small numbers: any thread adds, the scheduler's takes them out. Most additions find the number there and only read.
 */
final class Marks {

    private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] words;

    /** @param count numbers are below it */
    Marks(int count) {
        words = new long[(count + Long.SIZE - 1) / Long.SIZE];
    }

    /** Adds a number. What the caller wrote by a sequentially consistent operation before is seen by whoever takes it out. */
    void add(int number) {
        int word = number / Long.SIZE;
        long bit = 1L << number;
        if (((long) WORDS.getVolatile(words, word) & bit) == 0) {
            WORDS.getAndBitwiseOr(words, word, bit);
        }
    }

    /** Into how many words they are divided. */
    int words() {
        return words.length;
    }

    /** Takes the numbers of one word out; bit i stands for {@code 64 * word + i}. */
    long take(int word) {
        return (long) WORDS.getOpaque(words, word) == 0 ? 0 : (long) WORDS.getAndSet(words, word, 0L);
    }
}
