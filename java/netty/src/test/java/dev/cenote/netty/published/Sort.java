package dev.cenote.netty.published;

import dev.cenote.Backend;
import dev.cenote.netty.CenoteByteBufAllocator;
import dev.cenote.netty.CenoteByteBufAllocatorBuilder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * The ways in which a buffer of ours can have come to its capacity; each must pass Netty's published suite.
 */
enum Sort {
    DIRECT, DIRECT_WATCHED, DIRECT_FRESH,
    /** Grown from one byte: it has moved from block to block. */
    DIRECT_GROWN,
    /** Shrunk from a larger block, to a smaller one where there is one. */
    DIRECT_SHRUNK,
    /** One byte below the end of its size class, grown within the block. */
    DIRECT_IN_PLACE,
    HEAP, HEAP_GROWN;

    private static final CenoteByteBufAllocator POOLED = builder().name("published").build();
    private static final CenoteByteBufAllocator FRESH = builder().name("published fresh").freshBuffers(true).build();

    static CenoteByteBufAllocatorBuilder builder() {
        return CenoteByteBufAllocator.builder()
            .backend(Backend.valueOf(System.getProperty("cenote.test.backend", "jni").toUpperCase(Locale.ROOT)));
    }

    /** {@return a buffer of this sort: capacity and limit as given, indices 0, one reference} */
    ByteBuf buffer(int capacity, int maxCapacity) {
        return guarded(() -> make(capacity, maxCapacity));
    }

    /** {@return an empty composite, whose own components are of this sort's memory} */
    CompositeByteBuf composite(int maxNumComponents) {
        return guarded(() -> name().startsWith("HEAP")
            ? POOLED.compositeHeapBuffer(maxNumComponents) : POOLED.compositeDirectBuffer(maxNumComponents));
    }

    /** With or without the leak detector's wrapper around what is made. */
    private <T> T guarded(Supplier<T> make) {
        ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(
            name().endsWith("WATCHED") ? ResourceLeakDetector.Level.PARANOID : ResourceLeakDetector.Level.DISABLED);
        try {
            return make.get();
        } finally {
            ResourceLeakDetector.setLevel(level);
        }
    }

    private ByteBuf make(int capacity, int maxCapacity) {
        return switch (this) {
            case DIRECT, DIRECT_WATCHED -> POOLED.directBuffer(capacity, maxCapacity);
            case DIRECT_FRESH -> FRESH.directBuffer(capacity, maxCapacity);
            case DIRECT_GROWN -> POOLED.directBuffer(Math.min(1, maxCapacity), maxCapacity).capacity(capacity);
            case DIRECT_SHRUNK -> POOLED.directBuffer(larger(capacity, maxCapacity), maxCapacity).capacity(capacity);
            case DIRECT_IN_PLACE -> POOLED.directBuffer(Math.max(capacity - 1, 0), maxCapacity).capacity(capacity);
            case HEAP -> POOLED.heapBuffer(capacity, maxCapacity);
            case HEAP_GROWN -> POOLED.heapBuffer(Math.min(1, maxCapacity), maxCapacity).capacity(capacity);
        };
    }

    private static int larger(int capacity, int maxCapacity) {
        return (int) Math.min(maxCapacity, 4L * capacity + 1);
    }

    /** {@return whether Netty's own composites of several parts take text here, see the one caller} */
    static boolean takesText() {
        ByteBuf buffer = new UnpooledByteBufAllocator(true, true).directBuffer(1);
        buffer.release();
        return !System.getProperty("cenote.test.netty", "").equals("4.1") || buffer.getClass().getSimpleName().contains("Unsafe");
    }

    /** Bytes that live buffers of all sorts take. */
    static long usedBytes() {
        long bytes = 0;
        for (CenoteByteBufAllocator allocator : new CenoteByteBufAllocator[] {POOLED, FRESH}) {
            bytes += allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory();
        }
        return bytes;
    }
}
