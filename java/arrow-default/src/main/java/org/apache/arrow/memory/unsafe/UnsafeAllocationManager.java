package org.apache.arrow.memory.unsafe;

import org.apache.arrow.memory.AllocationManager;

/**
 * What Arrow looks for when a program asks for the manager of this package by name, with
 * {@code -Darrow.allocation.manager.type=Unsafe} or {@code ARROW_ALLOCATION_MANAGER_TYPE}: the same factory as by default.
 */
public final class UnsafeAllocationManager {

    /** What Arrow reads. */
    public static final AllocationManager.Factory FACTORY = DefaultAllocationManagerFactory.FACTORY;

    private UnsafeAllocationManager() {
    }
}
