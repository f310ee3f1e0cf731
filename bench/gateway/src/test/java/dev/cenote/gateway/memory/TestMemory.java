package dev.cenote.gateway.memory;

import java.util.function.IntFunction;
import java.util.function.LongSupplier;

/** A memory made of two functions, for tests. */
public record TestMemory(IntFunction<Piece> takes, LongSupplier left) implements MessageMemory {
    @Override
    public Piece take(int bytes) {
        return takes.apply(bytes);
    }

    @Override
    public long outstanding() {
        return left.getAsLong();
    }

    @Override
    public long growths() {
        return UNKNOWN;
    }

    @Override
    public long heldBytes() {
        return UNKNOWN;
    }

    @Override
    public void close() {
        // nothing held
    }
}
