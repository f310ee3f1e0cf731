package dev.cenote;

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
    /** Index behind the newest free block. Written by the owner, read by closers and statistics. */
    int top;
    /** What the near block's state holds while it is here and free. Set to a value of no block by {@link LocalBlockPool#alarm}. */
    int nearFree;
    /** Below this there is none to take. Raised out of reach by {@link LocalBlockPool#alarm}, so that a get goes slowly. */
    int least;
    /** Here the magazines are full. Lowered to nothing by {@link LocalBlockPool#alarm}, so that a put goes slowly. */
    int limit;
    /** The code that the last refill ended with, if it failed. */
    int lastCode;
    /** Blocks taken here. Written by the owner. */
    long gets;
    /** When {@code gets} passes this, the next block is watched, see {@link PoolWatch}. Written by the owner. */
    long sampleAt;
    /** Blocks that came from the depot. */
    long refilled;
    /** Blocks that went to the depot. */
    long spilled;
    /** 1 while a virtual thread uses this stripe. */
    int lock;
}
