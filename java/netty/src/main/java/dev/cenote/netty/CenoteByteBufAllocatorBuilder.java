package dev.cenote.netty;

import dev.cenote.Backend;
import dev.cenote.NumaPolicy;
import java.util.Objects;

/**
 * Describes a {@link CenoteByteBufAllocator}. Not for several threads at once; may be used for several allocators.
 */
public final class CenoteByteBufAllocatorBuilder {

    private String name = "netty";
    private boolean preferDirect = true;
    private boolean freshBuffers;
    private long maximumBytes = 1L << 30;
    private NumaPolicy numaPolicy = NumaPolicy.local();
    private Backend backend = Backend.AUTO;

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
     * The bound of all direct buffers together. Default: 1 GiB.
     *
     * @param value bytes, as for {@link dev.cenote.BlockPoolBuilder#maximumBytes}
     * @return this
     */
    public CenoteByteBufAllocatorBuilder maximumBytes(long value) {
        this.maximumBytes = value;
        return this;
    }

    /**
     * Where memory lies on a machine with several NUMA nodes. Default: {@link NumaPolicy#local()}.
     *
     * @param value the policy
     * @return this
     */
    public CenoteByteBufAllocatorBuilder numaPolicy(NumaPolicy value) {
        this.numaPolicy = Objects.requireNonNull(value, "numaPolicy");
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

    String name() {
        return name;
    }

    boolean preferDirect() {
        return preferDirect;
    }

    boolean freshBuffers() {
        return freshBuffers;
    }

    long maximumBytes() {
        return maximumBytes;
    }

    NumaPolicy numaPolicy() {
        return numaPolicy;
    }

    Backend backend() {
        return backend;
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
