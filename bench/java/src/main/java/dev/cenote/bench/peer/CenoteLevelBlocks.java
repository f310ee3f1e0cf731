package dev.cenote.bench.peer;

import dev.cenote.Backend;
import dev.cenote.BlockPool;
import dev.cenote.Checks;

/**
 * The per-thread handle at the levels of checks that are not the default. Each is one class, as {@link CenoteLocalBlocks.Jni} is, so that
 * the compiler has the same to find out about each.
 */
final class CenoteLevelBlocks {

    private CenoteLevelBlocks() {
    }

    private static BlockPool open(int bytes, Checks checks) {
        return CenoteBlocks.open(bytes, Backend.JNI, checks);
    }

    /** Without checks. */
    static final class Off extends CenoteLocalBlocks {
        Off(int bytes) {
            this(bytes, open(bytes, Checks.OFF));
        }

        private Off(int bytes, BlockPool pool) {
            super(bytes, pool);
        }

        @Override
        public Peer forThread() {
            return new Off(bytes(), pool());
        }
    }

    /** With the stack of some blocks. */
    static final class Sampled extends CenoteLocalBlocks {
        Sampled(int bytes) {
            this(bytes, open(bytes, Checks.SAMPLED));
        }

        private Sampled(int bytes, BlockPool pool) {
            super(bytes, pool);
        }

        @Override
        public Peer forThread() {
            return new Sampled(bytes(), pool());
        }
    }

    /** With everything. */
    static final class Paranoid extends CenoteLocalBlocks {
        Paranoid(int bytes) {
            this(bytes, open(bytes, Checks.PARANOID));
        }

        private Paranoid(int bytes, BlockPool pool) {
            super(bytes, pool);
        }

        @Override
        public Peer forThread() {
            return new Paranoid(bytes(), pool());
        }
    }
}
