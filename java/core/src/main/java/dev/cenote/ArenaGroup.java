package dev.cenote;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Arenas that are closed together, the one that joined last first. Any thread may use it.
 * <p>An arena that cannot be closed, because it is confined to another thread or was closed before, does not keep the others
 * from being closed. What is still open stays in the group, so the right thread can close the group again.
 */
public final class ArenaGroup implements AutoCloseable {

    private final String name;
    private final List<MemoryArena> arenas = new ArrayList<>();
    private boolean closed;

    /**
     * Makes an empty group.
     *
     * @param name for texts
     */
    public ArenaGroup(String name) {
        this.name = Objects.requireNonNull(name, "name");
    }

    /**
     * Adds an arena.
     *
     * @param arena the arena
     * @return the arena
     * @throws IllegalStateException if the group was closed; the arena is not added, and still open
     */
    public synchronized MemoryArena add(MemoryArena arena) {
        Objects.requireNonNull(arena, "arena");
        if (closed) {
            throw new IllegalStateException("group \"" + name + "\" of arenas is closed; use another one");
        }
        if (!arenas.contains(arena)) {
            arenas.add(arena);
        }
        return arena;
    }

    /** {@return how many arenas are in it} */
    public synchronized int size() {
        return arenas.size();
    }

    /**
     * Closes all arenas and takes no more. Idempotent as far as it succeeded.
     *
     * @throws IllegalStateException if an arena could not be closed; every other one was, and each further failure is among
     *     the suppressed ones
     */
    @Override
    public synchronized void close() {
        closed = true;
        IllegalStateException failed = null;
        List<MemoryArena> open = new ArrayList<>();
        for (int i = arenas.size() - 1; i >= 0; i--) {
            MemoryArena arena = arenas.get(i);
            try {
                arena.close();
            } catch (IllegalStateException e) {
                if (arena.isOpen()) {
                    open.add(0, arena);
                }
                if (failed == null) {
                    failed = new IllegalStateException("group \"" + name + "\": not every arena could be closed: "
                        + e.getMessage(), e);
                } else {
                    failed.addSuppressed(e);
                }
            }
        }
        arenas.clear();
        arenas.addAll(open);
        if (failed != null) {
            throw failed;
        }
    }

    /** {@return the stats of each arena in it, in the order they joined} */
    public synchronized List<MemoryArenaStats> stats() {
        return arenas.stream().map(MemoryArena::stats).toList();
    }

    @Override
    public synchronized String toString() {
        return "ArenaGroup \"" + name + "\" of " + arenas.size() + (closed ? ", closed" : "");
    }
}
