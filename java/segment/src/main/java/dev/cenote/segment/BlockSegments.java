package dev.cenote.segment;

import dev.cenote.Block;
import dev.cenote.BlockPool;
import dev.cenote.PoolExhaustedException;
import dev.cenote.SizedPool;
import dev.cenote.binding.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/**
 * Blocks as memory segments, without copying: a view that costs nothing and is checked against the block's bounds only, or
 * one that is checked against the lifetime of an arena as well, which then gives the block back.
 * <table>
 * <caption>Which one</caption>
 * <tr><th></th><th>{@link #of}</th><th>{@link #take}, {@link #allocator}</th></tr>
 * <tr><td>access out of bounds</td><td>exception</td><td>exception</td></tr>
 * <tr><td>access after the block was put</td><td>another owner's bytes, as with {@link Block#buffer()}</td>
 *     <td>{@link IllegalStateException}</td></tr>
 * <tr><td>access by another thread</td><td>allowed</td><td>as the arena says</td></tr>
 * <tr><td>gives the block back</td><td>who took it</td><td>the arena's {@code close()}</td></tr>
 * <tr><td>garbage</td><td>none from the second time on</td><td>a few small objects each</td></tr>
 * </table>
 */
public final class BlockSegments {

    private BlockSegments() {
    }

    /**
     * Gives a block's memory as a segment.
     * <p>The owner of the block calls, and uses the segment until the block is put; afterwards it shows another owner's
     * bytes. It never faults: the memory stays mapped, or is kept alive by the segment. The segment stays with the block
     * (as its {@link Block#attach attachment}), so only the first call for a piece of memory allocates.
     *
     * @param block a block that the caller owns; no other adapter may attach to it
     * @return all of its bytes; the same segment each time, with a scope that is always alive, for all threads
     * @throws IllegalStateException if another adapter has attached something else
     */
    public static MemorySegment of(Block block) {
        Object attached = block.attachment();
        if (attached instanceof MemorySegment segment) {
            return segment;
        }
        if (attached != null) {
            throw new IllegalStateException(block + " carries a " + attached.getClass().getName() + " of another adapter;"
                + " use one adapter with a pool");
        }
        MemorySegment made = MemorySegment.ofBuffer(block.buffer().duplicate().clear());
        block.attach(made);
        return made;
    }

    /**
     * Takes a block for as long as an arena is open: closing the arena puts the block and ends the segment.
     * <p>Any thread that the arena admits. As {@link BlockPool#get}, and an entry in the arena; closing costs one
     * {@link BlockPool#put} each. On a shared arena, closing also makes the JVM stop each thread for a moment.
     *
     * @param pool  where from; native access must be granted to {@code dev.cenote.binding}
     * @param arena confined, shared or automatic (then the block is put some time after the segment is unreachable)
     * @return all of the block's bytes, in the arena's scope; their contents are undefined
     * @throws PoolExhaustedException if the pool is at its limit
     * @throws IllegalStateException if the arena is closed; no block is taken
     * @throws WrongThreadException if the arena is confined to another thread
     * @throws IllegalArgumentException for the global arena, which is never closed
     */
    public static MemorySegment take(BlockPool pool, Arena arena) {
        checkArena(arena);
        return scoped(pool.get(), arena);
    }

    /**
     * Gives an allocator whose segments are blocks, or the beginnings of blocks: each holds one block of the pool until
     * the arena is closed. Contents are undefined: an arena of the JDK, or {@link SegmentArena}, gives zeros.
     * <p>What it throws: as {@link #take}; and {@link IllegalArgumentException} for a negative size, an alignment that is no
     * power of two, and for what does not fit into a block at that alignment.
     *
     * @param pool  where from
     * @param arena the life of all segments that it allocates
     * @return an allocator for the threads that the arena admits
     */
    public static SegmentAllocator allocator(BlockPool pool, Arena arena) {
        checkArena(arena);
        return (bytes, alignment) -> {
            Requests.check(bytes, alignment);
            Block block = pool.get();
            long skipped = Requests.roundUp(block.address(), alignment) - block.address();
            if (bytes > block.bytes() - skipped) {
                block.close();
                throw new IllegalArgumentException(bytes + " bytes aligned to " + alignment + " do not fit into a block of "
                    + pool.blockBytes() + " bytes of pool \"" + pool.name() + "\"; take them from a pool of larger blocks"
                    + " or from a SizedPool");
            }
            return scoped(block, arena).asSlice(skipped, bytes, alignment);
        };
    }

    /**
     * Gives an allocator of segments of any size, each on a block that the arena gives back when it is closed. Contents are
     * undefined.
     * <p>What it throws: as {@link #take}, for the sizes and alignments that {@link SizedPool#get(long, long)} takes (up to
     * 2^31-1 bytes); and {@link IllegalArgumentException} for a negative size or an alignment that is no power of two.
     *
     * @param pool  where from
     * @param arena the life of all segments that it allocates
     * @return an allocator for the threads that the arena admits
     */
    public static SegmentAllocator allocator(SizedPool pool, Arena arena) {
        checkArena(arena);
        return (bytes, alignment) -> {
            Requests.check(bytes, alignment);
            Block block = pool.get(Math.max(bytes, 1), alignment); /* an empty segment has an address of its own, too */
            return scoped(block, arena).asSlice(0, bytes, alignment);
        };
    }

    /** Hands the block to the arena; when that refuses, the block goes back. */
    private static MemorySegment scoped(Block block, Arena arena) {
        try {
            return (MemorySegment) NativeMemory.segment(block.address(), block.bytes(), arena, block::close);
        } catch (RuntimeException | Error e) {
            block.close();
            throw e;
        }
    }

    static void checkArena(Arena arena) {
        if (arena.scope().equals(Arena.global().scope())) {
            throw new IllegalArgumentException("the global arena is never closed, so blocks would never come back; use a"
                + " confined, shared or automatic arena");
        }
    }
}
