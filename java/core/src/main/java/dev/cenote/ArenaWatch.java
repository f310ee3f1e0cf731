package dev.cenote;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Knows every chunk that ever served an arena, and by them every arena that holds memory: so opening an arena registers
 * nothing. The upkeep thread looks through them for arenas whose owner thread has died, for limbo, and for quarantine.
 * <p>A chunk lives as long as its block; those whose pool let them go fall out by themselves.
 */
final class ArenaWatch implements Upkeep.Task {

    private static final List<WeakReference<ArenaChunk>> CHUNKS = new ArrayList<>();
    private static final ArenaWatch TASK = new ArenaWatch();

    private ArenaWatch() {
    }

    static void register(ArenaChunk chunk) {
        synchronized (CHUNKS) {
            if (CHUNKS.isEmpty()) {
                Upkeep.join(TASK);
            }
            CHUNKS.add(new WeakReference<>(chunk));
        }
    }

    /** The chunks that are left; with none, upkeep ends until the next one comes. */
    private static List<ArenaChunk> chunks() {
        synchronized (CHUNKS) {
            List<ArenaChunk> alive = new ArrayList<>(CHUNKS.size());
            CHUNKS.removeIf(reference -> {
                ArenaChunk chunk = reference.get();
                if (chunk == null || chunk.holder() == null && chunk.block.pool().isClosed()) {
                    return true;
                }
                alive.add(chunk);
                return false;
            });
            if (CHUNKS.isEmpty()) {
                Upkeep.leave(TASK);
            }
            return alive;
        }
    }

    private static Set<ArenaRegion> holders() {
        Set<ArenaRegion> holders = Collections.newSetFromMap(new IdentityHashMap<>());
        for (ArenaChunk chunk : chunks()) {
            ArenaRegion holder = chunk.holder();
            if (holder != null) {
                holders.add(holder);
            }
        }
        return holders;
    }

    @Override
    public void upkeep(long nowNanos) {
        sweep();
        ArenaQuarantine.drain(1_000_000_000L);
        PooledChunks.closeIdle(nowNanos);
    }

    /** Reclaims what dead threads left. Any thread. */
    static void sweep() {
        ArenaLimbo.drain();
        for (ArenaRegion region : holders()) {
            Thread owner = region.owner();
            if (owner != null && !owner.isAlive()) {
                region.reclaim();
            } else {
                region.sweep();
            }
        }
    }

    /** Arenas that hold memory, by where they were opened. */
    static String dump() {
        Map<String, long[]> sites = new TreeMap<>();
        Map<ArenaRegion, long[]> sizes = new IdentityHashMap<>();
        for (ArenaChunk chunk : chunks()) {
            ArenaRegion holder = chunk.holder();
            if (holder != null) {
                long[] size = sizes.computeIfAbsent(holder, each -> new long[2]);
                size[0]++;
                size[1] += chunk.bytes;
            }
        }
        sizes.forEach((region, size) -> {
            long[] sum = sites.computeIfAbsent(line(region), each -> new long[3]);
            sum[0]++;
            sum[1] += size[0];
            sum[2] += size[1];
        });
        StringBuilder text = new StringBuilder(sizes.size() + " arenas hold memory");
        sites.forEach((site, sum) -> text.append(System.lineSeparator()).append("  ").append(sum[0]).append(" with ")
            .append(sum[1]).append(" chunks, ").append(sum[2]).append(" bytes: ").append(site));
        return text.toString();
    }

    private static String line(ArenaRegion region) {
        Thread owner = region.owner();
        ArenaSite site = region.site;
        return region.settings.kind() + " \"" + region.settings.name() + "\""
            + (owner != null ? " of thread \"" + owner.getName() + "\"" : "")
            + (region.isOpen() ? "" : ", closed, somebody is inside")
            + (site != null ? ", opened at " + site.line() : ", where it was opened was not recorded (checks "
                + region.settings.checks() + ")");
    }
}
