package dev.cenote.bench.region;

import dev.cenote.MemoryArena;

/** Our arenas' closes. */
abstract class CenoteCloses extends ClosePeer {

    private final MemoryArena[] arenas = new MemoryArena[CLOSES];

    abstract MemoryArena arena();

    @Override
    public final void open(int index) {
        MemoryArena arena = arena();
        arena.putLong(arena.allocate(BYTES), index);
        arenas[index] = arena;
    }

    @Override
    public final void close(int index) {
        arenas[index].close();
    }

    static final class Shared extends CenoteCloses {
        @Override
        MemoryArena arena() {
            return MemoryArena.shared();
        }
    }

    static final class Confined extends CenoteCloses {
        @Override
        MemoryArena arena() {
            return MemoryArena.confined();
        }
    }
}
