package dev.cenote.netty;

import dev.cenote.Backend;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.Locale;

/**
 * The kinds of buffers that every test of the contract runs on: ours, and Netty's own as the judge of the tests. A test that
 * fails on Netty's buffers is a wrong test.
 */
enum Kind {
    DIRECT, DIRECT_WATCHED, DIRECT_FRESH, HEAP, HEAP_WATCHED, COMPOSITE,
    NETTY_DIRECT, NETTY_HEAP, NETTY_POOLED_DIRECT, NETTY_POOLED_HEAP, NETTY_COMPOSITE;

    /** The backend this run is about: {@code -Dcenote.test.backend=jni|java}. */
    static final Backend BACKEND =
        Backend.valueOf(System.getProperty("cenote.test.backend", "jni").toUpperCase(Locale.ROOT));

    private static final CenoteByteBufAllocator OURS = builder().name("contract").build();
    private static final CenoteByteBufAllocator FRESH = builder().name("fresh").freshBuffers(true).build();
    private static final UnpooledByteBufAllocator UNPOOLED = new UnpooledByteBufAllocator(true);
    private static final PooledByteBufAllocator POOLED = new PooledByteBufAllocator(true);

    /** Denied Unsafe, Netty's own direct buffers check less and cannot read into composites: no judge in these points. */
    private static final boolean NETTY_HAS_UNSAFE = hasUnsafe();

    private static boolean hasUnsafe() {
        ByteBuf buffer = new UnpooledByteBufAllocator(true, true).directBuffer(1);
        buffer.release();
        return buffer.getClass().getSimpleName().contains("Unsafe");
    }

    static CenoteByteBufAllocatorBuilder builder() {
        return CenoteByteBufAllocator.builder().backend(BACKEND);
    }

    static boolean hasAddresses() {
        return BACKEND != Backend.JAVA || Runtime.version().feature() >= 22;
    }

    boolean isOurs() {
        return this.ordinal() < NETTY_DIRECT.ordinal();
    }

    /** Whether Netty's buffers of this kind keep to the contract here; ours have to. */
    boolean isStrict() {
        return isOurs() || NETTY_HAS_UNSAFE;
    }

    /** Denied Unsafe, Netty 4.1 cannot write text into composites of several parts, whoever made the parts. */
    boolean takesText() {
        return !isComposite() || NETTY_HAS_UNSAFE;
    }

    boolean isDirect() {
        return name().contains("DIRECT");
    }

    boolean isComposite() {
        return name().contains("COMPOSITE");
    }

    ByteBufAllocator allocator() {
        return switch (this) {
            case DIRECT, DIRECT_WATCHED, HEAP, HEAP_WATCHED, COMPOSITE -> OURS;
            case DIRECT_FRESH -> FRESH;
            case NETTY_DIRECT, NETTY_HEAP, NETTY_COMPOSITE -> UNPOOLED;
            case NETTY_POOLED_DIRECT, NETTY_POOLED_HEAP -> POOLED;
        };
    }

    ByteBuf buffer(int capacity) {
        return buffer(capacity, Integer.MAX_VALUE);
    }

    /** A new buffer; composites have no limit of their own and consist of several parts. */
    ByteBuf buffer(int capacity, int maxCapacity) {
        if (name().endsWith("WATCHED")) {
            return make(capacity, maxCapacity);
        }
        ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED); /* the object itself, without a guard around it */
        try {
            return make(capacity, maxCapacity);
        } finally {
            ResourceLeakDetector.setLevel(level);
        }
    }

    private ByteBuf make(int capacity, int maxCapacity) {
        if (!isComposite()) {
            return isDirect() ? allocator().directBuffer(capacity, maxCapacity) : allocator().heapBuffer(capacity, maxCapacity);
        }
        CompositeByteBuf made = allocator().compositeBuffer(64);
        int part = Math.max(1, capacity / 5);
        for (int left = capacity; left > 0; left -= part) {
            int bytes = Math.min(part, left);
            made.addComponent(allocator().directBuffer(bytes, bytes).setIndex(0, bytes));
        }
        return made;
    }

    /** Bytes that live buffers of our allocators take. */
    static long usedByOurs() {
        return OURS.metric().usedDirectMemory() + OURS.metric().usedHeapMemory() + FRESH.metric().usedDirectMemory()
            + FRESH.metric().usedHeapMemory();
    }
}
