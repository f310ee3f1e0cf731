package dev.cenote.arrow;

import dev.cenote.Block;
import org.apache.arrow.memory.AllocationManager;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Memory of one Arrow allocation: a block of a {@link dev.cenote.SizedPool}, put back when Arrow's last reference goes.
 * <p>Arrow accounts for the size that was asked for, as its own managers do; the block may be larger, which the pool's
 * statistics show.
 */
final class CenoteAllocationManager extends AllocationManager {

    private final Block block;
    private final long bytes;

    CenoteAllocationManager(BufferAllocator allocator, Block block, long bytes) {
        super(allocator);
        this.block = block;
        this.bytes = bytes;
    }

    @Override
    public long getSize() {
        return bytes;
    }

    @Override
    protected long memoryAddress() {
        return block.address();
    }

    @Override
    protected void release0() {
        block.close();
    }
}
