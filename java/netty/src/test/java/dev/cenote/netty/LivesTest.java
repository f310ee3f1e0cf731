package dev.cenote.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ResourceLeakDetector;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The many lives of one buffer object: reuse without garbage, moves between blocks, former owners, many threads.
 */
class LivesTest {

    private CenoteByteBufAllocator allocator;

    @BeforeEach
    void open() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED); /* the objects themselves */
        allocator = Kind.builder().name("lives").build();
    }

    @AfterEach
    void close() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        assertThat(allocator.metric().usedDirectMemory()).isZero();
        assertThat(allocator.metric().usedHeapMemory()).isZero();
        allocator.close();
    }

    @Test
    void oneObject_servesItsBlockAgainAndAgain() {
        ByteBuf first = allocator.directBuffer(1000);
        first.release();
        ByteBuf second = allocator.directBuffer(970, 5000);
        assertThat(second).isSameAs(first);
        assertThat(second.capacity()).isEqualTo(970);
        assertThat(second.maxCapacity()).isEqualTo(5000);
        assertThat(second.refCnt()).isEqualTo(1);
        second.release();
        ByteBuf heap = allocator.heapBuffer(1000);
        heap.release();
        ByteBuf again = allocator.heapBuffer(1000);
        assertThat(again).isSameAs(heap);
        again.release();
    }

    @Test
    void formerOwner_isRefusedUntilTheNextLife_orForGood() {
        ByteBuf stale = allocator.directBuffer(64);
        stale.release();
        assertThatThrownBy(stale::release).isInstanceOf(IllegalReferenceCountException.class);
        assertThatThrownBy(() -> stale.setByte(0, 1)).isInstanceOf(IllegalReferenceCountException.class);
        try (CenoteByteBufAllocator fresh = Kind.builder().freshBuffers(true).build()) {
            ByteBuf former = fresh.directBuffer(64);
            ByteBuf formerHeap = fresh.heapBuffer(64);
            former.release();
            formerHeap.release();
            ByteBuf present = fresh.directBuffer(64);
            ByteBuf presentHeap = fresh.heapBuffer(64);
            assertThatThrownBy(former::release).isInstanceOf(IllegalReferenceCountException.class);
            assertThatThrownBy(() -> former.getByte(0)).isInstanceOf(IllegalReferenceCountException.class);
            assertThatThrownBy(formerHeap::retain).isInstanceOf(IllegalReferenceCountException.class);
            assertThat(present.refCnt()).isEqualTo(1);
            present.capacity(10_000).capacity(20);
            present.release();
            presentHeap.release();
            assertThat(fresh.metric().usedDirectMemory()).isZero();
        }
    }

    @Test
    void cycles_makeNoGarbage() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Runnable step = () -> {
            ByteBuf small = allocator.directBuffer(256);
            small.writeLong(1).readLong();
            small.internalNioBuffer(0, 8).getLong(0);
            ByteBuf large = allocator.directBuffer(65_536, 65_536);
            large.setLong(0, 1).setBytes(8, small, 0, 8);
            ByteBuf heap = allocator.heapBuffer(1000);
            heap.writeInt(1);
            heap.release();
            small.retain().release();
            small.release();
            large.release();
        };
        for (int i = 0; i < 30_000; i++) {
            step.run();
        }
        long least = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 5 && least > 0; attempt++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 50_000; i++) {
                step.run();
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).as("bytes of 50000 times three buffers").isLessThan(1000);
    }

    @Test
    void moves_keepObjectsAndBlocksInPairs() {
        Random random = new Random(5);
        List<ByteBuf> live = new ArrayList<>();
        Map<ByteBuf, Integer> marks = new IdentityHashMap<>();
        for (int i = 0; i < 20_000; i++) {
            if (live.size() < 30 || random.nextBoolean()) {
                ByteBuf made = allocator.directBuffer(4 + random.nextInt(3000));
                assertThat(marks.put(made, i)).as("an object that is live was handed out again").isNull();
                made.setInt(0, i);
                live.add(made);
            } else {
                ByteBuf any = live.get(random.nextInt(live.size()));
                any.capacity(4 + random.nextInt(9000));
                assertThat(any.getInt(0)).isEqualTo(marks.get(any));
            }
            if (live.size() > 60) {
                ByteBuf gone = live.remove(random.nextInt(live.size()));
                assertThat(gone.getInt(0)).isEqualTo(marks.remove(gone));
                gone.release();
            }
        }
        Set<Long> addresses = new HashSet<>();
        for (ByteBuf buffer : live) {
            assertThat(buffer.getInt(0)).isEqualTo(marks.get(buffer));
            assertThat(!buffer.hasMemoryAddress() || addresses.add(buffer.memoryAddress())).isTrue();
            buffer.release();
        }
    }

    @Test
    void viewOfAFormerBlock_showsNoOtherOwnersBytes_afterAMove() {
        ByteBuf buffer = allocator.directBuffer(100).writeInt(7);
        java.nio.ByteBuffer former = buffer.internalNioBuffer(0, 4);
        buffer.capacity(50_000);
        java.nio.ByteBuffer present = buffer.internalNioBuffer(0, 4);
        assertThat(present).isNotSameAs(former);
        assertThat(present.getInt(0)).isEqualTo(7);
        buffer.release();
    }

    @Test
    void buffers_wanderBetweenThreads() throws InterruptedException {
        int count = 50_000;
        ArrayBlockingQueue<ByteBuf> queue = new ArrayBlockingQueue<>(256);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread taker = new Thread(() -> {
            try {
                for (int i = 0; i < count; i++) {
                    ByteBuf buffer = queue.take();
                    if (buffer.readInt() != i || buffer.readLong() != ~(long) i || buffer.capacity() < 12) {
                        throw new AssertionError("content of buffer " + i + " changed on the way: " + buffer);
                    }
                    if (!buffer.release()) {
                        throw new AssertionError("the last reference of buffer " + i + " was not the last");
                    }
                }
            } catch (Throwable e) {
                failure.set(e);
            }
        }, "taker");
        taker.start();
        Random random = new Random(3);
        for (int i = 0; i < count && failure.get() == null; i++) {
            ByteBuf buffer = i % 5 == 0 ? allocator.heapBuffer(4) : allocator.directBuffer(12 + random.nextInt(4000));
            buffer.writeInt(i).writeLong(~(long) i);
            if (i % 7 == 0) {
                buffer.retain().release();
            }
            queue.put(buffer);
        }
        taker.join();
        assertThat(failure.get()).isNull();
    }

    @Test
    void threadsThatDie_loseNothing() throws InterruptedException {
        for (int i = 0; i < 50; i++) {
            List<ByteBuf> out = new ArrayList<>();
            Thread thread = new Thread(() -> {
                for (int j = 0; j < 20; j++) {
                    ByteBuf buffer = allocator.directBuffer(500).writeInt(j);
                    if (j % 2 == 0) {
                        out.add(buffer);
                    } else {
                        buffer.release();
                    }
                }
            });
            thread.start();
            thread.join();
            for (ByteBuf buffer : out) {
                assertThat(buffer.readInt()).isEven();
                buffer.release();
            }
        }
    }

    @Test
    void randomWork_inManyThreads_keepsContent() throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread[] threads = new Thread[4];
        for (int t = 0; t < threads.length; t++) {
            long seed = 100 + t;
            threads[t] = new Thread(() -> {
                try {
                    work(new Random(seed), (byte) seed);
                } catch (Throwable e) {
                    failure.set(new AssertionError("seed " + seed, e));
                }
            });
            threads[t].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failure.get()).isNull();
    }

    private void work(Random random, byte mark) {
        List<ByteBuf> live = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            int size = 1 + random.nextInt(random.nextInt(20) == 0 ? 200_000 : 2000);
            ByteBuf made = random.nextInt(4) == 0 ? allocator.heapBuffer(size) : allocator.directBuffer(size);
            made.setByte(0, mark).setByte(size - 1, mark);
            live.add(made);
            ByteBuf any = live.get(random.nextInt(live.size()));
            if (any.getByte(0) != mark || any.getByte(any.capacity() - 1) != mark) {
                throw new AssertionError("somebody else wrote into " + any);
            }
            if (random.nextInt(5) == 0) {
                any.capacity(1 + random.nextInt(5000));
                any.setByte(any.capacity() - 1, mark);
            }
            if (live.size() > 50) {
                live.remove(random.nextInt(live.size())).release();
            }
        }
        live.forEach(ByteBuf::release);
    }
}
