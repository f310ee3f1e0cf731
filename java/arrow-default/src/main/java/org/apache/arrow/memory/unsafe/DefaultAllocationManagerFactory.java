package org.apache.arrow.memory.unsafe;

import dev.cenote.arrow.CenoteAllocation;
import org.apache.arrow.memory.AllocationManager;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Makes {@link CenoteAllocation#shared()} what {@code new RootAllocator()} uses. Arrow finds its default by this name alone,
 * so that the class stands where {@code arrow-memory-unsafe} has its own: use one of the two.
 */
public final class DefaultAllocationManagerFactory implements AllocationManager.Factory {

    /** What Arrow reads. */
    public static final AllocationManager.Factory FACTORY = new DefaultAllocationManagerFactory();

    /** Arrow uses {@link #FACTORY}. */
    public DefaultAllocationManagerFactory() {
    }

    @Override
    public AllocationManager create(BufferAllocator accountingAllocator, long size) {
        return CenoteAllocation.shared().create(accountingAllocator, size);
    }

    @Override
    public ArrowBuf empty() {
        return CenoteAllocation.shared().empty();
    }
}
