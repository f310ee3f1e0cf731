package dev.cenote.bench.harness;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.lwjgl.system.APIUtil;
import org.lwjgl.system.JNI;
import org.lwjgl.system.MemoryUtil;
import org.lwjgl.system.SharedLibrary;

/** Binds the calling thread to one processor, by {@code sched_setaffinity} of the C library. */
final class Affinity {

    private static final int MASK_BYTES = 128;   // cpu_set_t

    private Affinity() {
    }

    /** True if the thread now runs on that processor only. */
    static boolean pin(int processor) {
        SharedLibrary libc = APIUtil.apiCreateLibrary("libc.so.6");
        long function = APIUtil.apiGetFunctionAddress(libc, "sched_setaffinity");
        ByteBuffer mask = MemoryUtil.memCalloc(MASK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try {
            mask.put(processor / 8, (byte) (1 << processor % 8));
            return JNI.invokePPI(0, (long) MASK_BYTES, MemoryUtil.memAddress(mask), function) == 0;
        } finally {
            MemoryUtil.memFree(mask);
        }
    }
}
