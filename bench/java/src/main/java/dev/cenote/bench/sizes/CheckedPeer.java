package dev.cenote.bench.sizes;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import org.lwjgl.system.MemoryUtil;

/**
 * Watches another allocator: no block overlaps one that is out, every block keeps what was written to its ends. Slow.
 */
final class CheckedPeer extends SizesPeer {

    private final SizesPeer peer;
    private final ConcurrentSkipListMap<Long, Long> out = new ConcurrentSkipListMap<>();
    private final LongAdder checked = new LongAdder();

    CheckedPeer(SizesPeer peer) {
        this.peer = peer;
    }

    @Override
    long allocate(long bytes) {
        long address = peer.allocate(bytes);
        if (address == 0 || (address & 15) != 0 && bytes >= 16) {
            throw new IllegalStateException("address 0x" + Long.toHexString(address) + " for " + bytes + " bytes");
        }
        if (out.putIfAbsent(address, bytes) != null) {
            throw new IllegalStateException("OVERLAP: 0x" + Long.toHexString(address) + " is out twice");
        }
        Map.Entry<Long, Long> below = out.lowerEntry(address);
        Map.Entry<Long, Long> above = out.higherEntry(address);
        if (below != null && below.getKey() + below.getValue() > address || above != null && address + bytes > above.getKey()) {
            throw new IllegalStateException("OVERLAP: 0x" + Long.toHexString(address) + ", " + bytes + " bytes, with " + below
                + " or " + above);
        }
        MemoryUtil.memPutByte(address + bytes - 1, tag(address, bytes));
        checked.increment();
        return address;
    }

    private static byte tag(long address, long bytes) {
        return (byte) (address >>> 4 ^ bytes);
    }

    @Override
    void free(long address, long bytes) {
        if (bytes > Long.BYTES && MemoryUtil.memGetByte(address + bytes - 1) != tag(address, bytes)) {
            throw new IllegalStateException("OVERLAP: the end of 0x" + Long.toHexString(address) + " was written by another");
        }
        Long was = out.remove(address);
        if (was == null || was != bytes) {
            throw new IllegalStateException("0x" + Long.toHexString(address) + " was not out with " + bytes + " bytes");
        }
        peer.free(address, bytes);
    }

    @Override
    String told() {
        return checked.sum() + " blocks checked; " + peer.told();
    }
}
