package dev.cenote.bench.harness;

import dev.cenote.Backend;
import dev.cenote.BlockPool;
import dev.cenote.HugePages;
import org.lwjgl.system.MemoryUtil;
import org.lwjgl.system.libc.LibCStdlib;

/**
 * Makes a virtual machine's host hand over memory before a measurement that is about the guest's kernel. A host that gives its guests
 * memory only when they touch it, and takes back what they free (virtio-balloon's free page reporting, after two seconds), adds
 * milliseconds to each 2 MiB that any allocator gets from the kernel. On a machine of one's own this changes nothing.
 */
final class BackedMemory {

    private static final int PAGE = 4096;

    private BackedMemory() {
    }

    /** Takes so many bytes from the kernel in small pages and in huge ones, touches all, and gives them back: the kernel's next ones are these. */
    static void prepare(long bytes) {
        long address = LibCStdlib.nmalloc(bytes); /* a mapping of its own: so large a piece never comes from malloc's heap */
        if (address == MemoryUtil.NULL) {
            throw new IllegalStateException("no " + bytes + " bytes to prepare; the machine has too little memory for this benchmark");
        }
        for (long at = 0; at < bytes; at += PAGE) {
            MemoryUtil.memPutByte(address + at, (byte) 1);
        }
        LibCStdlib.nfree(address);
        BlockPool.builder().name("backed").backend(Backend.JNI).blockBytes(PAGE).hugePages(HugePages.ADVISE).prefault(true)
            .initialBytes(bytes).maximumBytes(bytes).build().close();
    }
}
