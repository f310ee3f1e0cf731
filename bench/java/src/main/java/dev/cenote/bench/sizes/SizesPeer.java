package dev.cenote.bench.sizes;

import dev.cenote.SizedPool;
import java.util.Locale;
import org.lwjgl.system.jemalloc.JEmalloc;
import org.lwjgl.system.libc.LibCStdlib;

/** An allocator of any size by address. */
abstract class SizesPeer {

    /** Which ones there are. */
    enum Kind {
        CENOTE("cenote"), JEMALLOC("lwjgl-jemalloc"), MALLOC("malloc"), FLOOR("floor");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }

        static Kind byLabel(String label) {
            for (Kind kind : values()) {
                if (kind.label.equals(label)) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("no allocator is called " + label);
        }

        SizesPeer open() {
            return switch (this) {
                case CENOTE -> new Cenote();
                case JEMALLOC -> new Jemalloc();
                case MALLOC -> new Malloc();
                case FLOOR -> new Floor();
            };
        }
    }

    abstract long allocate(long bytes);

    abstract void free(long address, long bytes);

    /** {@return false: it gives memory out that is in use, so blocks lose what was written to them} */
    boolean isAllocator() {
        return true;
    }

    /** Numbers of its own at the end, for a person. */
    String told() {
        return "";
    }

    private static final class Cenote extends SizesPeer {
        private final SizedPool pool = SizedPool.builder().name("bench").maximumBytes(4L << 30).build();

        @Override
        long allocate(long bytes) {
            return pool.allocate(bytes);
        }

        @Override
        void free(long address, long bytes) {
            pool.free(address, bytes);
        }

        @Override
        String told() {
            var stats = pool.stats();
            return String.format(Locale.ROOT, "waste %.3f, committed %d KiB, in use %d KiB", stats.wasteMean(),
                stats.bytesCommitted() >> 10, stats.bytesInUse() >> 10);
        }
    }

    /** jemalloc as LWJGL binds it: through JNI, with jemalloc's own thread caches. */
    private static final class Jemalloc extends SizesPeer {
        @Override
        long allocate(long bytes) {
            return JEmalloc.nje_malloc(bytes);
        }

        @Override
        void free(long address, long bytes) {
            JEmalloc.nje_free(address);
        }
    }

    /** The C library's, through LWJGL's JNI. */
    private static final class Malloc extends SizesPeer {
        @Override
        long allocate(long bytes) {
            return LibCStdlib.nmalloc(bytes);
        }

        @Override
        void free(long address, long bytes) {
            LibCStdlib.nfree(address);
        }
    }

    /**
     * No allocator: each thread walks round a ring of memory that lies in its cache. What is left is the driver's own time,
     * which no allocator can go below.
     */
    private static final class Floor extends SizesPeer {
        private static final int RING_BYTES = 256 << 10;
        private static final int PAD_LOG = 4;
        private static final int THREADS = 16;

        private final long base = LibCStdlib.nmalloc((long) THREADS * RING_BYTES);
        private final long[] next = new long[THREADS << PAD_LOG];

        @Override
        @SuppressWarnings("deprecation") /* threadId() came with 19 */
        long allocate(long bytes) {
            int thread = (int) Thread.currentThread().getId() & THREADS - 1;
            long at = next[thread << PAD_LOG];
            next[thread << PAD_LOG] = at + 64;
            return base + (long) thread * RING_BYTES + (at & RING_BYTES - 64);
        }

        @Override
        void free(long address, long bytes) {
            /* the ring comes round */
        }

        @Override
        boolean isAllocator() {
            return false;
        }
    }
}
