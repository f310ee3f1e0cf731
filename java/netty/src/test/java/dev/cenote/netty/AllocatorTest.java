package dev.cenote.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cenote.PoolClosedException;
import dev.cenote.PoolExhaustedException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Every method of {@link ByteBufAllocator}: kinds, capacities and limits of what it hands out, its bounds, metrics and end.
 */
class AllocatorTest {

    private static final int MAXIMUM = 8 << 20;

    private CenoteByteBufAllocator allocator;

    @BeforeEach
    void open() {
        allocator = Kind.builder().name("allocator").maximumBytes(MAXIMUM).build();
    }

    @AfterEach
    void close() {
        assertThat(used()).isZero();
        allocator.close();
    }

    private long used() {
        return allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory();
    }

    /** Checks a buffer and releases it. */
    private static void check(ByteBuf buffer, boolean direct, int capacity, int maxCapacity) {
        assertThat(buffer.isDirect()).isEqualTo(direct);
        assertThat(buffer.capacity()).isEqualTo(capacity);
        assertThat(buffer.maxCapacity()).isEqualTo(maxCapacity);
        assertThat(buffer.readerIndex() + buffer.writerIndex()).isZero();
        assertThat(buffer.refCnt()).isEqualTo(1);
        assertThat(buffer.release()).isTrue();
    }

    private static void checkComposite(CompositeByteBuf buffer, int components) {
        assertThat(buffer.numComponents()).isZero();
        assertThat(buffer.maxNumComponents()).isEqualTo(components);
        check(buffer, false, 0, Integer.MAX_VALUE);
    }

    /** The oracle agrees on all that does not depend on the kind it prefers. */
    @Test
    void everyMethod_givesWhatItsNameSays() {
        for (ByteBufAllocator tested : new ByteBufAllocator[] {allocator, new UnpooledByteBufAllocator(true)}) {
            int most = Integer.MAX_VALUE;
            check(tested.directBuffer(), true, 256, most);
            check(tested.directBuffer(7), true, 7, most);
            check(tested.directBuffer(7, 9), true, 7, 9);
            check(tested.heapBuffer(), false, 256, most);
            check(tested.heapBuffer(7), false, 7, most);
            check(tested.heapBuffer(7, 9), false, 7, 9);
            checkComposite(tested.compositeBuffer(), 16);
            checkComposite(tested.compositeBuffer(3), 3);
            checkComposite(tested.compositeDirectBuffer(), 16);
            checkComposite(tested.compositeDirectBuffer(3), 3);
            checkComposite(tested.compositeHeapBuffer(), 16);
            checkComposite(tested.compositeHeapBuffer(3), 3);
        }
    }

    @Test
    void preferredKind_isGivenWhereNoneIsNamed() {
        check(allocator.buffer(), true, 256, Integer.MAX_VALUE);
        check(allocator.buffer(5), true, 5, Integer.MAX_VALUE);
        check(allocator.buffer(5, 6), true, 5, 6);
        check(allocator.ioBuffer(), true, 256, Integer.MAX_VALUE);
        check(allocator.ioBuffer(5), true, 5, Integer.MAX_VALUE);
        check(allocator.ioBuffer(5, 6), true, 5, 6);
        assertThat(allocator.isDirectBufferPooled()).isTrue();
        try (CenoteByteBufAllocator heap = Kind.builder().preferDirect(false).build()) {
            check(heap.buffer(), false, 256, Integer.MAX_VALUE);
            check(heap.buffer(5), false, 5, Integer.MAX_VALUE);
            check(heap.buffer(5, 6), false, 5, 6);
            check(heap.ioBuffer(5), true, 5, Integer.MAX_VALUE);
            CompositeByteBuf composite = heap.compositeBuffer();
            composite.writeLong(1);
            assertThat(composite.component(0).isDirect()).isFalse();
            composite.release();
        }
        CompositeByteBuf composite = allocator.compositeBuffer(4);
        composite.writeLong(1);
        assertThat(composite.component(0).isDirect()).isTrue();
        composite.release();
    }

    @Test
    void wrongSizes_areRefused() {
        for (ByteBufAllocator tested : new ByteBufAllocator[] {allocator, new UnpooledByteBufAllocator(true)}) {
            List<Function<ByteBufAllocator, ByteBuf>> wrong = List.of(a -> a.directBuffer(-1), a -> a.heapBuffer(-1),
                a -> a.buffer(-1), a -> a.ioBuffer(-1), a -> a.directBuffer(2, 1), a -> a.heapBuffer(2, 1),
                a -> a.directBuffer(Integer.MIN_VALUE, 4), a -> a.compositeBuffer(0), a -> a.compositeDirectBuffer(-1));
            for (Function<ByteBufAllocator, ByteBuf> use : wrong) {
                assertThatThrownBy(() -> use.apply(tested)).isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    @Test
    void calculateNewCapacity_followsNetty() {
        ByteBufAllocator netty = new UnpooledByteBufAllocator(true);
        int[] wanted = {0, 1, 63, 64, 65, 1000, 4096, (4 << 20) - 1, 4 << 20, (4 << 20) + 1, 9 << 20, Integer.MAX_VALUE - 5};
        for (int least : wanted) {
            for (int most : new int[] {least, least + 1, Math.max(least, 100_000), Integer.MAX_VALUE}) {
                assertThat(allocator.calculateNewCapacity(least, most)).isEqualTo(netty.calculateNewCapacity(least, most));
            }
        }
        assertThatThrownBy(() -> allocator.calculateNewCapacity(8, 7)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> allocator.calculateNewCapacity(-1, 7)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void emptyBuffers_work() {
        ByteBuf empty = allocator.directBuffer(0, 0);
        assertThat(empty.isWritable()).isFalse();
        assertThatThrownBy(() -> empty.writeByte(1)).isInstanceOf(IndexOutOfBoundsException.class);
        empty.release();
        for (ByteBuf zero : new ByteBuf[] {allocator.directBuffer(0, 10), allocator.heapBuffer(0, 10)}) {
            assertThat(zero.capacity()).isZero();
            assertThat(zero.nioBuffer(0, 0).remaining()).isZero();
            zero.writeLong(5);
            assertThat(zero.readLong()).isEqualTo(5);
            zero.release();
        }
    }

    @Test
    void hugeRequests_haveMemoryOfTheirOwn() {
        ByteBuf huge = allocator.directBuffer(3 << 20, 4 << 20);
        huge.setLong((3 << 20) - 8, 77).writerIndex(3 << 20);
        assertThat(huge.getLong((3 << 20) - 8)).isEqualTo(77);
        assertThat(allocator.metric().usedDirectMemory()).isGreaterThanOrEqualTo(3 << 20);
        huge.capacity(4 << 20);
        assertThat(huge.getLong((3 << 20) - 8)).isEqualTo(77);
        huge.capacity(10);
        assertThat(allocator.metric().usedDirectMemory()).isLessThan(1 << 20);
        huge.release();
    }

    @Test
    void metrics_countWhatIsOut() {
        ByteBufAllocatorMetric metric = allocator.metric();
        ByteBuf direct = allocator.directBuffer(1024, 4096);
        assertThat(metric.usedDirectMemory()).isEqualTo(1024);
        direct.capacity(2048);
        assertThat(metric.usedDirectMemory()).isEqualTo(2048);
        ByteBuf heap = allocator.heapBuffer(1024, 4096);
        assertThat(metric.usedHeapMemory()).isEqualTo(1024);
        heap.capacity(2048);
        assertThat(metric.usedHeapMemory()).isEqualTo(2048);
        direct.retain().release();
        assertThat(metric.usedDirectMemory()).isEqualTo(2048);
        direct.release();
        heap.release();
        assertThat(metric.usedDirectMemory() + metric.usedHeapMemory()).isZero();
        assertThat(metric.toString()).contains("usedDirectMemory: 0");
        assertThat(allocator.stats().bytesInUse()).isZero();
        assertThat(allocator.toString()).contains("allocator");
        assertThat(allocator.metric()).isSameAs(metric);
    }

    @Test
    void metrics_areExactAtPowersOfTwo() {
        ByteBufAllocatorMetric metric = allocator.metric();
        for (int bytes = 1024; bytes <= 1 << 17; bytes <<= 1) {
            ByteBuf direct = allocator.directBuffer(bytes, 4 * bytes);
            ByteBuf heap = allocator.heapBuffer(bytes, 4 * bytes);
            assertThat(metric.usedDirectMemory()).isEqualTo(bytes);
            assertThat(metric.usedHeapMemory()).isEqualTo(bytes);
            direct.capacity(2 * bytes);
            heap.capacity(2 * bytes);
            assertThat(metric.usedDirectMemory()).isEqualTo(2 * bytes);
            assertThat(metric.usedHeapMemory()).isEqualTo(2 * bytes);
            direct.release();
            heap.release();
            assertThat(used()).isZero();
        }
    }

    @Test
    void largeHeapBuffers_areUsedAgain() {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED); /* its records are garbage too */
        try {
            allocator.heapBuffer(1 << 20, 1 << 20).release();
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 100; i++) {
                allocator.heapBuffer(1 << 20, 1 << 20).release();
            }
            assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(8 << 20);
        } finally {
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        }
    }

    @Test
    void limit_isAnExceptionOfOurs() {
        List<ByteBuf> taken = new ArrayList<>();
        assertThatThrownBy(() -> {
            while (true) {
                taken.add(allocator.directBuffer(100_000));
            }
        }).isInstanceOf(PoolExhaustedException.class).hasMessageContaining("allocator");
        assertThat(taken.size()).isBetween(40, MAXIMUM / 100_000);
        ByteBuf last = taken.get(taken.size() - 1).writeInt(7);
        assertThatThrownBy(() -> last.capacity(5_000_000)).isInstanceOf(PoolExhaustedException.class);
        assertThatThrownBy(() -> last.ensureWritable(5_000_000)).isInstanceOf(PoolExhaustedException.class);
        assertThat(last.capacity()).isEqualTo(100_000);
        assertThat(last.readInt()).isEqualTo(7);
        taken.forEach(ByteBuf::release);
        assertThat(used()).isZero();
        allocator.directBuffer(100_000).release();
    }

    @Test
    void limitInTheMiddleOfAComposite_leavesItAsItWas() {
        CompositeByteBuf composite = allocator.compositeDirectBuffer(8);
        for (int i = 0; i < 5; i++) {
            composite.addComponent(true, allocator.directBuffer(1 << 20).writeZero(1 << 20));
        }
        long used = allocator.metric().usedDirectMemory();
        assertThatThrownBy(() -> composite.capacity(9 << 20)).isInstanceOf(PoolExhaustedException.class);
        assertThatThrownBy(composite::consolidate).isInstanceOf(PoolExhaustedException.class);
        assertThatThrownBy(() -> composite.copy()).isInstanceOf(PoolExhaustedException.class);
        assertThat(composite.numComponents()).isEqualTo(5);
        assertThat(composite.readableBytes()).isEqualTo(5 << 20);
        assertThat(allocator.metric().usedDirectMemory()).isEqualTo(used);
        composite.release();
    }

    @Test
    void closedAllocator_refusesAndTakesBack() {
        CenoteByteBufAllocator closing = Kind.builder().build();
        ByteBuf out = closing.directBuffer(100).writeInt(5);
        ByteBuf heap = closing.heapBuffer(100);
        closing.close();
        closing.close();
        assertThatThrownBy(() -> closing.directBuffer(1)).isInstanceOf(PoolClosedException.class);
        assertThatThrownBy(() -> out.capacity(1 << 20)).isInstanceOf(PoolClosedException.class);
        assertThat(out.capacity(10).capacity()).as("shrinking needs no memory").isEqualTo(10);
        assertThat(out.readInt()).isEqualTo(5);
        out.release();
        heap.release();
        assertThat(closing.metric().usedDirectMemory() + closing.metric().usedHeapMemory()).isZero();
    }

    @Test
    void trim_givesIdleMemoryBack() {
        List<ByteBuf> many = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            many.add(allocator.directBuffer(50_000));
            many.add(allocator.heapBuffer(50_000));
        }
        many.forEach(ByteBuf::release);
        allocator.trim();
        assertThat(allocator.stats().bytesCommitted()).isLessThan(100 * 50_000);
        ByteBuf after = allocator.directBuffer(50_000).writeLong(1);
        assertThat(after.readLong()).isEqualTo(1);
        after.release();
    }

    @Test
    void builder_namesWhatIsWrong() {
        assertThatThrownBy(() -> Kind.builder().name(" ").build()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Kind.builder().maximumBytes(1).build()).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("maximumBytes");
        assertThatThrownBy(() -> Kind.builder().name(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> Kind.builder().memory(pool -> pool.largestPooledBytes(1)).build())
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("largestPooledBytes");
        try (CenoteByteBufAllocator one = new CenoteByteBufAllocator()) {
            one.buffer().release();
        }
    }

    @Test
    void leakDetector_guardsWhatItShould() {
        ByteBuf guarded = allocator.directBuffer(10);
        assertThat(guarded).isNotInstanceOf(CenoteByteBuf.class);
        assertThat(guarded.unwrap()).isInstanceOf(CenoteByteBuf.class);
        guarded.release();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        try {
            ByteBuf bare = allocator.directBuffer(10);
            assertThat(bare).isInstanceOf(CenoteByteBuf.class);
            bare.release();
        } finally {
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        }
    }
}
