package dev.cenote.netty;

import java.lang.ref.SoftReference;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Arrays for heap buffers, kept for the next buffer of their size class: what a pooled array saves is its zeroing.
 * <p>Threads are spread over a few stripes, each under a lock of its own. A stripe keeps a bounded number of bytes, behind a
 * soft reference: the collector takes them all before the heap runs out, and after a while without use.
 * <p>Size classes are four to a doubling, from 64 bytes; an array above {@link #LARGEST_BYTES} is not kept.
 */
final class HeapArrays {

    private static final int SMALLEST_BYTES = 64;
    static final int LARGEST_BYTES = 4 << 20;
    static final long STRIPE_BYTES_MAX = 8L << 20;
    private static final int CLASSES = classOf(LARGEST_BYTES) + 1;

    private final CenoteByteBufAllocator allocator;
    private final boolean fresh;
    private final Stripe[] stripes;

    /** What waits in one stripe, by class. */
    private static final class Kept {
        final ArrayDeque<CenoteHeapByteBuf>[] classes = newClasses();
        long bytes;

        @SuppressWarnings({"unchecked", "rawtypes"})
        private static ArrayDeque<CenoteHeapByteBuf>[] newClasses() {
            ArrayDeque<CenoteHeapByteBuf>[] made = new ArrayDeque[CLASSES];
            for (int i = 0; i < made.length; i++) {
                made[i] = new ArrayDeque<>(4);
            }
            return made;
        }
    }

    /** One lock's worth; everything in it under that lock. */
    private static final class Stripe {
        private SoftReference<Kept> kept = new SoftReference<>(new Kept());
        /** Bytes taken here less bytes given back here: may be negative; the sum over all stripes is exact. */
        private long outside;

        synchronized @Nullable CenoteHeapByteBuf take(int arrayClass, int bytes) {
            outside += bytes;
            Kept now = kept.get();
            CenoteHeapByteBuf found = now == null || arrayClass >= CLASSES ? null : now.classes[arrayClass].pollLast();
            if (found != null) {
                now.bytes -= bytes;
            }
            return found;
        }

        synchronized void give(@Nullable CenoteHeapByteBuf buffer, int bytes) {
            outside -= bytes;
            if (buffer == null || bytes > LARGEST_BYTES) {
                return;
            }
            Kept now = kept.get();
            if (now == null) {
                now = new Kept();
                kept = new SoftReference<>(now);
            }
            if (now.bytes + bytes <= STRIPE_BYTES_MAX) {
                now.bytes += bytes;
                now.classes[classOf(bytes)].addLast(buffer);
            }
        }

        synchronized long outside() {
            return outside;
        }

        synchronized long trim() {
            Kept now = kept.get();
            kept = new SoftReference<>(new Kept());
            return now == null ? 0 : now.bytes;
        }
    }

    HeapArrays(CenoteByteBufAllocator allocator, boolean fresh) {
        this.allocator = allocator;
        this.fresh = fresh;
        this.stripes = new Stripe[Integer.highestOneBit(Math.max(1, Runtime.getRuntime().availableProcessors())) * 2];
        for (int i = 0; i < stripes.length; i++) {
            stripes[i] = new Stripe();
        }
    }

    /** The class whose arrays hold so many bytes. */
    static int classOf(int bytes) {
        if (bytes <= SMALLEST_BYTES) {
            return 0;
        }
        int doubling = 31 - Integer.numberOfLeadingZeros(bytes - 1); /* 2^doubling < bytes <= 2^(doubling + 1) */
        int quarter = (bytes - 1 - (1 << doubling)) >>> (doubling - 2);
        return (doubling - 6) * 4 + quarter + 1;
    }

    /** The length of a class's arrays. */
    static int bytesOf(int arrayClass) {
        if (arrayClass == 0) {
            return SMALLEST_BYTES;
        }
        int doubling = 6 + (arrayClass - 1) / 4;
        return (1 << doubling) + (((arrayClass - 1) % 4 + 1) << (doubling - 2));
    }

    /** The length of the array that a buffer of so many bytes gets. */
    int classBytes(int bytes) {
        return bytes > LARGEST_BYTES ? bytes : bytesOf(classOf(bytes));
    }

    private Stripe stripe() {
        return stripes[System.identityHashCode(Thread.currentThread()) & (stripes.length - 1)];
    }

    /** A buffer that nobody else has; its life has not begun. */
    CenoteHeapByteBuf take(int bytes) {
        int arrayBytes = classBytes(bytes);
        Stripe stripe = stripe();
        CenoteHeapByteBuf found = stripe.take(arrayBytes > LARGEST_BYTES ? CLASSES : classOf(arrayBytes), arrayBytes);
        if (found != null) {
            return found;
        }
        try {
            return new CenoteHeapByteBuf(allocator, new byte[arrayBytes]);
        } catch (OutOfMemoryError e) {
            stripe.give(null, arrayBytes);
            throw e;
        }
    }

    /** Takes back a buffer whose life has ended. */
    void give(CenoteHeapByteBuf buffer) {
        stripe().give(fresh ? null : buffer, buffer.room());
    }

    /** {@return bytes of the arrays of live buffers} */
    long usedBytes() {
        long sum = 0;
        for (Stripe stripe : stripes) {
            sum += stripe.outside();
        }
        return sum;
    }

    /** Lets go of all that waits. */
    long trim() {
        long sum = 0;
        for (Stripe stripe : stripes) {
            sum += stripe.trim();
        }
        return sum;
    }
}
