package dev.cenote.bench.peer;

import org.lwjgl.system.MemoryUtil;

/** A peer whose blocks are bare addresses; LWJGL's {@code MemoryUtil} writes to them. */
public abstract class AddressPeer extends Peer {

    private long[] held = new long[0];

    protected AddressPeer(int bytes) {
        super(bytes);
    }

    protected abstract long get();

    protected abstract void put(long address);

    private void touch(long address) {
        MemoryUtil.memPutByte(address, (byte) 1);
        MemoryUtil.memPutByte(address + bytes() - 1, (byte) 1);
    }

    @Override
    public final void cycle() {
        long address = get();
        touch(address);
        put(address);
    }

    @Override
    public void batch(int[] order) {
        long[] addresses = held;
        for (int i = 0; i < order.length; i++) {
            long address = get();
            touch(address);
            addresses[i] = address;
        }
        for (int index : order) {
            put(addresses[index]);
        }
    }

    @Override
    public final void hold(int index) {
        long address = get();
        touch(address);
        held[index] = address;
    }

    @Override
    public final void reserve(int count) {
        held = new long[count];
    }

    @Override
    public final Ring newRing(int slots) {
        return new Ring.OfLongs(slots);
    }

    @Override
    public final void produce(Ring ring, int count) {
        Ring.OfLongs longs = (Ring.OfLongs) ring;
        for (int i = 0; i < count; i++) {
            long address = get();
            touch(address);
            while (!longs.offer(address)) {
                Ring.pause();
            }
        }
    }

    @Override
    public final boolean consume(Ring ring) {
        long address = ((Ring.OfLongs) ring).poll();
        if (address == 0) {
            return false;
        }
        put(address);
        return true;
    }
}
