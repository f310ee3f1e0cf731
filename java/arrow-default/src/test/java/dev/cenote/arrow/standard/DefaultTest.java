package dev.cenote.arrow.standard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cenote.arrow.CenoteAllocation;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

/**
 * An allocator that was told nothing runs on Cenote.
 */
class DefaultTest {

    @Test
    void newRootAllocator_takesItsMemoryFromTheSharedPool() {
        try (RootAllocator root = new RootAllocator(1 << 20);
                BufferAllocator child = root.newChildAllocator("child", 0, 1 << 20)) {
            try (ArrowBuf buffer = child.buffer(4096)) {
                buffer.setLong(0, 42);
                assertThat(buffer.getLong(0)).isEqualTo(42);
                assertThat(CenoteAllocation.shared().pool().stats().bytesInUse()).isEqualTo(4096);
            }
            assertThat(CenoteAllocation.shared().pool().stats().bytesInUse()).isZero();
            assertThat(root.getEmpty().capacity()).isZero();
        }
    }
}
