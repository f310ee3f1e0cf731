package dev.cenote.netty;

import dev.cenote.Backend;
import dev.cenote.SizedPool;
import dev.cenote.SizedPoolBuilder;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Describes a {@link CenoteByteBufAllocator}. Not for several threads at once; may be used for several allocators.
 */
public final class CenoteByteBufAllocatorBuilder {

    private static final long LEAST_BYTES = 64L << 20;

    private String name = "netty";
    private boolean preferDirect = true;
    private boolean freshBuffers;
    private long maximumBytes = Math.max(LEAST_BYTES, Runtime.getRuntime().maxMemory());
    private Backend backend = Backend.AUTO;
    private Consumer<SizedPoolBuilder> memory = pool -> { };

    CenoteByteBufAllocatorBuilder() {
    }

    /**
     * The name of the pool in logs, metrics and exceptions. Default: "netty".
     *
     * @param value the name, not blank
     * @return this
     */
    public CenoteByteBufAllocatorBuilder name(String value) {
        this.name = Objects.requireNonNull(value, "name");
        return this;
    }

    /**
     * Whether {@code buffer()} and {@code compositeBuffer()} give direct buffers. Default: true.
     *
     * @param value false for heap buffers
     * @return this
     */
    public CenoteByteBufAllocatorBuilder preferDirect(boolean value) {
        this.preferDirect = value;
        return this;
    }

    /**
     * The bound of the memory in service for direct buffers. Default: the maximum size of the heap, which is also what the JDK
     * and Netty allow direct memory by default, or 64 MiB if that is more.
     *
     * @param value bytes, as for {@link SizedPoolBuilder#maximumBytes}
     * @return this
     */
    public CenoteByteBufAllocatorBuilder maximumBytes(long value) {
        this.maximumBytes = value;
        return this;
    }

    /**
     * What to run on. Default: {@link Backend#AUTO}, which the property {@code cenote.backend} decides.
     *
     * @param value the backend
     * @return this
     */
    public CenoteByteBufAllocatorBuilder backend(Backend value) {
        this.backend = Objects.requireNonNull(value, "backend");
        return this;
    }

    /**
     * Sets further options of the pool of direct memory: NUMA policy, huge pages, how long idle memory stays, the largest
     * pooled size. For example {@code memory(pool -> pool.retainFor(Duration.ofSeconds(1)))}.
     *
     * @param value is given the pool's builder at each {@link #build()}, after this builder's own options
     * @return this
     */
    public CenoteByteBufAllocatorBuilder memory(Consumer<SizedPoolBuilder> value) {
        this.memory = Objects.requireNonNull(value, "memory");
        return this;
    }

    /**
     * Whether each buffer is a new object instead of one that had owners before. Then a buffer that was released throws
     * {@link io.netty.util.IllegalReferenceCountException} for good, also when its memory has a new owner, and of two threads
     * that race for the last release one gets that exception. For tests and for finding mistakes: makes garbage. Default:
     * false.
     *
     * @param value true for new objects
     * @return this
     */
    public CenoteByteBufAllocatorBuilder freshBuffers(boolean value) {
        this.freshBuffers = value;
        return this;
    }

    boolean preferDirect() {
        return preferDirect;
    }

    boolean freshBuffers() {
        return freshBuffers;
    }

    SizedPool openPool() {
        SizedPoolBuilder pool = SizedPool.builder().name(name).maximumBytes(maximumBytes).backend(backend);
        memory.accept(pool);
        return pool.build();
    }

    /**
     * Opens the allocator.
     *
     * @return an allocator, ready for any thread
     * @throws IllegalArgumentException if an option is out of its range
     * @throws dev.cenote.BackendUnavailableException if the backend that was asked for cannot run here
     */
    public CenoteByteBufAllocator build() {
        return new CenoteByteBufAllocator(this);
    }
}
