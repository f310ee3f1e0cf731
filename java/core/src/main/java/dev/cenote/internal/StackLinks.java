package dev.cenote.internal;

/**
 * The links of a {@link JavaStack}, by index: what lies below each element. They live as long as the stack.
 */
public interface StackLinks {

    /** {@return the index below; may be stale when another thread has taken the element meanwhile} */
    int next(int index);

    /**
     * Sets what lies below. Only the owner of the element calls.
     *
     * @param index the element
     * @param next the one below, or {@link JavaStack#NONE}
     */
    void setNext(int index, int next);
}
