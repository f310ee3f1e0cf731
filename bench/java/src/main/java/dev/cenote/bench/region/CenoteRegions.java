package dev.cenote.bench.region;

import dev.cenote.ArenaKind;
import dev.cenote.Checks;
import dev.cenote.MemoryArena;

/** Our arenas: reset or closed after each batch. */
final class CenoteRegions {

    private CenoteRegions() {
    }

    /** One arena, reset after each batch. */
    abstract static class Reset extends RegionPeer {
        private final MemoryArena arena;

        Reset(ArenaKind kind, Checks checks) {
            this(MemoryArena.builder().kind(kind).checks(checks).build());
        }

        Reset(MemoryArena arena) {
            this.arena = arena;
        }

        @Override
        public final void batch(int[] sizes, int from) {
            for (int i = 0; i < PIECES; i++) {
                arena.putLong(arena.allocate(sizes[from + i]), i);
            }
            arena.reset();
        }

        @Override
        public final void close() {
            arena.close();
        }
    }

    /** A new arena for each batch. */
    abstract static class Close extends RegionPeer {
        abstract MemoryArena open();

        @Override
        public final void batch(int[] sizes, int from) {
            try (MemoryArena arena = open()) {
                for (int i = 0; i < PIECES; i++) {
                    arena.putLong(arena.allocate(sizes[from + i]), i);
                }
            }
        }
    }

    static final class ConfinedReset extends Reset {
        ConfinedReset() {
            super(ArenaKind.CONFINED, Checks.BASIC);
        }
    }

    static final class ConfinedCounted extends Reset {
        ConfinedCounted() {
            super(MemoryArena.builder().countAllocations(true).build());
        }
    }

    static final class SharedReset extends Reset {
        SharedReset() {
            super(ArenaKind.SHARED, Checks.BASIC);
        }
    }

    static final class SharedResetOff extends Reset {
        SharedResetOff() {
            super(ArenaKind.SHARED, Checks.OFF);
        }
    }

    static final class PerThreadReset extends Reset {
        PerThreadReset() {
            super(ArenaKind.PER_THREAD, Checks.BASIC);
        }
    }

    static final class PerThreadResetOff extends Reset {
        PerThreadResetOff() {
            super(ArenaKind.PER_THREAD, Checks.OFF);
        }
    }

    static final class ConfinedParanoid extends Reset {
        ConfinedParanoid() {
            super(ArenaKind.CONFINED, Checks.PARANOID);
        }
    }

    static final class ConfinedClose extends Close {
        @Override
        MemoryArena open() {
            return MemoryArena.confined();
        }
    }

    static final class ConfinedCloseSampled extends Close {
        private final dev.cenote.MemoryArenaBuilder builder = MemoryArena.builder().checks(Checks.SAMPLED);

        @Override
        MemoryArena open() {
            return builder.build();
        }
    }

    static final class SharedClose extends Close {
        @Override
        MemoryArena open() {
            return MemoryArena.shared();
        }
    }
}
