package dev.cenote;

import dev.cenote.internal.Backoff;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Keeps the line pair before a thread's hot fields free of other objects.
 */
@SuppressWarnings("unused")
abstract class LocalBlockPoolPad {
    private long p00, p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11, p12, p13, p14, p15;
    private int filler; /* takes the place behind a 12-byte header, which a hot field would else be moved to */
}

/**
 * The hot fields of {@link LocalBlockPool}, between the paddings; a test checks the layout.
 */
abstract class LocalBlockPoolFields extends LocalBlockPoolPad {

    static final VarHandle TOP;
    static final VarHandle NEAR_FREE;
    static final VarHandle LEAST;
    static final VarHandle LIMIT;
    static final VarHandle REFILLED;
    static final VarHandle SPILLED;
    static final VarHandle LOCK;
    static final VarHandle SEIZED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            TOP = lookup.findVarHandle(LocalBlockPoolFields.class, "top", int.class);
            NEAR_FREE = lookup.findVarHandle(LocalBlockPoolFields.class, "nearFree", int.class);
            LEAST = lookup.findVarHandle(LocalBlockPoolFields.class, "least", int.class);
            LIMIT = lookup.findVarHandle(LocalBlockPoolFields.class, "limit", int.class);
            REFILLED = lookup.findVarHandle(LocalBlockPoolFields.class, "refilled", long.class);
            SPILLED = lookup.findVarHandle(LocalBlockPoolFields.class, "spilled", long.class);
            SEIZED = lookup.findVarHandle(LocalBlockPoolFields.class, "seized", boolean.class);
            LOCK = lookup.findVarHandle(LocalBlockPoolFields.class, "lock", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Index behind the newest free block. Written by the owner, read by closers and statistics. */
    int top;
    /** What the near block's state holds while it is here and free. Set to a value of no block by {@link LocalMagazines#alarm}. */
    int nearFree;
    /** Below this there is none to take. Raised out of reach by {@link LocalMagazines#alarm}, so that a get goes slowly. */
    int least;
    /** Here the magazines are full. Lowered to nothing by {@link LocalMagazines#alarm}, so that a put goes slowly. */
    int limit;
    /** The code that the last refill ended with, if it failed. */
    int lastCode;
    /** Blocks taken here. Written by the owner. */
    long gets;
    /** Puts that found their block's place unused since its get. Written by the owner. */
    int returned;
    /** When {@code gets} passes this, the next block is watched, see {@link PoolWatch}. Written by the owner. */
    long sampleAt;
    /** Blocks that came from the depot. */
    long refilled;
    /** Blocks that went to the depot. */
    long spilled;
    /** 1 while a virtual thread uses this stripe. */
    int lock;
    /** True while what the owner left unused is taken; it waits for the end of that on its slow paths. */
    boolean seized;

    /** A number that changes with every get, put and exchange. */
    final long activity() {
        return 3 * gets + spilled + (int) TOP.getOpaque(this); /* a get takes one from top */
    }

    final boolean tryLock() {
        return lock == 0 && LOCK.compareAndSet(this, 0, 1);
    }

    final boolean isLocked() {
        return (int) LOCK.getAcquire(this) != 0; /* pairs with unlock: what the holder did is visible */
    }

    final void unlock() {
        LOCK.setRelease(this, 0); /* pairs with tryLock */
    }

    /** For as long as {@link LocalMagazines#takeIdle} and its like make their calls to the depot. */
    final void awaitRelease() {
        for (int tries = 0; (boolean) SEIZED.getVolatile(this); tries++) {
            Backoff.pause(tries);
        }
    }
}

/**
 * Keeps the line pair between what the owner writes all the time and what follows free: whose magazines these are, which other threads
 * read in each get and put when they are the newest.
 */
@SuppressWarnings("unused")
abstract class LocalBlockPoolGap extends LocalBlockPoolFields {
    private long g00, g01, g02, g03, g04, g05, g06, g07, g08, g09, g10, g11, g12, g13, g14, g15;
}
