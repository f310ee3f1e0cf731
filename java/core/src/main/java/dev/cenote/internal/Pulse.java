package dev.cenote.internal;

/**
 * Tells a thread in the background that somebody uses a pool, so that the thread need not follow its weak reference to find out.
 * <p>Whoever follows a weak reference makes the object reachable for that moment, and a collector that marks while the program runs (ZGC,
 * Shenandoah, G1 for what is old) then keeps it for another cycle. A pool that was forgotten, and is looked at more often than a
 * cycle lasts, would be kept for ever. So a pool that nobody uses is looked at seldom, and this object, which refers to nothing, says
 * when that is over.
 * <p>{@link #beat} is for any thread, wait-free: a load, and a store at most once between two rounds. The rest is the background
 * thread's.
 */
public final class Pulse {

    /** After a beat: what its caller went on to do is seen by one of so many looks. */
    static final int LOOKS = 10;

    private volatile boolean beating = true;
    private int looksLeft;
    /** At the last look nothing was left to do until somebody uses the pool again. */
    private boolean rests;

    /** A new one, of a pool that is looked at. */
    public Pulse() {
        /* nothing to keep */
    }

    /** Somebody uses the pool in a way that may have to be followed up. Called on slow paths. */
    public void beat() {
        if (!beating) {
            beating = true;
        }
    }

    /**
     * {@return whether to look at the pool in this round}
     *
     * @param seldom it is a round in which pools at rest are looked at, too
     */
    public boolean isDue(boolean seldom) {
        if (beating) {
            beating = false; /* before the look: what is done from now on leads to another one */
            looksLeft = LOOKS;
        }
        return looksLeft > 0 || !rests || seldom;
    }

    /**
     * The pool was looked at.
     *
     * @param nothingLeft nobody has used it for long, and whatever follows from that was done
     */
    public void looked(boolean nothingLeft) {
        rests = nothingLeft;
        looksLeft -= looksLeft > 0 ? 1 : 0;
    }
}
