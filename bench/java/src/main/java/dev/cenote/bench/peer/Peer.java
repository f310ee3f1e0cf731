package dev.cenote.bench.peer;

/**
 * One way to get off-heap memory, and the loops that every way is measured with.
 *
 * <p>A measured JVM loads exactly one concrete subclass, so the JIT binds {@code get}, {@code touch} and {@code put}
 * without a virtual call, and every peer pays for the same loop. The loops stand twice, in {@link ObjectPeer} and
 * {@link AddressPeer}, because a shared one would have to box addresses.
 */
public abstract class Peer implements AutoCloseable {

    /** Blocks a pool with a fixed number of entries is given; more than any loop here holds at once. */
    public static final int ENTRIES = 1024;

    private final int bytes;

    protected Peer(int bytes) {
        this.bytes = bytes;
    }

    /** Size of the blocks. */
    public final int bytes() {
        return bytes;
    }

    /**
     * The same pool as the calling thread is to use it. Peers with an explicit per-thread handle make one here;
     * the others have nothing to do.
     */
    public Peer forThread() {
        return this;
    }

    /** Takes a block, writes its first and its last line, gives it back. */
    public abstract void cycle();

    /** Takes {@code order.length} blocks, writes each, gives them back in that order. */
    public abstract void batch(int[] order);

    /** Takes a block, writes its first and its last line, keeps it at {@code index} of the held ones. */
    public abstract void hold(int index);

    /** Room for {@code count} held blocks. */
    public abstract void reserve(int count);

    /** A ring that carries this peer's blocks from one thread to another. */
    public abstract Ring newRing(int slots);

    /** Takes and writes {@code count} blocks and sends them through the ring. */
    public abstract void produce(Ring ring, int count);

    /** Gives back one block from the ring; false if there was none. */
    public abstract boolean consume(Ring ring);

    @Override
    public void close() {
    }
}
