package dev.cenote.bench.peer;

/** A peer whose blocks are objects: buffers, segments, pooled entries. */
public abstract class ObjectPeer<T> extends Peer {

    private Object[] held = new Object[0];

    protected ObjectPeer(int bytes) {
        super(bytes);
    }

    protected abstract T get();

    /** Writes one byte into the first and one into the last line. */
    protected abstract void touch(T block);

    protected abstract void put(T block);

    @Override
    public final void cycle() {
        T block = get();
        touch(block);
        put(block);
    }

    @Override
    public void batch(int[] order) {
        Object[] blocks = held;
        for (int i = 0; i < order.length; i++) {
            T block = get();
            touch(block);
            blocks[i] = block;
        }
        for (int index : order) {
            put(cast(blocks[index]));
        }
    }

    @Override
    public final void hold(int index) {
        T block = get();
        touch(block);
        held[index] = block;
    }

    @Override
    public final void reserve(int count) {
        held = new Object[count];
    }

    @Override
    public final Ring newRing(int slots) {
        return new Ring.OfObjects(slots);
    }

    @Override
    public final void produce(Ring ring, int count) {
        Ring.OfObjects objects = (Ring.OfObjects) ring;
        for (int i = 0; i < count; i++) {
            T block = get();
            touch(block);
            while (!objects.offer(block)) {
                Ring.pause();
            }
        }
    }

    @Override
    public final boolean consume(Ring ring) {
        Object block = ((Ring.OfObjects) ring).poll();
        if (block == null) {
            return false;
        }
        put(cast(block));
        return true;
    }

    @SuppressWarnings("unchecked")   // only what get() returned is ever held or sent
    private T cast(Object block) {
        return (T) block;
    }
}
