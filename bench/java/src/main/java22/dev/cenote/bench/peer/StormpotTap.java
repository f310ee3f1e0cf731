package dev.cenote.bench.peer;

/** Stormpot 4's single-threaded tap: its explicit per-thread handle. */
final class StormpotTap extends StormpotPool {

    StormpotTap(int bytes) {
        super(bytes);
    }

    private StormpotTap(StormpotPool shared) {
        super(shared.bytes(), shared.pool(), shared.pool().getSingleThreadedTap());
    }

    @Override
    public Peer forThread() {
        return new StormpotTap(this);
    }
}
