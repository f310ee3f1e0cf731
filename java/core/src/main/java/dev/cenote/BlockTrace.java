package dev.cenote;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered about one stay of a block outside: who took it where, and who put it where.
 */
final class BlockTrace {

    /** Frames of these say nothing about the caller. */
    private static final Set<String> OURS = Set.of(BlockTrace.class.getName(), PoolWatch.class.getName(),
        LocalBlockPool.class.getName(), BlockPool.class.getName(), Block.class.getName(), Waiters.class.getName(),
        SizedPool.class.getName());

    /** The block itself. */
    final Block plain;
    /** What its user has: the block, or a handle for this stay alone. */
    final Block handle;
    final Throwable taken;
    final String thread;
    final long nanos = System.nanoTime();
    private volatile @Nullable Throwable put;

    /** With a handle of its own: one that is void after the put. */
    BlockTrace(Block plain, boolean ownHandle) {
        this.thread = Thread.currentThread().getName();
        this.taken = new Throwable("taken by thread \"" + thread + "\"");
        this.plain = plain;
        this.handle = ownHandle ? new Block(plain, this) : plain;
    }

    void putNow() {
        put = new Throwable("put by thread \"" + Thread.currentThread().getName() + "\"");
    }

    @Nullable Throwable put() {
        return put;
    }

    /** The stack of the get, from the pool's caller outwards. */
    List<StackTraceElement> site() {
        StackTraceElement[] frames = taken.getStackTrace();
        int from = 0;
        while (from < frames.length - 1 && OURS.contains(frames[from].getClassName())) {
            from++;
        }
        return Arrays.asList(frames).subList(from, frames.length);
    }

    /** Hangs both stacks on an exception. */
    <E extends Throwable> E explain(E exception) {
        exception.addSuppressed(taken);
        Throwable back = put;
        if (back != null) {
            exception.addSuppressed(back);
        }
        return exception;
    }
}
