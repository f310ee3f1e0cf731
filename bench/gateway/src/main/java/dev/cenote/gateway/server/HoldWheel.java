package dev.cenote.gateway.server;

import org.jspecify.annotations.Nullable;

/**
 * Messages that wait for their release, in a ring of time slots: adding and releasing cost no search and no garbage.
 * <p>One thread. A message is released at most one slot late.
 */
final class HoldWheel {
    static final long SLOT_NANOS = 500_000;
    private static final int SLOTS = 1024;

    private final @Nullable Message[] slots = new Message[SLOTS];
    private long slotDone;
    private int held;

    HoldWheel(long nowNanos) {
        slotDone = Math.floorDiv(nowNanos, SLOT_NANOS);
        long reachMillis = (SLOTS - 2) * SLOT_NANOS / 1_000_000;
        if (Lifetime.maximumMillis() > reachMillis) {
            throw new IllegalStateException("the wheel reaches " + reachMillis + " ms, a lifetime may be longer");
        }
    }

    boolean isEmpty() {
        return held == 0;
    }

    /** Takes over {@code message}, to be released when its {@code dueNanos} has passed. */
    void hold(Message message) {
        long slot = Math.max(slotDone + 1, Math.floorDiv(message.dueNanos, SLOT_NANOS) + 1);
        int index = (int) Math.floorMod(Math.min(slot, slotDone + SLOTS - 1), (long) SLOTS);
        message.next = slots[index];
        slots[index] = message;
        held++;
    }

    /** Unlinks all messages that are due and returns them as a chain by {@link Message#next}. */
    @Nullable Message due(long nowNanos) {
        long slotNow = Math.floorDiv(nowNanos, SLOT_NANOS);
        Message chain = null;
        long last = Math.min(slotNow, slotDone + SLOTS);
        for (long slot = slotDone + 1; slot <= last; slot++) {
            chain = takeSlot((int) Math.floorMod(slot, (long) SLOTS), chain);
        }
        slotDone = Math.max(slotDone, slotNow);
        return chain;
    }

    /** Unlinks every message, due or not. */
    @Nullable Message all() {
        Message chain = null;
        for (int i = 0; i < SLOTS; i++) {
            chain = takeSlot(i, chain);
        }
        return chain;
    }

    private @Nullable Message takeSlot(int index, @Nullable Message chain) {
        Message message = slots[index];
        slots[index] = null;
        while (message != null) {
            Message following = message.next;
            message.next = chain;
            chain = message;
            held--;
            message = following;
        }
        return chain;
    }
}
