package dev.cenote.bench.peer;

import dev.cenote.Backend;
import dev.cenote.BlockPool;
import dev.cenote.Checks;

/** The per-thread handle at the levels of checks that are not the default. */
final class CenoteLevelBlocks extends CenoteLocalBlocks {

    private CenoteLevelBlocks(int bytes, BlockPool pool) {
        super(bytes, pool);
    }

    @Override
    public Peer forThread() {
        return new CenoteLevelBlocks(bytes(), pool());
    }

    private static BlockPool open(int bytes, Checks checks) {
        return CenoteBlocks.open(bytes, Backend.JNI, checks);
    }

    /** Without checks. */
    static final class Off extends Opened {
        Off(int bytes) {
            super(bytes, open(bytes, Checks.OFF));
        }
    }

    /** With the stack of some blocks. */
    static final class Sampled extends Opened {
        Sampled(int bytes) {
            super(bytes, open(bytes, Checks.SAMPLED));
        }
    }

    /** With everything. */
    static final class Paranoid extends Opened {
        Paranoid(int bytes) {
            super(bytes, open(bytes, Checks.PARANOID));
        }
    }

    /** What the thread that opens the pool has. */
    private abstract static class Opened extends CenoteLocalBlocks {
        Opened(int bytes, BlockPool pool) {
            super(bytes, pool);
        }

        @Override
        public Peer forThread() {
            return new CenoteLevelBlocks(bytes(), pool());
        }
    }
}
