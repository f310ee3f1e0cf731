package dev.cenote;

import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;

/**
 * Finds a {@link MemoryArenaProvider} by its name.
 */
final class ArenaProviders {

    private ArenaProviders() {
    }

    /** Chunks from pools that all arenas share. */
    private static final class Ours implements MemoryArenaProvider {
        @Override
        public String name() {
            return DEFAULT;
        }

        @Override
        public Source open(Backend backend, NumaPolicy numaPolicy, int chunkBytes) {
            return PooledChunks.of(backend, numaPolicy, chunkBytes);
        }
    }

    private static final MemoryArenaProvider OURS = new Ours();

    static MemoryArenaProvider find(String name) {
        if (name.equals(MemoryArenaProvider.DEFAULT)) {
            return OURS;
        }
        Map<String, MemoryArenaProvider> known = new TreeMap<>();
        known.put(OURS.name(), OURS);
        try {
            for (MemoryArenaProvider provider : ServiceLoader.load(MemoryArenaProvider.class)) {
                MemoryArenaProvider other = known.putIfAbsent(provider.name(), provider);
                if (other != null && provider.name().equals(name)) {
                    throw new IllegalArgumentException("two providers of arenas are called \"" + name + "\": "
                        + other.getClass().getName() + " and " + provider.getClass().getName() + "; rename one");
                }
            }
        } catch (ServiceConfigurationError e) {
            throw new IllegalArgumentException("the providers of arenas cannot be loaded: " + e.getMessage()
                + "; mend META-INF/services/" + MemoryArenaProvider.class.getName() + ", or the module's provides", e);
        }
        MemoryArenaProvider found = known.get(name);
        if (found == null) {
            throw new IllegalArgumentException("no provider of arenas is called \"" + name + "\"; there are " + known.keySet()
                + ". ServiceLoader looks for them with the thread's context class loader");
        }
        return found;
    }
}
