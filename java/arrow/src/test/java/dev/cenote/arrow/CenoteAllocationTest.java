package dev.cenote.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cenote.Backend;
import dev.cenote.PoolExhaustedException;
import dev.cenote.SizedPool;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.AllocationListener;
import org.apache.arrow.memory.AllocationReservation;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.memory.rounding.RoundingPolicy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Arrow's allocators on our memory: sizes, limits, children, transfer, leaks, and both sides' accounts.
 */
class CenoteAllocationTest {

    private static final int MIB = 1 << 20;

    private final SizedPool pool = TestMemory.builder().build();
    private final CenoteAllocation factory = CenoteAllocation.over(pool);
    private final RootAllocator root = factory.rootAllocator(64L * MIB);

    @AfterEach
    void close() {
        root.close();
        assertThat(pool.stats().bytesInUse()).as("bytes in use after all was released").isZero();
        pool.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 7, 63, 64, 65, 100, 1000, 4096, 65_537, MIB, 3 * MIB, 16 * MIB, 16 * MIB + 1, 17 * MIB + 3})
    void buffer_hasTheBytesArrowAskedFor(long bytes) {
        try (ArrowBuf buffer = root.buffer(bytes)) {
            long rounded = bytes < 16 * MIB ? Long.highestOneBit(Math.max(2, bytes * 2 - 1)) : bytes;
            assertThat(buffer.capacity()).isEqualTo(rounded);
            assertThat(root.getAllocatedMemory()).isEqualTo(rounded);
            assertThat(buffer.memoryAddress() % 64).isZero();
            buffer.setByte(0, 11);
            buffer.setByte(bytes - 1, 22);
            assertThat(buffer.getByte(bytes - 1)).isEqualTo((byte) 22);
            assertThat(pool.stats().bytesInUse()).isBetween(rounded, rounded + Math.max(64, rounded / 8));
        }
        assertThat(root.getAllocatedMemory()).isZero();
        assertThat(pool.stats().bytesInUse()).isZero();
    }

    @Test
    void buffers_doNotOverlap() {
        List<ArrowBuf> buffers = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            ArrowBuf buffer = root.buffer(1 + i * 7 % 3000);
            for (long at = 0; at < buffer.capacity(); at++) {
                buffer.setByte(at, i);
            }
            buffers.add(buffer);
        }
        for (int i = 0; i < buffers.size(); i++) {
            ArrowBuf buffer = buffers.get(i);
            for (long at = 0; at < buffer.capacity(); at++) {
                if (buffer.getByte(at) != (byte) i) {
                    throw new AssertionError("buffer " + i + " was overwritten at " + at);
                }
            }
            buffer.close();
        }
    }

    @Test
    void empty_takesNoMemory() {
        try (ArrowBuf first = root.buffer(0); ArrowBuf second = root.getEmpty()) {
            assertThat(first).isSameAs(second);
            assertThat(first.capacity()).isZero();
            assertThat(first.readableBytes()).isZero();
            assertThat(first.nioBuffer().remaining()).isZero();
            assertThatThrownBy(() -> first.setByte(0, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        }
        assertThat(pool.stats().bytesInUse()).isZero();
        root.getEmpty().close();
        assertThat(root.getEmpty().capacity()).isZero();
    }

    @Test
    void create_ofZeroBytesIsReleasedToo() {
        RoundingPolicy asIs = bytes -> 0;
        try (RootAllocator odd = new RootAllocator(RootAllocator.configBuilder().allocationManagerFactory(factory)
                .roundingPolicy(asIs).build())) {
            odd.buffer(5).close();
        }
    }

    @Test
    void negative_isRefusedByArrow() {
        assertThatThrownBy(() -> root.buffer(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThat(root.getAllocatedMemory()).isZero();
    }

    @Test
    void buffer_aboveTwoGibibytesIsRefusedAndNothingIsHeld() {
        try (RootAllocator wide = factory.rootAllocator(Long.MAX_VALUE)) {
            assertThatThrownBy(() -> wide.buffer(1L << 31)).isInstanceOf(OutOfMemoryException.class)
                .hasMessageContaining("2147483648").hasMessageContaining("arrow-test");
            assertThat(wide.getAllocatedMemory()).isZero();
        }
    }

    @Test
    void limit_ofTheAllocatorIsArrows() {
        try (RootAllocator small = factory.rootAllocator(4096)) {
            ArrowBuf most = small.buffer(4096);
            assertThatThrownBy(() -> small.buffer(1)).isInstanceOf(OutOfMemoryException.class)
                .hasMessageContaining("memory limit. Current allocation: 4096");
            assertThat(small.getAllocatedMemory()).isEqualTo(4096);
            most.close();
            small.buffer(64).close();
            assertThat(small.getPeakMemoryAllocation()).isEqualTo(4096);
        }
    }

    @Test
    void limit_ofThePoolIsArrowsExceptionWithOurNumbers() {
        try (SizedPool small = TestMemory.builder().name("small").maximumBytes(MIB).build();
                RootAllocator narrow = CenoteAllocation.over(small).rootAllocator(Long.MAX_VALUE)) {
            List<ArrowBuf> taken = new ArrayList<>();
            assertThatThrownBy(() -> {
                for (int i = 0; i < 100; i++) {
                    taken.add(narrow.buffer(64 << 10));
                }
            }).isInstanceOf(OutOfMemoryException.class).hasMessageContaining("small").hasMessageContaining("65536")
                .hasCauseInstanceOf(PoolExhaustedException.class);
            assertThat(taken).hasSizeBetween(8, 16);
            assertThat(narrow.getAllocatedMemory()).isEqualTo(taken.size() * (64L << 10));
            taken.forEach(ArrowBuf::close);
            narrow.buffer(64 << 10).close();
        }
    }

    @Test
    void listener_mayMakeRoomAndTryAgain() {
        ArrowBuf[] spare = new ArrowBuf[1];
        AllocationListener gives = new AllocationListener() {
            @Override
            public boolean onFailedAllocation(long size, org.apache.arrow.memory.AllocationOutcome outcome) {
                spare[0].close();
                return true;
            }
        };
        try (RootAllocator small = new RootAllocator(RootAllocator.configBuilder().allocationManagerFactory(factory)
                .listener(gives).maxAllocation(4096).build())) {
            spare[0] = small.buffer(4096);
            small.buffer(1024).close();
        }
    }

    @Test
    void children_accountForThemselvesAndForTheRoot() {
        try (BufferAllocator child = root.newChildAllocator("child", 1024, 8192)) {
            assertThat(root.getAllocatedMemory()).isEqualTo(1024); /* reserved */
            assertThat(pool.stats().bytesInUse()).isZero();
            try (ArrowBuf buffer = child.buffer(4096)) {
                assertThat(child.getAllocatedMemory()).isEqualTo(4096);
                assertThat(root.getAllocatedMemory()).isEqualTo(4096);
                assertThat(pool.stats().bytesInUse()).isEqualTo(4096);
                assertThatThrownBy(() -> child.buffer(8192)).isInstanceOf(OutOfMemoryException.class);
                assertThat(buffer.refCnt()).isEqualTo(1);
            }
            root.verify();
        }
        assertThat(root.getAllocatedMemory()).isZero();
    }

    @Test
    void transfer_movesTheAccountAndNotTheMemory() {
        try (BufferAllocator giver = root.newChildAllocator("giver", 0, MIB);
                BufferAllocator taker = root.newChildAllocator("taker", 0, MIB)) {
            ArrowBuf given = giver.buffer(1024);
            given.setInt(0, 77);
            long address = given.memoryAddress();
            ArrowBuf taken = given.getReferenceManager().transferOwnership(given, taker).getTransferredBuffer();
            given.close();
            assertThat(giver.getAllocatedMemory()).isZero();
            assertThat(taker.getAllocatedMemory()).isEqualTo(1024);
            assertThat(taken.memoryAddress()).isEqualTo(address);
            assertThat(taken.getInt(0)).isEqualTo(77);
            assertThat(pool.stats().bytesInUse()).isEqualTo(1024);
            taken.close();
            assertThat(pool.stats().bytesInUse()).isZero();
        }
    }

    @Test
    void slice_keepsTheBlockUntilTheLastReferenceGoes() {
        ArrowBuf whole = root.buffer(1024);
        whole.setLong(512, 42);
        ArrowBuf slice = whole.slice(512, 8);
        slice.getReferenceManager().retain();
        whole.close();
        assertThat(pool.stats().bytesInUse()).isEqualTo(1024);
        assertThat(slice.getLong(0)).isEqualTo(42);
        ByteBuffer view = slice.nioBuffer(0, 8);
        assertThat(view.remaining()).isEqualTo(8);
        slice.close();
        assertThat(pool.stats().bytesInUse()).isZero();
    }

    @Test
    void reservation_becomesOneBuffer() {
        try (AllocationReservation reservation = root.newReservation()) {
            assertThat(reservation.add(512L)).isTrue();
            assertThat(reservation.add(512L)).isTrue();
            ArrowBuf buffer = reservation.allocateBuffer();
            assertThat(buffer.capacity()).isEqualTo(1024);
            buffer.close();
        }
    }

    @Test
    void leak_isReportedAtCloseAsArrowDoes() {
        try (SizedPool own = TestMemory.builder().name("leaky").build()) {
            RootAllocator leaky = CenoteAllocation.over(own).rootAllocator(MIB);
            ArrowBuf lost = leaky.buffer(4096);
            assertThatThrownBy(leaky::close).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Memory was leaked by query").hasMessageContaining("4096").hasMessageContaining("ROOT");
            assertThat(own.stats().bytesInUse()).isEqualTo(4096);
            lost.setInt(0, 1); /* the memory stays */
            assertThat(lost.getInt(0)).isEqualTo(1);
        }
    }

    @Test
    void closedPool_isArrowsException() {
        SizedPool gone = TestMemory.builder().name("gone").build();
        CenoteAllocation stale = CenoteAllocation.over(gone);
        gone.close();
        try (RootAllocator late = stale.rootAllocator(MIB)) {
            assertThatThrownBy(() -> late.buffer(64)).isInstanceOf(OutOfMemoryException.class)
                .hasMessageContaining("gone").hasMessageContaining("closed");
            assertThat(late.getAllocatedMemory()).isZero();
        }
    }

    @Test
    void closedAllocator_takesNoBlock() {
        RootAllocator closed = factory.rootAllocator(MIB);
        closed.close();
        assertThatThrownBy(() -> closed.buffer(64)).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> factory.create(closed, 64)).isInstanceOf(RuntimeException.class);
        assertThat(pool.stats().bytesInUse()).isZero();
    }

    @Test
    void roundingPolicy_followsTheSizeClasses() {
        RoundingPolicy policy = factory.roundingPolicy();
        for (long bytes = 1; bytes < 3 * MIB; bytes += 1 + bytes / 7) {
            long rounded = policy.getRoundedSize(bytes);
            assertThat(rounded).isGreaterThanOrEqualTo(bytes);
            assertThat(rounded % 64).as("%d rounded to %d", bytes, rounded).isZero();
            assertThat(rounded).isLessThanOrEqualTo(bytes + Math.max(64, bytes / 7 + 64));
            assertThat(policy.getRoundedSize(rounded)).isEqualTo(rounded);
        }
        assertThat(policy.getRoundedSize(1L << 40)).isEqualTo(1L << 40);
        try (RootAllocator exact = new RootAllocator(RootAllocator.configBuilder().allocationManagerFactory(factory)
                .roundingPolicy(policy).build())) {
            try (ArrowBuf buffer = exact.buffer(5000)) {
                assertThat(buffer.capacity()).isEqualTo(5120);
                assertThat(buffer.memoryAddress() % 64).isZero();
                assertThat(pool.stats().bytesInUse()).isEqualTo(exact.getAllocatedMemory());
            }
        }
    }

    @Test
    void shared_isOnePoolForTheProcess() {
        assumeTrue(TestMemory.BACKEND == Backend.JNI); /* what AUTO chooses here */
        assertThat(CenoteAllocation.shared()).isSameAs(CenoteAllocation.shared());
        assertThat(CenoteAllocation.shared().pool().name()).isEqualTo("arrow");
        try (RootAllocator usual = CenoteAllocation.newRootAllocator(MIB); ArrowBuf buffer = usual.buffer(8 * 1024)) {
            buffer.setInt(0, 1);
            assertThat(CenoteAllocation.shared().pool().stats().bytesInUse()).isEqualTo(8 * 1024);
        }
        assertThat(CenoteAllocation.shared().pool().stats().bytesInUse()).isZero();
    }

    @Test
    void over_aPoolWithoutAddressesTellsSo() {
        assumeTrue(Runtime.version().feature() < 22);
        try (SizedPool blind = SizedPool.builder().backend(Backend.JAVA).name("blind").build()) {
            assertThatThrownBy(() -> CenoteAllocation.over(blind)).isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("no addresses before JDK 22");
            assertThat(blind.stats().bytesInUse()).isZero();
        }
    }
}
